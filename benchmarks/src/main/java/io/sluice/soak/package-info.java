/**
 * The lifecycle soak: {@code ci/soak}.
 *
 * <pre>
 *  Soak -> Round (groups, listeners, 20,000 connections, shutdown, RoundEnd) -> Pair (one connection) -> two sides
 *
 *  Scenario = f(seed, number)       SluiceSide: callbacks and their rules; Outgoing, Incoming, Ending
 *    SidePlan of both sides         Newcomer:   an accepted connection before its header
 *    Expectations of both           RawSide:    a JDK socket
 *
 *  Audience: broadcasts meanwhile   Shortage:   descriptors run out, before the shutdown
 * </pre>
 */
package io.sluice.soak;
