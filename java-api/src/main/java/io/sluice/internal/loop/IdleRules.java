package io.sluice.internal.loop;

import io.sluice.IdleKind;
import io.sluice.IdlePolicy;
import java.time.Duration;
import java.util.Optional;

/** An {@link IdlePolicy} in nanoseconds, one object for all connections that have it. */
final class IdleRules {
  static final int READ = IdleKind.READ.ordinal();
  static final int WRITE = IdleKind.WRITE.ordinal();
  static final int ALL = IdleKind.ALL.ordinal();
  static final int KINDS = 3;
  /** Stands for a rule that is not there. */
  static final long OFF = Long.MAX_VALUE;
  /** Timers of a policy may be late by this part of its shortest duration, as a shift: 1/32. */
  static final int GRAIN_SHIFT = 5;
  /** The coarsest grain, in ticks of the timer wheel. */
  static final int MAX_GRAIN_TICKS = 1024;

  final IdlePolicy policy;
  final long[] notifyNanos = new long[KINDS];
  final long[] closeNanos = new long[KINDS];
  final long heartbeatNanos;
  final long timeoutNanos;
  final boolean notifies;
  final int grainTicks;

  private IdleRules(IdlePolicy policy) {
    this.policy = policy;
    long shortest = OFF;
    boolean any = false;
    for (IdleKind kind : IdleKind.values()) {
      int k = kind.ordinal();
      notifyNanos[k] = nanos(policy.notifyAfter(kind));
      closeNanos[k] = nanos(policy.closeAfter(kind));
      any |= notifyNanos[k] != OFF;
      shortest = Math.min(shortest, Math.min(notifyNanos[k], closeNanos[k]));
    }
    heartbeatNanos = nanos(policy.heartbeatInterval());
    timeoutNanos = nanos(policy.heartbeatTimeout());
    shortest = Math.min(shortest, Math.min(heartbeatNanos, timeoutNanos));
    notifies = any;
    long grain = (shortest >> GRAIN_SHIFT) / TimerWheel.TICK_NANOS;
    grainTicks = (int) Math.max(1, Math.min(MAX_GRAIN_TICKS, Long.highestOneBit(grain)));
  }

  private static long nanos(Optional<Duration> d) {
    return d.isPresent() ? d.get().toNanos() : OFF;
  }

  /** Null for a policy that does nothing. */
  static IdleRules of(IdlePolicy policy) {
    IdleRules rules = new IdleRules(policy);
    for (int k = 0; k < KINDS; k++) {
      if (rules.notifyNanos[k] != OFF || rules.closeNanos[k] != OFF) {
        return rules;
      }
    }
    return rules.heartbeatNanos != OFF ? rules : null;
  }
}
