package io.sluice.internal.loop;

import java.util.ArrayList;
import java.util.List;

/** Those that live on a loop: see {@link LoopResident}. A loop without any pays one look per turn. Loop thread only. */
final class Residents {
  private final List<LoopResident> all = new ArrayList<>();
  private boolean anyAsked;

  void add(LoopResident r) {
    all.add(r);
  }

  void remove(LoopResident r) {
    all.remove(r);
  }

  void asked() {
    anyAsked = true;
  }

  boolean anyWork() {
    return anyAsked;
  }

  /** How many worked. */
  int work(boolean afterReading) {
    return anyAsked ? workAsked(afterReading) : 0;
  }

  private int workAsked(boolean afterReading) {
    anyAsked = false;
    int worked = 0;
    for (int i = 0; i < all.size(); i++) {
      LoopResident r = all.get(i);
      if (r.isAsked()) {
        r.workNow(afterReading);
        worked++;
      }
    }
    return worked;
  }

  void shutDown() {
    while (!all.isEmpty()) {
      LoopResident r = all.remove(all.size() - 1);
      try {
        r.shutDown();
      } catch (Throwable t) {
        r.logInternalError(t);
      }
    }
  }
}
