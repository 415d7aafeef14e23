package io.sluice.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.ConnectionOptions;
import io.sluice.IdleKind;
import io.sluice.IdlePolicy;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Wrong durations fail at the call, with the value and the range. */
class IdlePolicyTest {
  private static final Duration GOOD = Duration.ofSeconds(1);
  private static final Duration[] BAD = {
    Duration.ofNanos(-1), Duration.ofSeconds(Long.MIN_VALUE), Duration.ZERO, Duration.ofMillis(9),
    Duration.ofDays(365).plusNanos(1), Duration.ofSeconds(Long.MAX_VALUE)
  };

  @Test
  void durationsOutsideTheRangeAreRefused() {
    for (Duration bad : BAD) {
      for (IdleKind kind : IdleKind.values()) {
        refused(bad, () -> IdlePolicy.none().withNotify(kind, bad));
        refused(bad, () -> IdlePolicy.none().withClose(kind, bad));
      }
      refused(bad, () -> IdlePolicy.none().withHeartbeat(bad, GOOD));
      refused(bad, () -> IdlePolicy.none().withHeartbeat(GOOD, bad));
    }
  }

  private static void refused(Duration bad, Runnable call) {
    String message = assertThrows(IllegalArgumentException.class, call::run).getMessage();
    assertTrue(message.contains(bad.toString()), message);
    assertTrue(message.contains("PT0.01S to PT8760H"), message);
  }

  @Test
  void nullsAreRefused() {
    IdlePolicy p = IdlePolicy.none();
    assertThrows(NullPointerException.class, () -> p.withNotify(null, GOOD));
    assertThrows(NullPointerException.class, () -> p.withNotify(IdleKind.ALL, null));
    assertThrows(NullPointerException.class, () -> p.withClose(null, GOOD));
    assertThrows(NullPointerException.class, () -> p.withClose(IdleKind.READ, null));
    assertThrows(NullPointerException.class, () -> p.withHeartbeat(null, GOOD));
    assertThrows(NullPointerException.class, () -> p.withHeartbeat(GOOD, null));
    assertThrows(NullPointerException.class, () -> ConnectionOptions.defaults().withIdle(null));
  }

  @Test
  void eachWithChangesOneThingInACopy() {
    IdlePolicy p =
        IdlePolicy.none()
            .withNotify(IdleKind.READ, Duration.ofSeconds(3))
            .withClose(IdleKind.READ, Duration.ofSeconds(4))
            .withHeartbeat(Duration.ofSeconds(5), Duration.ofSeconds(6));
    assertEquals(Optional.of(Duration.ofSeconds(3)), p.notifyAfter(IdleKind.READ));
    assertEquals(Optional.of(Duration.ofSeconds(4)), p.closeAfter(IdleKind.READ));
    assertEquals(Optional.empty(), p.closeAfter(IdleKind.ALL));
    assertEquals(Optional.of(Duration.ofSeconds(5)), p.heartbeatInterval());
    assertEquals(Optional.of(Duration.ofSeconds(6)), p.heartbeatTimeout());
    assertEquals("IdlePolicy[notify READ PT3S, close READ PT4S, heartbeat PT5S PT6S]", p.toString());
    assertEquals("IdlePolicy[]", IdlePolicy.none().toString());
    assertSame(IdlePolicy.none(), ConnectionOptions.defaults().idle());
    assertSame(p, ConnectionOptions.defaults().withIdle(p).withSendBounds(1, 2, 3).withReadingPaused(true).idle());
  }
}
