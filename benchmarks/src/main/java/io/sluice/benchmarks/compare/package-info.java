/**
 * The side-by-side comparison of echo servers: starts every server as a process of its own, loads them in turn with the
 * generator in {@code benchmarks/load}, and writes tables, a chart and the raw lines.
 * {@link io.sluice.benchmarks.compare.Compare} is the program; {@code ci/bench} builds what it needs and starts it.
 *
 * <pre>
 *   Compare -> Session -> (ServerProcess, LoadRun)*  -> Results -> MarkdownReport, SvgChart, Targets
 * </pre>
 */
package io.sluice.benchmarks.compare;
