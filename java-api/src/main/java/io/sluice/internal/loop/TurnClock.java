package io.sluice.internal.loop;

/**
 * Tells others whether the loop is inside the engine, and measures some of the time that it is not. Loop thread only.
 *
 * <pre>
 *           turnBegins (the engine returned)
 *   INSIDE ---------------------------------> OUTSIDE: callbacks, tasks, timers
 *  (even)  <---------------------------------  (odd)
 *           turnEnds (about to enter the engine, or the loop rests)
 * </pre>
 *
 * Each change is one opaque store of a number that grows by one, the beat: even inside, odd outside. {@link StallDetector} sees
 * that a loop is stuck when it finds the same odd beat for too long. A loop that sleeps in the engine shows an even one.
 *
 * <p>Reading the clock twice costs as much as some messages cost in Java, so only about one turn in {@value #MEAN_GAP} is
 * measured, chosen at random: a fixed stride could always meet the same phase of a periodic load.
 */
final class TurnClock {
  /** Every {@code MEAN_GAP}th turn is measured, on average. A power of two. */
  static final int MEAN_GAP = 16;
  /** A turn as long as this stands for itself only: multiplied, one outlier would claim time that never passed. */
  static final long OUTLIER_NANOS = 10_000_000L;
  /** Measures every turn. */
  static final boolean EVERY_TURN = Boolean.getBoolean("sluice.stats.everyTurn");

  private final LoopCounters counters;
  private long beat;
  private int gap = 1;
  private int turnsToGo = 1;
  private boolean measuring;
  private long beganNanos;
  private int random = System.identityHashCode(this) | 1;

  TurnClock(LoopCounters counters) {
    this.counters = counters;
  }

  /** The engine has returned, or the loop starts to run. */
  void turnBegins() {
    if ((beat & 1) == 0) {
      counters.set(LoopCounters.BEAT, ++beat);
      if (--turnsToGo == 0) {
        measuring = true;
        beganNanos = System.nanoTime();
      }
    }
  }

  /** The engine is about to be entered, or the loop rests until its caller drives it again, or has ended. */
  void turnEnds() {
    if ((beat & 1) != 0) {
      if (measuring) {
        measured(System.nanoTime() - beganNanos);
      }
      counters.set(LoopCounters.BEAT, ++beat);
    }
  }

  private void measured(long nanos) {
    measuring = false;
    // This turn stands for those since the last one that was measured.
    counters.add(LoopCounters.TURN_NANOS, nanos < OUTLIER_NANOS ? nanos * gap : nanos);
    counters.atLeast(LoopCounters.LONGEST_TURN_NANOS, nanos);
    gap = EVERY_TURN ? 1 : nextGap();
    turnsToGo = gap;
  }

  /** 1 to {@code 2 * MEAN_GAP - 1}, all as likely, {@link #MEAN_GAP} on average (xorshift, Marsaglia 2003). */
  int nextGap() {
    do {
      random ^= random << 13;
      random ^= random >>> 17;
      random ^= random << 5;
    } while ((random & (2 * MEAN_GAP - 1)) == 0);
    return random & (2 * MEAN_GAP - 1);
  }
}
