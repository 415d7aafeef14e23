package io.sluice.internal.loop;

import io.sluice.internal.jfr.Events;

/** Looks whether a loop is stalled, and says so once per stall: log, flight recorder, counter. */
final class LoopWatch implements Watch.Watched {
  /** Looks per threshold: a stall is noticed after at most 1 + 1 / LOOKS thresholds. */
  static final int LOOKS = 4;

  /** Where a thread was: never thrown, only printed. */
  static final class Stack extends Throwable {
    private static final long serialVersionUID = 1L;

    Stack(Thread thread, StackTraceElement[] trace) {
      super("where thread " + thread.getName() + " is", null, false, true);
      setStackTrace(trace);
    }
  }

  private final Loop loop;
  private final LoopCounters counters;
  private final long periodNanos;
  private final StallDetector detector;

  LoopWatch(Loop loop, LoopCounters counters, long thresholdNanos) {
    this.loop = loop;
    this.counters = counters;
    this.periodNanos = thresholdNanos / LOOKS;
    this.detector = new StallDetector(thresholdNanos);
  }

  @Override
  public long periodNanos() {
    return periodNanos;
  }

  @Override
  public boolean look(long passedNanos) {
    long beat = counters.read(LoopCounters.BEAT);
    StallDetector.Finding finding = detector.look(beat, passedNanos);
    if (finding != StallDetector.Finding.FINE) {
      counters.atLeast(LoopCounters.LONGEST_STALL_NANOS, detector.outsideNanos());
    }
    if (finding == StallDetector.Finding.STALLED) {
      stalled(beat);
    }
    return !loop.hasEnded();
  }

  private void stalled(long beat) {
    Thread thread = loop.thread();
    StackTraceElement[] trace = thread.getStackTrace();
    if (counters.read(LoopCounters.BEAT) != beat) {
      trace = new StackTraceElement[0]; // It went on just now: this is the stack of something else.
    }
    long millis = detector.outsideNanos() / 1_000_000;
    FaultLog.log(
        FaultLog.Fault.STALL,
        loop.name() + " has been in a callback or task for " + millis + " ms, its connections wait",
        new Stack(thread, trace));
    Events.INSTANCE.loopStalled(loop.name(), thread, detector.outsideNanos(), trace);
    counters.add(LoopCounters.STALLS, 1);
  }

  @Override
  public String toString() {
    return "stalls of " + loop.name();
  }
}
