package io.sluice.internal.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The wheel against virtual time: no timer early, none late by more than a tick, none lost. */
class TimerWheelTest {
  private static final long MS = 1_000_000L;
  private static final long START = -5 * MS; // nanoTime may be negative

  private static final class Probe extends TimerWheel.Timer {
    long firedAt = Long.MIN_VALUE;
    long dueAt;
    Runnable then;
    long[] clock;

    @Override
    void expired() {
      firedAt = clock[0];
      if (then != null) {
        then.run();
      }
    }
  }

  private static Probe probe(long[] clock) {
    Probe p = new Probe();
    p.clock = clock;
    return p;
  }

  @Test
  void everyTimerFiresOnceNotEarlyAndWithinOneTick() {
    long[] now = {START};
    TimerWheel wheel = new TimerWheel(START);
    Random random = new Random(7);
    List<Probe> waiting = new ArrayList<>();
    for (int round = 0; round < 20_000; round++) {
      if (random.nextInt(4) == 0) {
        Probe p = probe(now);
        long delay = (long) (random.nextDouble() * random.nextDouble() * 5_000 * MS);
        p.dueAt = now[0] + delay;
        wheel.add(p, now[0], delay);
        waiting.add(p);
      }
      if (random.nextInt(20) == 0 && !waiting.isEmpty()) {
        Probe p = waiting.remove(random.nextInt(waiting.size()));
        wheel.cancel(p);
        wheel.cancel(p);
        assertFalse(p.isArmed());
      }
      long next = wheel.delayNanos(now[0]);
      assertEquals(waiting.isEmpty(), next < 0);
      now[0] += next > 0 && random.nextBoolean() ? next : random.nextInt((int) (3 * MS));
      long at = now[0];
      wheel.expire(at);
      for (Probe p : List.copyOf(waiting)) {
        if (p.firedAt != Long.MIN_VALUE) {
          assertTrue(p.firedAt >= p.dueAt, "early");
          waiting.remove(p);
        } else {
          assertTrue(p.dueAt > at - 2 * TimerWheel.TICK_NANOS, "late");
        }
      }
    }
    while (!wheel.isEmpty()) {
      now[0] += Math.max(1, wheel.delayNanos(now[0]));
      wheel.expire(now[0]);
    }
    assertTrue(waiting.stream().allMatch(p -> p.firedAt >= p.dueAt));
  }

  @Test
  void aTimerThatAddsItselfAgainDoesNotHoldTheWheel() {
    long[] now = {START};
    TimerWheel wheel = new TimerWheel(START);
    int[] fired = new int[1];
    class Again extends TimerWheel.Timer {
      @Override
      void expired() {
        fired[0]++;
        wheel.add(new Again(), now[0], 0);
      }
    }
    wheel.add(new Again(), now[0], 0);
    now[0] += 10 * MS;
    assertEquals(1, wheel.expire(now[0]));
    assertEquals(1, fired[0]);
    assertTrue(wheel.delayNanos(now[0]) <= MS);
  }

  @Test
  void aCallbackMayCancelItsNeighbour() {
    long[] now = {START};
    TimerWheel wheel = new TimerWheel(START);
    Probe a = probe(now);
    Probe b = probe(now);
    a.then = () -> wheel.cancel(b);
    b.then = () -> wheel.cancel(a);
    wheel.add(a, now[0], MS);
    wheel.add(b, now[0], MS);
    now[0] += 5 * MS;
    assertEquals(1, wheel.expire(now[0]));
    assertTrue(wheel.isEmpty());
  }

  /** Timers of every distance, so that each passes through several levels. */
  @Test
  void farTimersFireOnceNotEarlyAndWithinOneTick() {
    long[] now = {START};
    TimerWheel wheel = new TimerWheel(START);
    Random random = new Random(11);
    List<Probe> waiting = new ArrayList<>();
    for (int i = 0; i < 20_000; i++) {
      Probe p = probe(now);
      long delay = (long) Math.exp(random.nextDouble() * Math.log(400L * 24 * 3600 * 1000 * MS));
      p.dueAt = now[0] + delay;
      wheel.add(p, now[0], delay);
      waiting.add(p);
    }
    waiting.sort((a, b) -> Long.compare(a.dueAt, b.dueAt));
    int next = 0;
    while (!wheel.isEmpty()) {
      long wait = wheel.delayNanos(now[0]);
      // Not always at the first possible moment.
      now[0] += random.nextInt(4) == 0 ? wait * 2 + MS : Math.max(1, wait);
      long at = now[0];
      wheel.expire(at);
      for (; next < waiting.size() && waiting.get(next).dueAt <= at - TimerWheel.TICK_NANOS; next++) {
        assertTrue(waiting.get(next).firedAt != Long.MIN_VALUE, "late");
      }
    }
    assertTrue(waiting.stream().allMatch(p -> p.firedAt >= p.dueAt));
  }

  @Test
  void aTimerIsLookedAtOncePerLevelHoweverLongItWaits() {
    long[] now = {START};
    TimerWheel wheel = new TimerWheel(START);
    int timers = 10_000;
    for (int i = 0; i < timers; i++) {
      wheel.add(probe(now), now[0], 3600_000 * MS + i * MS);
    }
    int wakeUps = 0;
    while (!wheel.isEmpty()) {
      now[0] += Math.max(1, wheel.delayNanos(now[0]));
      wheel.expire(now[0]);
      wakeUps++;
    }
    assertTrue(wheel.looks() <= 4L * timers, wheel.looks() + " looks at " + timers + " timers");
    assertTrue(wakeUps <= timers + timers / 32, wakeUps + " wake-ups");
  }

  @Test
  void timersOfACoarseGrainShareWakeUpsAndAreNotEarly() {
    long[] now = {START};
    TimerWheel wheel = new TimerWheel(START);
    List<Probe> all = new ArrayList<>();
    for (int i = 0; i < 10_000; i++) {
      Probe p = probe(now);
      p.dueAt = now[0] + 60_000 * MS + i * MS;
      wheel.add(p, now[0], 60_000 * MS + i * MS, 1024);
      all.add(p);
    }
    int wakeUps = 0;
    while (!wheel.isEmpty()) {
      now[0] += Math.max(1, wheel.delayNanos(now[0]));
      wheel.expire(now[0]);
      wakeUps++;
    }
    assertTrue(wakeUps <= 40, wakeUps + " wake-ups");
    for (Probe p : all) {
      assertTrue(p.firedAt >= p.dueAt && p.firedAt - p.dueAt <= 1025 * MS, "fired " + (p.firedAt - p.dueAt) + " ns after");
    }
  }

  /** The wheel is empty while the callback runs: the new timer must not land in the slot that is being emptied. */
  @Test
  void theLastTimerMayAddAnotherAWholeLevelAhead() {
    long[] now = {START};
    TimerWheel wheel = new TimerWheel(START);
    for (int stall = 1; stall < 200; stall++) {
      for (int delay = 0; delay < 200; delay++) {
        Probe second = probe(now);
        Probe first = probe(now);
        int d = delay;
        first.then = () -> wheel.add(second, now[0], d * MS);
        wheel.add(first, now[0], 0);
        now[0] += stall * MS;
        assertEquals(1, wheel.expire(now[0]));
        now[0] += (d + 1) * MS;
        assertEquals(1, wheel.expire(now[0]));
        assertTrue(wheel.isEmpty());
      }
    }
  }
}
