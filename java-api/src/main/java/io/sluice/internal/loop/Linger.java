package io.sluice.internal.loop;

/**
 * The time that an end in good order may take; made when one begins that is not over at once. Two clocks, each optional:
 *
 * <pre>
 *  patience: |-- half: measure --|-- half: measure --|--> all acknowledged: close; something moved: one half more;
 *                                                         nothing moved: abort
 *  limit:    |----------------------------------------|-> all acknowledged: close; else abort
 * </pre>
 *
 * Patience is the linger of the options, a limit the deadline of {@code close(Duration)}. Loop thread only.
 */
final class Linger extends TimerWheel.Timer {
  /** More than this is not read from a peer that goes on sending; the rest waits in the kernel, which holds the peer up. */
  static final long DISCARD_LIMIT_BYTES = 64L << 20;
  /** No patience: only the limit counts. */
  static final long NONE = -1;

  private final ConnectionEnds connection;
  private final long halfNanos;
  private boolean limited;
  private long limitAt;
  private boolean measured;
  private long outstanding;
  private long progress;
  private long discarded;

  Linger(ConnectionEnds connection, long patienceNanos) {
    this.connection = connection;
    this.halfNanos = patienceNanos == NONE ? NONE : Math.max(1, patienceNanos / 2);
    if (patienceNanos != NONE) {
      arm(connection.loop.nanoTime());
    }
  }

  /** The end must be over after that time; shortens an earlier limit, never extends it. */
  void limit(long delayNanos) {
    long now = connection.loop.nanoTime();
    if (limited && limitAt - now <= delayNanos) {
      return;
    }
    limited = true;
    limitAt = now + delayNanos;
    if (isArmed()) {
      if (connection.loop.timers.delayOf(this, now) <= delayNanos) {
        return;
      }
      cancel();
    }
    arm(now);
  }

  void cancel() {
    connection.loop.timers.cancel(this);
  }

  private void arm(long now) {
    long delay = halfNanos == NONE ? Long.MAX_VALUE : halfNanos;
    if (limited) {
      delay = Math.min(delay, limitAt - now);
    }
    connection.loop.timers.add(this, now, delay);
  }

  @Override
  void expired() {
    long now = connection.loop.nanoTime();
    long left = connection.unacknowledged();
    if (limited && now - limitAt >= 0 || measured && (left == 0 || !moved(left))) {
      connection.lingerOver(left == 0);
      return;
    }
    measured = true;
    outstanding = left;
    progress = connection.progress();
    arm(now);
  }

  private boolean moved(long left) {
    return left < outstanding || connection.progress() != progress;
  }

  /** Whether what the peer sends is still worth reading. */
  boolean discarded(int bytes) {
    discarded += bytes;
    return discarded <= DISCARD_LIMIT_BYTES;
  }
}
