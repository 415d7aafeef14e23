package io.sluice.internal.loop;

/**
 * Decides, from looks at the beat of a loop ({@link TurnClock}), when the loop is stalled. Adds up time that it has seen pass
 * rather than comparing with a time of its own past: a watch that was itself held up (a pause of the collector, a process that
 * was stopped) held up the loop as well, and must not blame it. The watch's thread only.
 */
final class StallDetector {
  /** What a look found. */
  enum Finding {
    /** Inside the engine, or not long outside. */
    FINE,
    /** Outside for longer than the threshold, since this look. Once per stall. */
    STALLED,
    /** The same stall as at the look before. */
    STILL_STALLED
  }

  private final long thresholdNanos;
  private long seenBeat;
  private long outsideNanos;
  private boolean reported;

  StallDetector(long thresholdNanos) {
    this.thresholdNanos = thresholdNanos;
  }

  /**
   * @param beat of the loop, now
   * @param passedNanos since the last look, without the time that the watch was held up
   */
  Finding look(long beat, long passedNanos) {
    if (beat != seenBeat || (beat & 1) == 0) {
      seenBeat = beat;
      outsideNanos = 0;
      reported = false;
      return Finding.FINE;
    }
    outsideNanos += passedNanos;
    if (reported) {
      return Finding.STILL_STALLED;
    }
    if (outsideNanos < thresholdNanos) {
      return Finding.FINE;
    }
    reported = true;
    return Finding.STALLED;
  }

  /** How long the loop has been seen outside the engine, in the turn of the last look. At most one look too little. */
  long outsideNanos() {
    return outsideNanos;
  }
}
