package io.sluice.soak;

import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/** Ends the process, with everything that is known, when nothing has happened for some time. */
final class Watchdog implements AutoCloseable {
  private static final long SECOND_NANOS = 1_000_000_000L;
  private static final int SHOWN = 20;

  private final Thread thread;
  private final Faults faults;
  private final int seconds;
  private volatile Round round;
  private volatile boolean over;

  Watchdog(Faults faults, int seconds) {
    this.faults = faults;
    this.seconds = seconds;
    this.thread = new Thread(this::watch, "soak-watchdog");
    thread.setDaemon(true);
    thread.start();
  }

  void watch(Round newRound) {
    round = newRound;
  }

  private void watch() {
    Round last = null;
    long lastProgress = -1;
    int quiet = 0;
    while (!over) {
      LockSupport.parkNanos(SECOND_NANOS);
      Round r = round;
      long progress = r == null ? -1 : r.progress.sum();
      quiet = r == null || r != last || progress != lastProgress ? 0 : quiet + 1;
      last = r;
      lastProgress = progress;
      if (quiet >= seconds) {
        bark(r);
      }
    }
  }

  private void bark(Round r) {
    faults.add("no progress for " + seconds + " s\n" + r.stuck(SHOWN));
    System.out.println(r.kernelStates());
    for (Map.Entry<Thread, StackTraceElement[]> e : Thread.getAllStackTraces().entrySet()) {
      System.out.println(e.getKey());
      for (StackTraceElement frame : e.getValue()) {
        System.out.println("    at " + frame);
      }
    }
    System.out.flush();
    Runtime.getRuntime().halt(1);
  }

  @Override
  public void close() {
    over = true;
    LockSupport.unpark(thread);
  }
}
