/**
 * Programs to read and to run ({@code ci/example NAME [arguments]}).
 *
 * <ul>
 *   <li>{@link io.sluice.examples.EchoServer}: sends received buffers back without a copy, with back-pressure
 *   <li>{@link io.sluice.examples.ChatServer}: framing over chunk borders, slow readers, typed close reasons
 *   <li>{@link io.sluice.examples.EngineReport}: which engine and binding run here, and why not the others
 *   <li>{@link io.sluice.examples.Demo}: what {@code ci/demo} shows
 * </ul>
 */
package io.sluice.examples;
