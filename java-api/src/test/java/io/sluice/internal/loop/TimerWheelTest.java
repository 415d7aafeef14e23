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
}
