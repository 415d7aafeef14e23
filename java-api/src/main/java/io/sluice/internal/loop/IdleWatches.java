package io.sluice.internal.loop;

import io.sluice.CloseReason;
import io.sluice.IdlePolicy;

/**
 * The idle watches of a loop: the clock that traffic is stamped with, and the list of those whose time is up. They are not
 * judged when their timer fires but after the loop has entered the engine once more: what arrived while the loop was busy
 * elsewhere is a sign of life although nobody has looked at it yet.
 *
 * <pre>
 *  timers fire: due list -> enter, without waiting -> clock -> dispatch what arrived -> judge the list, or, when a lot
 *                                                                                       arrived, first take the rest of it
 * </pre>
 *
 * Loop thread only.
 */
final class IdleWatches {
  /**
   * An entry that brings at least this many completions may have left some behind: engines take ready sockets in batches,
   * and buffers come in numbers.
   */
  static final int FULL_BATCH = 64;

  /** A turn that took less does not matter even to the shortest policy. */
  static final long LONG_TURN_NANOS = IdlePolicy.SHORTEST.toNanos() >> IdleRules.GRAIN_SHIFT;
  /** How many long turns are remembered: those that matter longest. */
  static final int LONG_TURNS = 16;

  private final TimerWheel timers;
  /** When long turns began, in the loop's clock, and how long they took; 0: no turn. */
  private final long[] longSince = new long[LONG_TURNS];
  private final long[] longNanos = new long[LONG_TURNS];
  private boolean anyLong;
  /** The clock of the turn: traffic is stamped with it. Read only when there is a watch. */
  long nanos;
  /** What the clock said before the engine was entered last. */
  private long enteredNanos;
  private int watched;
  /** What the policy that was asked for last means: many connections are given the same one. */
  private IdlePolicy lastPolicy = IdlePolicy.none();
  private IdleRules lastRules;
  private IdleWatch due;
  private int postponed;
  private long judged;

  IdleWatches(TimerWheel timers) {
    this.timers = timers;
  }

  /** Some connection has a policy. */
  boolean any() {
    return watched > 0;
  }

  boolean anyDue() {
    return due != null;
  }

  /** Watches that were judged so far. */
  long judged() {
    return judged;
  }

  /** Null for a policy that does nothing. */
  IdleRules rulesOf(IdlePolicy policy) {
    if (policy != lastPolicy) {
      lastRules = IdleRules.of(policy);
      lastPolicy = policy;
    }
    return lastRules;
  }

  IdleWatch start(StreamConnection connection, IdleRules rules, long nowNanos) {
    IdleWatch w = new IdleWatch(this, connection, rules, nowNanos);
    if (watched++ == 0) {
      nanos = nowNanos;
    }
    arm(w, nowNanos);
    return w;
  }

  private void arm(IdleWatch w, long nowNanos) {
    long delay = w.delayNanos(nowNanos);
    if (delay >= 0) {
      timers.add(w, nowNanos, delay, w.rules.grainTicks);
    }
  }

  /** It will do nothing any more. Does nothing when it was stopped before. */
  void stop(IdleWatch w) {
    if (w.connection != null) {
      w.connection = null;
      timers.cancel(w);
      watched--;
    }
  }

  void due(IdleWatch w) {
    w.nextDue = due;
    due = w;
  }

  /** The loop will enter the engine with what it has. */
  void entering(long nowNanos) {
    enteredNanos = nowNanos;
  }

  /**
   * The loop is about to enter the engine. What was sent since it came back is stamped with the time when it came back, and a
   * callback may have taken long before it sent: a connection must not be closed as silent because of that.
   */
  void turnEnds(long nowNanos) {
    long took = nowNanos - nanos;
    if (took >= LONG_TURN_NANOS) {
      remember(nanos, took, nowNanos);
    }
  }

  /** In the place of the one that will first be of no matter: behind so many times its length its error is below the grain. */
  private void remember(long since, long took, long nowNanos) {
    int place = 0;
    long leastLeft = Long.MAX_VALUE;
    for (int i = 0; i < LONG_TURNS; i++) {
      if (longNanos[i] != 0 && longSince[i] == since) {
        longNanos[i] = took;
        return;
      }
      long left = longNanos[i] == 0 ? Long.MIN_VALUE : (longNanos[i] << IdleRules.GRAIN_SHIFT) - (nowNanos - longSince[i]);
      if (left < leastLeft) {
        leastLeft = left;
        place = i;
      }
    }
    longSince[place] = since;
    longNanos[place] = took;
    anyLong = true;
  }

  /** The latest time that a stamp of a send may stand for. */
  long latest(long stamp) {
    if (anyLong) {
      for (int i = 0; i < LONG_TURNS; i++) {
        if (longNanos[i] != 0 && longSince[i] == stamp) {
          return stamp + longNanos[i];
        }
      }
    }
    return stamp;
  }

  /** The loop came back from the engine; nothing of it was dispatched yet. */
  void entered(long nowNanos) {
    nanos = nowNanos;
  }

  /**
   * After everything of the last entry was dispatched.
   *
   * @param completions how many it brought
   * @param connections how many the loop has: bounds how long the judgement waits for a busy loop
   * @return watches judged
   */
  int judge(int completions, int connections) {
    if (completions >= FULL_BATCH && postponed <= connections / FULL_BATCH) {
      postponed++;
      return 0;
    }
    postponed = 0;
    int n = 0;
    for (IdleWatch w; (w = due) != null; n++) {
      due = w.nextDue;
      w.nextDue = null;
      judge(w);
    }
    judged += n;
    return n;
  }

  private void judge(IdleWatch w) {
    CloseReason timeout = w.judge(enteredNanos, nanos);
    if (timeout != null) {
      w.connection.fail(timeout);
    } else if (w.connection != null) {
      arm(w, nanos);
    }
  }
}
