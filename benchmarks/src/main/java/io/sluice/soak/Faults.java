package io.sluice.soak;

import java.util.concurrent.atomic.AtomicInteger;

/** What was found. Any thread. */
final class Faults {
  private static final int PRINTED = 20;

  private final String run;
  private final AtomicInteger count = new AtomicInteger();

  /** {@code run}: the options that repeat this run. */
  Faults(String run) {
    this.run = run;
  }

  void add(Pair pair, String what) {
    add(what + "\n    connection " + pair + "\n    replay: ci/soak " + run + " --only " + pair.scenario.number());
  }

  void add(String what) {
    if (count.incrementAndGet() <= PRINTED) {
      System.out.println("FAULT (ci/soak " + run + "): " + what);
      System.out.flush();
    }
  }

  int count() {
    return count.get();
  }
}
