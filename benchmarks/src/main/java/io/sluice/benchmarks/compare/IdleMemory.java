package io.sluice.benchmarks.compare;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Memory of idle connections: a fresh process, a small rehearsal so that classes and code are in place, then many
 * connections that echo one message each and fall silent. Heap is what a full collection leaves; native is the growth of
 * resident memory, which the heap has no part in because all of it was touched at start. Kernel memory is not counted.
 */
final class IdleMemory {
  private static final int REHEARSAL_CONNECTIONS = 500;

  /** The least of several: the server may still be closing the rehearsal's connections during the first ones. */
  private static final int HEAP_READINGS = 5;

  private final LoadGenerator load;
  private final Path scratch;
  private final int cpu;
  private final int connections;

  IdleMemory(LoadGenerator load, Path scratch, int cpu, int connections) {
    this.load = load;
    this.scratch = scratch;
    this.cpu = cpu;
    this.connections = connections;
  }

  void measure(ServerSpec spec, Results results) throws InterruptedException {
    try (ServerProcess server = ServerProcess.start(spec, cpu, false, scratch)) {
      load.new Held(server, REHEARSAL_CONNECTIONS).close();
      double heapBefore = heap(server);
      double residentBefore = server.residentBytes();
      LoadGenerator.Held held = load.new Held(server, connections);
      try {
        double heap = (heap(server) - heapBefore) / connections;
        double resident = (server.residentBytes() - residentBefore) / connections;
        results.addIdle(spec.name(), new Results.IdleCost(heap, resident));
        System.out.printf("   idle %s: %.0f B heap, %.0f B native per connection%n", spec.name(), heap, resident);
      } finally {
        held.close();
      }
    } catch (IOException | IllegalStateException e) {
      results.addNotRun(spec.name() + " idle", e.getMessage());
    }
  }

  private static double heap(ServerProcess server) throws InterruptedException {
    if (!server.spec().jvm()) {
      return Double.NaN;
    }
    double least = Double.POSITIVE_INFINITY;
    for (int i = 0; i < HEAP_READINGS; i++) {
      least = Math.min(least, server.ask("heap"));
    }
    return least;
  }
}
