/** How long it takes from {@code main} to the first echo, against plain NIO. */
package io.sluice.benchmarks.start;
