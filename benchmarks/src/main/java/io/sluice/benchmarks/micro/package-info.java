/**
 * What single steps cost, measured with JMH: crossings into C, ring entries, leases. {@link
 * io.sluice.benchmarks.micro.Micro} is the program; {@code ci/bench micro} builds what it needs and starts it.
 *
 * <p>{@code io.sluice.internal.loop.LeaseBenchmark} belongs here too. It stands in the package of the leases because they
 * are package-private and should stay so.
 */
package io.sluice.benchmarks.micro;
