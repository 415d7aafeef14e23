package io.sluice;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.CloseReason.Kind;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LoopStatsTest {
  private static LoopStats stats(String name, int seconds, long received, long live, long longest, long resets) {
    return new LoopStats(
        name, "epoll", "jni", 1, Duration.ofSeconds(seconds),
        Map.of(
            LoopMetric.BYTES_RECEIVED, received, LoopMetric.CONNECTIONS_LIVE, live, LoopMetric.TURN_TIME_LONGEST, longest,
            LoopMetric.CONNECTIONS_CLOSED, resets + 1),
        Map.of(Kind.PEER_RESET, resets, Kind.PEER_CLOSE, 1L));
  }

  @Test
  void aDifferenceSubtractsCountersAndKeepsGaugesAndMaxima() {
    LoopStats d = stats("group 1, loop 0", 14, 5000, 7, 90, 4).minus(stats("group 1, loop 0", 10, 1000, 9, 80, 1));
    assertEquals(Duration.ofSeconds(4), d.span());
    assertEquals(4000, d.value(LoopMetric.BYTES_RECEIVED));
    assertEquals(1000.0, d.perSecond(LoopMetric.BYTES_RECEIVED));
    assertEquals(7, d.value(LoopMetric.CONNECTIONS_LIVE));
    assertEquals(90, d.value(LoopMetric.TURN_TIME_LONGEST));
    assertEquals(3, d.closes(Kind.PEER_RESET));
    assertEquals(3, d.unexpectedCloses());
    assertEquals(0, d.closes(Kind.PEER_CLOSE));
  }

  @Test
  void aSumAddsCountersAndGaugesAndTakesTheLargestMaximum() {
    LoopStats s = LoopStats.sum("group 1", List.of(stats("a", 14, 5000, 7, 90, 4), stats("b", 10, 1000, 9, 80, 1)));
    assertEquals(2, s.loops());
    assertEquals("epoll", s.engine());
    assertEquals(Duration.ofSeconds(14), s.span());
    assertEquals(6000, s.value(LoopMetric.BYTES_RECEIVED));
    assertEquals(16, s.value(LoopMetric.CONNECTIONS_LIVE));
    assertEquals(90, s.value(LoopMetric.TURN_TIME_LONGEST));
    assertEquals(2, s.closes(Kind.PEER_CLOSE));
  }

  @Test
  void wrongArgumentsAreRefusedByName() {
    LoopStats a = stats("a", 2, 0, 0, 0, 0);
    assertTrue(
        assertThrows(IllegalArgumentException.class, () -> a.minus(stats("b", 1, 0, 0, 0, 0))).getMessage().contains("of b"));
    assertThrows(IllegalArgumentException.class, () -> a.minus(stats("a", 3, 0, 0, 0, 0)));
    assertThrows(IllegalArgumentException.class, () -> LoopStats.sum("x", List.of()));
    assertThrows(IllegalArgumentException.class, () -> stats("a", -1, 0, 0, 0, 0));
    assertThrows(UnsupportedOperationException.class, () -> a.values().put(LoopMetric.TURNS, 1L));
    for (Duration d : List.of(Duration.ofMillis(-1), Duration.ofNanos(1), Duration.ofDays(1), Duration.ofSeconds(Long.MAX_VALUE))) {
      String message =
          assertThrows(IllegalArgumentException.class, () -> EventLoopGroup.builder().stallThreshold(d)).getMessage();
      assertTrue(message.startsWith("stallThreshold " + d + " is neither zero (off) nor within PT0.01S to PT1H"), message);
    }
  }

  @Test
  void itPrintsForPeople() {
    String text = stats("group 1, loop 0", 75, 5 << 20, 7, 1_500_000, 4).toString();
    assertTrue(text.startsWith("group 1, loop 0, engine epoll, binding jni, over 75.0 s"), text);
    assertTrue(text.contains("5.0 MiB"), text);
    assertTrue(text.contains("1.5 ms longest"), text);
    assertTrue(text.contains("5 closed: PEER_CLOSE 1, PEER_RESET 4"), text);
    assertFalse(text.contains("IO_ERROR"), text);
  }

  @Test
  void numbersCarryTheUnitThatFits() {
    assertEquals("99999", LoopStatsText.count(99_999));
    assertEquals("100.0 k", LoopStatsText.count(100_000));
    assertEquals("1.0 M", LoopStatsText.count(999_990));
    assertEquals("1023 B", LoopStatsText.bytes(1023));
    assertEquals("1.0 KiB", LoopStatsText.bytes(1024));
    assertEquals("8.0 EiB", LoopStatsText.bytes(Long.MAX_VALUE));
    assertEquals("999 ns", LoopStatsText.time(999));
    assertEquals("1.0 us", LoopStatsText.time(1000));
    assertEquals("2.5 s", LoopStatsText.time(2_500_000_000L));
  }

  @Test
  void everyMetricHasAKeyOfItsOwn() {
    assertEquals(
        LoopMetric.values().length,
        java.util.Arrays.stream(LoopMetric.values()).map(LoopMetric::key).distinct().count());
  }
}
