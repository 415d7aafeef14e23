package io.sluice.internal.loop;

import static io.sluice.internal.loop.StallDetector.Finding.FINE;
import static io.sluice.internal.loop.StallDetector.Finding.STALLED;
import static io.sluice.internal.loop.StallDetector.Finding.STILL_STALLED;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class StallDetectorTest {
  private static final long INSIDE = 4;
  private static final long OUTSIDE = 5;

  private final StallDetector detector = new StallDetector(100);

  @Test
  void aLoopThatSleepsInItsEngineIsNeverStalled() {
    for (int i = 0; i < 100; i++) {
      assertEquals(FINE, detector.look(INSIDE, 25));
    }
  }

  @Test
  void aStallIsFoundOnceAndEndsWithTheTurn() {
    assertEquals(FINE, detector.look(OUTSIDE, 25));
    assertEquals(FINE, detector.look(OUTSIDE, 50));
    assertEquals(FINE, detector.look(OUTSIDE, 49));
    assertEquals(STALLED, detector.look(OUTSIDE, 1));
    assertEquals(STILL_STALLED, detector.look(OUTSIDE, 25));
    assertEquals(125, detector.outsideNanos());
    assertEquals(FINE, detector.look(OUTSIDE + 1, 25));
    assertEquals(FINE, detector.look(OUTSIDE + 2, 25));
    assertEquals(FINE, detector.look(OUTSIDE + 2, 99));
    assertEquals(STALLED, detector.look(OUTSIDE + 2, 25));
  }

  @Test
  void manyShortTurnsAreNoStall() {
    for (long beat = OUTSIDE; beat < 1000; beat += 2) {
      assertEquals(FINE, detector.look(beat, 60));
    }
  }
}
