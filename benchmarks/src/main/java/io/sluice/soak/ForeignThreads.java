package io.sluice.soak;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** Threads that belong to no loop. Tasks of one lane run in order, those of different lanes at the same time. */
final class ForeignThreads implements AutoCloseable {
  static final int LANES = 4;

  private final ExecutorService[] lanes = new ExecutorService[LANES];

  ForeignThreads() {
    for (int i = 0; i < LANES; i++) {
      String name = "soak-foreign-" + i;
      lanes[i] = Executors.newSingleThreadExecutor(r -> new Thread(r, name));
    }
  }

  void execute(long lane, Runnable task) {
    lanes[(int) Math.floorMod(lane, (long) LANES)].execute(task);
  }

  @Override
  public void close() throws InterruptedException {
    for (ExecutorService lane : lanes) {
      lane.shutdown();
      lane.awaitTermination(1, TimeUnit.MINUTES);
    }
  }
}
