package io.sluice.internal.loop;

/**
 * A hashed wheel of {@value #SLOTS} ticks of one millisecond. Adding and cancelling cost the same whatever the number of
 * timers. A timer never fires early. Timers further away than one turn of the wheel stay in their slot for another turn; they
 * cost one wake-up per turn of the wheel. Loop thread only.
 */
final class TimerWheel {
  static final int SLOTS = 1024;
  static final long TICK_NANOS = 1_000_000L;
  private static final int MASK = SLOTS - 1;

  /** One timer; it can be added once. */
  abstract static class Timer {
    private long tick;
    private Timer previous;
    private Timer next;
    private boolean armed;

    abstract void expired();

    final boolean isArmed() {
      return armed;
    }
  }

  private final Timer[] slots = new Timer[SLOTS];
  /** A bit per slot that holds timers. */
  private final long[] occupied = new long[SLOTS / Long.SIZE];
  private final long startNanos;
  /** Every timer up to this tick has fired. */
  private long done;
  private int count;

  TimerWheel(long startNanos) {
    this.startNanos = startNanos;
  }

  boolean isEmpty() {
    return count == 0;
  }

  void add(Timer timer, long nowNanos, long delayNanos) {
    if (timer.armed) {
      throw new IllegalStateException("the timer is armed already");
    }
    if (count == 0) {
      done = tickOf(nowNanos);
    }
    long due = nowNanos - startNanos + Math.max(0, delayNanos);
    timer.tick = Math.max(done + 1, (due + TICK_NANOS - 1) / TICK_NANOS);
    int slot = (int) timer.tick & MASK;
    timer.armed = true;
    timer.previous = null;
    timer.next = slots[slot];
    if (timer.next != null) {
      timer.next.previous = timer;
    }
    slots[slot] = timer;
    occupied[slot >> 6] |= 1L << slot;
    count++;
  }

  /** Does nothing when it fired or was cancelled before. */
  void cancel(Timer timer) {
    if (!timer.armed) {
      return;
    }
    int slot = (int) timer.tick & MASK;
    if (timer.previous != null) {
      timer.previous.next = timer.next;
    } else {
      slots[slot] = timer.next;
      if (timer.next == null) {
        occupied[slot >> 6] &= ~(1L << slot);
      }
    }
    if (timer.next != null) {
      timer.next.previous = timer.previous;
    }
    timer.previous = null;
    timer.next = null;
    timer.armed = false;
    count--;
  }

  /** Fires what is due. A timer that is added meanwhile fires with a later tick. Returns how many fired. */
  int expire(long nowNanos) {
    long now = tickOf(nowNanos);
    int fired = 0;
    long from = Math.max(done + 1, now - SLOTS + 1);
    // First, so that a timer added by a callback comes later than this call and cannot keep it here for ever.
    done = Math.max(done, now);
    for (long t = from; t <= now && count > 0; t++) {
      if ((occupied[((int) t & MASK) >> 6] & 1L << t) != 0) {
        fired += expireSlot((int) t & MASK, now);
      }
    }
    return fired;
  }

  private int expireSlot(int slot, long now) {
    int fired = 0;
    Timer timer = slots[slot];
    while (timer != null) {
      if (timer.tick <= now) {
        cancel(timer);
        fired++;
        timer.expired();
        // The callback may have changed the list: begin again.
        timer = slots[slot];
      } else {
        timer = timer.next;
      }
    }
    return fired;
  }

  /** Nanoseconds until the next look is due; negative when there is no timer. */
  long delayNanos(long nowNanos) {
    if (count == 0) {
      return -1;
    }
    for (long t = done + 1; t <= done + SLOTS; ) {
      int slot = (int) t & MASK;
      long word = occupied[slot >> 6] >>> slot;
      if (word != 0) {
        long tick = t + Long.numberOfTrailingZeros(word);
        return Math.max(0, tick * TICK_NANOS - (nowNanos - startNanos));
      }
      t += Long.SIZE - (slot & 63);
    }
    return 0;
  }

  /** Nanoseconds until an armed timer fires; 0 when it is not armed. */
  long delayOf(Timer timer, long nowNanos) {
    return timer.armed ? Math.max(0, timer.tick * TICK_NANOS - (nowNanos - startNanos)) : 0;
  }

  private long tickOf(long nanos) {
    return (nanos - startNanos) / TICK_NANOS;
  }
}
