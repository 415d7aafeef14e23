package io.sluice.internal.loop;

/**
 * A hierarchical wheel: {@value #LEVELS} levels of {@value #SLOTS} slots, ticks of one millisecond. A slot of a level covers
 * as much time as all slots of the level below:
 *
 * <pre>
 *  level       0       1       2       3        4        5
 *  slot        1 ms    64 ms   4 s     4 min    4.6 h    12 days
 *  all slots   64 ms   4 s     4 min   4.6 h    12 days  2 years
 *
 *   add: the lowest level that reaches it      time comes to the slot: due ones fire, the rest moves down
 *  ------------------------------------> SLOT -----------------------------------------------------------> a lower level
 * </pre>
 *
 * A timer is looked at once in each level that it passes, however long it waits, so the work is that of the timers whose time
 * comes, not of those that are there. Adding and cancelling cost the same whatever the number of timers. A timer never fires
 * early. Loop thread only.
 */
final class TimerWheel {
  static final int LEVELS = 6;
  static final int SLOTS = 64;
  static final long TICK_NANOS = 1_000_000L;
  private static final int BITS = 6;
  private static final int MASK = SLOTS - 1;
  private static final int NOT_ARMED = -1;
  private static final long NEVER = Long.MAX_VALUE;

  /** One timer. It can be added again after it fired or was cancelled. */
  abstract static class Timer {
    private long tick;
    private Timer previous;
    private Timer next;
    private int slot = NOT_ARMED;

    abstract void expired();

    final boolean isArmed() {
      return slot != NOT_ARMED;
    }
  }

  /** Level after level. */
  private final Timer[] slots = new Timer[LEVELS * SLOTS];
  /** For each level, a bit per slot that holds timers. */
  private final long[] occupied = new long[LEVELS];
  private final long startNanos;
  /** Every timer up to this tick has fired, and no slot that begins before it holds any. */
  private long done;
  /** While timers fire: the tick up to which they do. A timer that is added meanwhile comes later. */
  private long firingTo = -1;
  private int count;
  private long looks;

  TimerWheel(long startNanos) {
    this.startNanos = startNanos;
  }

  boolean isEmpty() {
    return count == 0;
  }

  /** Timers that were fired or moved down so far. */
  long looks() {
    return looks;
  }

  void add(Timer timer, long nowNanos, long delayNanos) {
    add(timer, nowNanos, delayNanos, 1);
  }

  /**
   * Adds a timer that may come a little late, so that many share one wake-up.
   *
   * @param grainTicks the timer fires at a multiple of this: a power of two
   */
  void add(Timer timer, long nowNanos, long delayNanos, int grainTicks) {
    if (timer.isArmed()) {
      throw new IllegalStateException("the timer is armed already");
    }
    if (count == 0 && firingTo < 0) {
      done = Math.max(done, tickOf(nowNanos));
    }
    long due = nowNanos - startNanos + Math.max(0, delayNanos);
    long tick = Math.max(Math.max(done, firingTo) + 1, (due + TICK_NANOS - 1) / TICK_NANOS);
    timer.tick = tick + grainTicks - 1 & -(long) grainTicks;
    insert(timer);
    count++;
  }

  private void insert(Timer timer) {
    int level = 0;
    long ahead = timer.tick - done;
    while (ahead >= SLOTS && level < LEVELS - 1) {
      level++;
      ahead = (timer.tick >> level * BITS) - (done >> level * BITS);
    }
    // Beyond the last level: into its furthest slot, and from there again.
    long block = (done >> level * BITS) + Math.min(ahead, SLOTS - 1);
    int slot = level * SLOTS + ((int) block & MASK);
    Timer first = slots[slot];
    timer.slot = slot;
    timer.previous = null;
    timer.next = first;
    if (first != null) {
      first.previous = timer;
    }
    slots[slot] = timer;
    occupied[level] |= 1L << slot;
  }

  /** Does nothing when it fired or was cancelled before. */
  void cancel(Timer timer) {
    if (timer.isArmed()) {
      unlink(timer);
      count--;
    }
  }

  private void unlink(Timer timer) {
    int slot = timer.slot;
    if (timer.previous != null) {
      timer.previous.next = timer.next;
    } else {
      slots[slot] = timer.next;
      if (timer.next == null) {
        occupied[slot >> BITS] &= ~(1L << slot);
      }
    }
    if (timer.next != null) {
      timer.next.previous = timer.previous;
    }
    timer.previous = null;
    timer.next = null;
    timer.slot = NOT_ARMED;
  }

  /** Fires what is due. A timer that is added meanwhile fires with a later call. Returns how many fired. */
  int expire(long nowNanos) {
    long now = tickOf(nowNanos);
    if (now <= done) {
      return 0;
    }
    int fired = 0;
    firingTo = now;
    try {
      for (long t; count > 0 && (t = nextTick()) <= now; ) {
        done = t;
        fired += slotsThatBegin(t);
      }
    } finally {
      firingTo = -1;
    }
    done = Math.max(done, now);
    return fired;
  }

  /** Every slot, of whatever level, whose time begins at {@link #done}. */
  private int slotsThatBegin(long tick) {
    int fired = 0;
    for (int level = LEVELS - 1; level >= 0; level--) {
      long block = tick >> level * BITS;
      if (block << level * BITS == tick) {
        fired += empty(level * SLOTS + ((int) block & MASK));
      }
    }
    return fired;
  }

  private int empty(int slot) {
    int fired = 0;
    // From the start each time: a timer that fires may cancel any other.
    for (Timer timer; (timer = slots[slot]) != null; ) {
      looks++;
      unlink(timer);
      if (timer.tick <= done) {
        count--;
        fired++;
        timer.expired();
      } else {
        insert(timer);
      }
    }
    return fired;
  }

  /** When the next occupied slot begins. */
  private long nextTick() {
    long next = NEVER;
    for (int level = 0; level < LEVELS; level++) {
      long bits = occupied[level];
      if (bits != 0) {
        long block = done >> level * BITS;
        long begin = block + Long.numberOfTrailingZeros(Long.rotateRight(bits, (int) block)) << level * BITS;
        next = Math.min(next, begin);
      }
    }
    return next;
  }

  /** Nanoseconds until the next look is due; negative when there is no timer. */
  long delayNanos(long nowNanos) {
    return count == 0 ? -1 : Math.max(0, nextTick() * TICK_NANOS - (nowNanos - startNanos));
  }

  /** Nanoseconds until an armed timer fires; 0 when it is not armed. */
  long delayOf(Timer timer, long nowNanos) {
    return timer.isArmed() ? Math.max(0, timer.tick * TICK_NANOS - (nowNanos - startNanos)) : 0;
  }

  private long tickOf(long nanos) {
    return (nanos - startNanos) / TICK_NANOS;
  }
}
