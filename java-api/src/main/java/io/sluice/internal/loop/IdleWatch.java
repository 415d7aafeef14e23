package io.sluice.internal.loop;

import io.sluice.CloseReason;
import io.sluice.IdleKind;

/**
 * What a connection with an idle policy has in addition: when it last received and sent, and one timer at the earliest
 * moment at which something can be due. Traffic only stores a time; the timer, when it comes, looks at the times and is set
 * anew.
 *
 * <pre>
 *            time is up                 the loop has taken what arrived until then
 *   ARMED ---------------> DUE LIST -----------------------------------------------> judge: nothing due, notified, pinged
 *     ^                                                                                |                |
 *     +--------------------------------------------------------------------------------+                +--> timed out
 *
 *   heartbeat:   QUIET --interval without a byte: onHeartbeat--> PINGED --timeout--> HEARTBEAT_TIMEOUT
 *                  ^                                               | |  ^
 *                  +------------ a byte was received --------------+ +--+ interval: onHeartbeat again
 * </pre>
 *
 * Loop thread only.
 */
final class IdleWatch extends TimerWheel.Timer {
  private static final IdleKind[] KINDS = IdleKind.values();
  private static final long NEVER = Long.MAX_VALUE;

  private final IdleWatches watches;
  /** Null after the watch was stopped. */
  StreamConnection connection;
  final IdleRules rules;
  IdleWatch nextDue;
  /** The loop's clock when bytes last arrived, or reading resumed. */
  long readAt;
  /** The loop's clock when data was last sent: the turn's beginning, see {@link IdleWatches#latest}. */
  long writeAt;
  /** The last notification of each kind; null when the policy has none. */
  private final long[] toldAt;
  private long pingedAt;
  /** The first ping that nothing was received after. */
  private long unansweredSince;
  private boolean pinged;

  IdleWatch(IdleWatches watches, StreamConnection connection, IdleRules rules, long nowNanos) {
    this.watches = watches;
    this.connection = connection;
    this.rules = rules;
    this.readAt = nowNanos;
    this.writeAt = nowNanos;
    this.toldAt = rules.notifies ? new long[] {nowNanos, nowNanos, nowNanos} : null;
  }

  @Override
  void expired() {
    watches.due(this);
  }

  /** Reading was paused until now: what was silent was this side. */
  void resumed(long nowNanos) {
    readAt = nowNanos;
    pinged = false;
  }

  // ------------------------------------------------------------------------------------------- judging

  private boolean has(int flag) {
    return (connection.flags & flag) != 0;
  }

  /** Stopped, or replaced by a callback, or the connection's end began. */
  private boolean over() {
    return connection == null || has(ConnectionCore.CLOSING);
  }

  private boolean paused() {
    return has(ConnectionCore.PAUSED | ConnectionCore.EOF_PENDING);
  }

  private boolean counts(int kind) {
    boolean readEnded = has(ConnectionCore.INPUT_CLOSED);
    boolean writeEnded = has(ConnectionCore.OUTPUT_SHUT);
    if (kind == IdleRules.READ) {
      return !readEnded && !paused();
    }
    return kind == IdleRules.WRITE ? !writeEnded : !(readEnded && writeEnded) && (readEnded || !paused());
  }

  private boolean heartbeatCounts() {
    return rules.heartbeatNanos != IdleRules.OFF && !has(ConnectionCore.INPUT_CLOSED | ConnectionCore.OUTPUT_SHUT);
  }

  private long activeAt(int kind) {
    if (kind == IdleRules.READ) {
      return readAt;
    }
    long wroteAt = watches.latest(writeAt);
    // Differences, as System.nanoTime() may pass the end of its range.
    return kind == IdleRules.WRITE || wroteAt - readAt > 0 ? wroteAt : readAt;
  }

  /**
   * Does what is due.
   *
   * @param untilNanos everything that arrived before this was taken
   * @param nowNanos the time now
   * @return the reason to close, or null
   */
  CloseReason judge(long untilNanos, long nowNanos) {
    if (over()) {
      return null;
    }
    if (connection.queuedFiles() > 0) {
      writeAt = nowNanos;
    }
    for (int k = 0; k < IdleRules.KINDS; k++) {
      if (counts(k) && untilNanos - activeAt(k) >= rules.closeNanos[k]) {
        return CloseReasons.idleTimeout(KINDS[k], rules.closeNanos[k]);
      }
    }
    if (heartbeatCounts()) {
      if (pinged && readAt - unansweredSince > 0) {
        pinged = false;
      }
      if (pinged && !paused() && untilNanos - unansweredSince >= rules.timeoutNanos) {
        return CloseReasons.heartbeatTimeout(rules.timeoutNanos);
      }
      if (untilNanos - pingBase() >= rules.heartbeatNanos) {
        ping(nowNanos);
      }
    }
    for (int k = 0; k < IdleRules.KINDS && !over(); k++) {
      if (counts(k) && rules.notifyNanos[k] != IdleRules.OFF && untilNanos - toldBase(k) >= rules.notifyNanos[k]) {
        tell(k, nowNanos);
      }
    }
    return null;
  }

  private long pingBase() {
    return pinged ? pingedAt : readAt;
  }

  private long toldBase(int kind) {
    long active = activeAt(kind);
    return toldAt[kind] - active > 0 ? toldAt[kind] : active;
  }

  private void ping(long nowNanos) {
    pingedAt = nowNanos;
    if (!pinged) {
      pinged = true;
      unansweredSince = nowNanos;
    }
    StreamConnection c = connection;
    try {
      c.handler.onHeartbeat(c);
    } catch (Throwable t) {
      c.handlerFailed("onHeartbeat", t);
    }
  }

  private void tell(int kind, long nowNanos) {
    toldAt[kind] = nowNanos;
    StreamConnection c = connection;
    try {
      c.handler.onIdle(c, KINDS[kind]);
    } catch (Throwable t) {
      c.handlerFailed("onIdle", t);
    }
  }

  // ------------------------------------------------------------------------------------------- the next time

  /** Nanoseconds until something can be due; negative when nothing can. What stands still is looked at once per duration. */
  long delayNanos(long nowNanos) {
    if (over()) {
      return -1;
    }
    long next = NEVER;
    for (int k = 0; k < IdleRules.KINDS; k++) {
      boolean counts = counts(k);
      next = sooner(next, rules.closeNanos[k], counts ? activeAt(k) : nowNanos, nowNanos);
      if (toldAt != null) {
        next = sooner(next, rules.notifyNanos[k], counts ? toldBase(k) : nowNanos, nowNanos);
      }
    }
    boolean beats = heartbeatCounts();
    next = sooner(next, rules.heartbeatNanos, beats ? pingBase() : nowNanos, nowNanos);
    if (pinged) {
      next = sooner(next, rules.timeoutNanos, beats && !paused() ? unansweredSince : nowNanos, nowNanos);
    }
    return next == NEVER ? -1 : next;
  }

  private static long sooner(long next, long ruleNanos, long sinceNanos, long nowNanos) {
    return ruleNanos == IdleRules.OFF ? next : Math.min(next, Math.max(0, ruleNanos - (nowNanos - sinceNanos)));
  }
}
