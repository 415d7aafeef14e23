package io.sluice.internal.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class TurnClockTest {
  private final LoopCounters counters = new LoopCounters();
  private final TurnClock clock = new TurnClock(counters);

  @Test
  void theBeatIsOddOutsideTheEngineAndEvenInside() {
    assertEquals(0, counters.read(LoopCounters.BEAT));
    clock.turnBegins();
    assertEquals(1, counters.read(LoopCounters.BEAT));
    clock.turnBegins();
    assertEquals(1, counters.read(LoopCounters.BEAT), "the same turn");
    clock.turnEnds();
    clock.turnEnds();
    assertEquals(2, counters.read(LoopCounters.BEAT));
  }

  @Test
  void onlySomeTurnsAreMeasuredAndTheyStandForAllOfThem() {
    long sum = 0;
    for (int i = 0; i < 100_000; i++) {
      int gap = clock.nextGap();
      assertTrue(gap >= 1 && gap < 2 * TurnClock.MEAN_GAP, "gap " + gap);
      sum += gap;
    }
    assertEquals(TurnClock.MEAN_GAP, sum / 100_000.0, 0.5);
  }

  @Test
  void theFirstTurnIsMeasured() {
    clock.turnBegins();
    clock.turnEnds();
    assertTrue(counters.read(LoopCounters.TURN_NANOS) > 0);
    assertEquals(counters.read(LoopCounters.TURN_NANOS), counters.read(LoopCounters.LONGEST_TURN_NANOS));
  }
}
