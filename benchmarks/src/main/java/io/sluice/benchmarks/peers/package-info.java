/**
 * Echo servers to compare: one event loop thread each, started as processes of their own by the runner in
 * {@link io.sluice.benchmarks.compare}. A server is a command line that prints {@code listening on WHERE engine=... binding=...}
 * and then answers the questions of {@link io.sluice.benchmarks.peers.ServerConsole} on its standard input.
 */
package io.sluice.benchmarks.peers;
