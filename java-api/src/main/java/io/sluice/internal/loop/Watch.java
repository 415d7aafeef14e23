package io.sluice.internal.loop;

import java.util.ArrayList;
import java.util.List;

/**
 * One daemon thread per process that looks at things now and then. It starts with the first of them and ends with the last.
 *
 * <pre>
 *  no thread --add--> WATCHING --looks at each, waits for the shortest period--> WATCHING
 *                         |
 *                         +--nothing left--> no thread
 * </pre>
 */
final class Watch implements Runnable {
  /** Something to look at. */
  interface Watched {
    /** How often. */
    long periodNanos();

    /**
     * The watch's thread.
     *
     * @param passedNanos since the last look, without the time that the watch itself was held up
     * @return false: need not be looked at any more
     */
    boolean look(long passedNanos);

    /** It was taken out. Any thread; a last look may still be under way. */
    default void end() {}
  }

  static final Watch INSTANCE = new Watch();

  private static final long NANOS_PER_MILLI = 1_000_000L;

  private final List<Watched> watched = new ArrayList<>();
  private Thread thread;

  Watch() {}

  synchronized void add(Watched w) {
    watched.add(w);
    if (thread == null) {
      thread = new Thread(this, "sluice-watch");
      thread.setDaemon(true);
      thread.start();
    }
    notifyAll(); // Its period may be shorter than the one that is waited for.
  }

  synchronized void remove(Watched w) {
    if (watched.remove(w)) {
      notifyAll();
    }
  }

  /** Waits for the thread's end if nothing is left to look at. */
  void awaitEnd() {
    Thread t;
    try {
      synchronized (this) {
        t = thread;
        if (t == Thread.currentThread()) {
          return;
        }
        while (watched.isEmpty() && thread == t && t != null) {
          wait(); // Not for the thread: before it ends it may get something new to look at.
        }
        if (thread == t) {
          return;
        }
      }
      t.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // It ends by itself.
    }
  }

  @Override
  public void run() {
    long last = System.nanoTime();
    while (true) {
      List<Watched> now;
      long period;
      synchronized (this) {
        period = pause(last);
        if (watched.isEmpty()) {
          thread = null;
          notifyAll();
          return;
        }
        now = List.copyOf(watched);
      }
      long time = System.nanoTime();
      long passed = Math.min(time - last, 2 * period);
      last = time;
      for (Watched w : now) {
        look(w, passed);
      }
    }
  }

  private void look(Watched w, long passedNanos) {
    try {
      if (w.look(passedNanos)) {
        return;
      }
    } catch (Throwable t) {
      FaultLog.log(FaultLog.Fault.WATCH, w.toString(), t);
    }
    remove(w);
  }

  /**
   * Holding the lock. Waits until the shortest period has passed since the last look, or nothing is left: what is added meanwhile may shorten
   * the wait, and never ends it.
   *
   * @return that period
   */
  private long pause(long last) {
    while (true) {
      long period = Long.MAX_VALUE;
      for (Watched w : watched) {
        period = Math.min(period, Math.max(w.periodNanos(), NANOS_PER_MILLI));
      }
      long left = period - (System.nanoTime() - last);
      if (left <= 0 || watched.isEmpty()) {
        return period;
      }
      try {
        wait(Math.max(1, left / NANOS_PER_MILLI));
      } catch (InterruptedException e) {
        // Nobody has a reason to interrupt this thread: it ends when nothing is left to watch.
      }
    }
  }
}
