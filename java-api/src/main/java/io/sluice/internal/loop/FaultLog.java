package io.sluice.internal.loop;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/** One line of log per class of fault and interval; expected ends of connections are never logged. Any thread. */
final class FaultLog {
  /** At most one line per class of fault in this time. */
  static final long INTERVAL_NANOS = 10_000_000_000L;

  /** Classes of faults. */
  enum Fault {
    HANDLER("a connection handler threw"),
    TASK("a task on an event loop threw"),
    ACCEPT("a handler factory failed"),
    LOOP("an event loop is broken and ends"),
    LEAK("a descriptor could not be handed over or closed");

    private final String text;
    private long lastNanos;
    private boolean logged;
    private long suppressed;

    Fault(String text) {
      this.text = text;
    }
  }

  private static final Logger LOG = System.getLogger("io.sluice");

  private FaultLog() {}

  static void log(Fault fault, String where, Throwable cause) {
    long hidden;
    synchronized (fault) {
      long now = System.nanoTime();
      if (fault.logged && now - fault.lastNanos < INTERVAL_NANOS) {
        fault.suppressed++;
        return;
      }
      fault.logged = true;
      fault.lastNanos = now;
      hidden = fault.suppressed;
      fault.suppressed = 0;
    }
    String more = hidden == 0 ? "" : " (" + hidden + " more of this kind were not logged)";
    try {
      LOG.log(Level.WARNING, fault.text + ": " + where + more, cause);
    } catch (Throwable ignored) {
      // A broken log back end must not break the loop that reports through it; nor one that cannot open its files because
      // the process is out of descriptors.
    }
  }
}
