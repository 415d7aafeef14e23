package io.sluice.internal.loop;

import io.sluice.EventLoop.Scheduled;
import java.time.Duration;

/** A task with a delay, and the application's handle on it. */
final class ScheduledTask extends TimerWheel.Timer implements Scheduled {
  /** A longer delay is as good as never. */
  private static final Duration LONGEST = Duration.ofDays(36500);

  private final Loop loop;
  private final Runnable task;
  private final long askedNanos;
  private final long delayNanos;
  private volatile boolean cancelled;

  ScheduledTask(Loop loop, Runnable task, long nowNanos, Duration delay) {
    this.loop = loop;
    this.task = task;
    this.askedNanos = nowNanos;
    this.delayNanos = (delay.compareTo(LONGEST) > 0 ? LONGEST : delay).toNanos();
  }

  /** Loop thread. The delay counts from the call of {@code schedule}. */
  void arm() {
    if (!cancelled) {
      long now = loop.nanoTime();
      loop.timers.add(this, now, delayNanos - (now - askedNanos));
    }
  }

  @Override
  void expired() {
    if (!cancelled) {
      loop.runScheduled(task);
    }
  }

  @Override
  public void cancel() {
    cancelled = true;
    if (loop.inLoop()) {
      loop.timers.cancel(this);
    } else if (!loop.hasEnded()) {
      try {
        loop.execute(() -> loop.timers.cancel(this));
      } catch (java.util.concurrent.RejectedExecutionException ended) {
        // The loop ended: the task does not run.
      }
    }
  }
}
