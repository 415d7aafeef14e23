package io.sluice.internal.loop;

import io.sluice.internal.log.Log;
import java.lang.System.Logger.Level;

/**
 * One line of log per class of fault and interval. Any thread.
 *
 * <p>What belongs here is what a person has to repair: code that throws or blocks, a listener that is gone, a broken loop.
 * The end of a connection does not, expected or not: peers that reset and networks that fail are daily life of a server, and
 * one line for each is how logs become useless. They are counted by kind, and the flight recorder has each of them.
 */
final class FaultLog {
  /** At most one line per class of fault in this time. */
  static final long INTERVAL_NANOS = 10_000_000_000L;

  /** Classes of faults. */
  enum Fault {
    HANDLER("a connection handler threw"),
    ASSOCIATION("an SCTP handler threw, its association is aborted"),
    FACTORY("a handler factory failed, its connection is reset"),
    LISTENER("a listener cannot accept any more and is closed"),
    TASK("a task on an event loop threw"),
    STALL("an event loop is stalled"),
    INTERNAL("an event loop met an internal error and goes on"),
    LOOP("an event loop is broken and ends"),
    LEAK("a descriptor could not be closed"),
    LEASE_LOST("a retained lease was lost without release, its buffer is taken back"),
    LEASE_WRITTEN("a lease was used after its end"),
    LEASE_IN_USE("a lease ended while an I/O call of another thread was using its buffer"),
    LEASES_OUTSTANDING("leases were still retained when their event loop ended"),
    WATCH("watching event loops failed");

    private final String text;
    private final RateLimit limit = new RateLimit(INTERVAL_NANOS);

    Fault(String text) {
      this.text = text;
    }
  }

  /** Lets one through per interval and counts the others. */
  static final class RateLimit {
    /** This one is not to be logged. */
    static final long SUPPRESSED = -1;

    private final long intervalNanos;
    private boolean any;
    private long lastNanos;
    private long suppressed;

    RateLimit(long intervalNanos) {
      this.intervalNanos = intervalNanos;
    }

    /** {@link #SUPPRESSED}, or how many were suppressed since the last one that was not. */
    synchronized long admit(long nowNanos) {
      if (any && nowNanos - lastNanos < intervalNanos) {
        suppressed++;
        return SUPPRESSED;
      }
      any = true;
      lastNanos = nowNanos;
      long hidden = suppressed;
      suppressed = 0;
      return hidden;
    }
  }

  private FaultLog() {}

  static void log(Fault fault, String where, Throwable cause) {
    long hidden = fault.limit.admit(System.nanoTime());
    if (hidden == RateLimit.SUPPRESSED) {
      return;
    }
    try {
      Log.logger().log(Level.WARNING, line(fault, where, hidden), cause);
    } catch (Throwable ignored) {
      // A broken log back end must not break the loop that reports through it; nor one that cannot open its files because
      // the process is out of descriptors.
    }
  }

  static String line(Fault fault, String where, long hidden) {
    String more = hidden == 0 ? "" : " (" + hidden + " more of this kind were not logged)";
    return fault.text + ": " + where + more;
  }
}
