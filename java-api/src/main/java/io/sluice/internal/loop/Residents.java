package io.sluice.internal.loop;

import java.util.ArrayList;
import java.util.List;

/** Those that live on a loop: see {@link LoopResident}. A loop without any pays one look per turn. Loop thread only. */
final class Residents {
  private final List<LoopResident> all = new ArrayList<>();
  private boolean anyAsked;
  /** What the shutdown goes on with when all have moved out. */
  private Runnable afterLast;

  void add(LoopResident r) {
    all.add(r);
  }

  void remove(LoopResident r) {
    all.remove(r);
    goOnWhenEmpty();
  }

  private void goOnWhenEmpty() {
    if (all.isEmpty() && afterLast != null) {
      Runnable then = afterLast;
      afterLast = null;
      then.run();
    }
  }

  int live() {
    return all.size();
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

  /** Asks all to move out, which may take them some turns; {@code then} runs when the last one has. */
  void shutDown(Runnable then) {
    afterLast = then;
    for (LoopResident r : List.copyOf(all)) {
      guarded(r, r::shutDown);
    }
    goOnWhenEmpty();
  }

  /** Time is up: they are out when this returns. */
  void finishNow() {
    for (LoopResident r : List.copyOf(all)) {
      guarded(r, r::finishNow);
      all.remove(r);
    }
    goOnWhenEmpty();
  }

  private static void guarded(LoopResident r, Runnable act) {
    try {
      act.run();
    } catch (Throwable t) {
      r.logInternalError(t);
    }
  }
}
