package io.sluice.internal.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.BufferLease;
import io.sluice.CloseReason;
import io.sluice.CloseReason.Kind;
import io.sluice.Connection;
import io.sluice.ConnectionHandler;
import io.sluice.ConnectionOptions;
import io.sluice.IdleKind;
import io.sluice.IdlePolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Idle rules against virtual time: what is due when, what stands still, and how much work it is. */
class IdleWatchTest {
  private static final long S = 1_000_000_000L;
  private static final Settings SETTINGS = new Settings(ConnectionOptions.defaults(), false);

  /** Turns of a loop without sockets: the timers' part of it. */
  private static final class Clock {
    long now = Long.MAX_VALUE - 40 * S; // System.nanoTime() may pass the end of its range.
    final TimerWheel wheel = new TimerWheel(now);
    final IdleWatches watches = new IdleWatches(wheel);
    final List<String> events = new ArrayList<>();
    long wakeUps;

    final ConnectionHandler handler =
        new ConnectionHandler() {
          @Override
          public void onData(Connection c, BufferLease data) {}

          @Override
          public void onIdle(Connection c, IdleKind kind) {
            events.add(kind + " " + seconds());
          }

          @Override
          public void onHeartbeat(Connection c) {
            events.add("ping " + seconds());
          }
        };

    long begin = now;

    long seconds() {
      return (now - begin) / S;
    }

    IdleWatch watch(IdlePolicy policy) {
      StreamConnection c = new StreamConnection(null, 1L, SETTINGS);
      c.handler = handler;
      c.idle = watches.start(c, IdleRules.of(policy), now);
      return c.idle;
    }

    void turn(int completions, int connections) {
      wakeUps++;
      watches.entering(now);
      wheel.expire(now);
      watches.entered(now);
      if (watches.anyDue()) {
        watches.judge(completions, connections);
      }
    }

    /** The time passes in callbacks of the turn that has begun, and not in a wait of the engine. */
    void busyTurn(long nanos) {
      now += nanos;
      watches.turnEnds(now);
      turn(0, 1);
    }

    /** Goes on to that time, turn by turn as the timers want it. */
    void to(long seconds) {
      long end = begin + seconds * S;
      while (end - now > 0) {
        long delay = wheel.delayNanos(now);
        now += delay < 0 ? end - now : Math.min(Math.max(1, delay), end - now);
        turn(0, 1);
      }
    }
  }

  private static IdlePolicy notify(IdleKind kind, int seconds) {
    return IdlePolicy.none().withNotify(kind, Duration.ofSeconds(seconds));
  }

  private static IdlePolicy close(IdleKind kind, int seconds) {
    return IdlePolicy.none().withClose(kind, Duration.ofSeconds(seconds));
  }

  @Test
  void aNotificationIsRepeatedUntilThereIsTraffic() {
    Clock t = new Clock();
    IdleWatch w = t.watch(notify(IdleKind.READ, 10));
    t.to(25);
    w.readAt = t.now;
    t.to(36);
    assertEquals(List.of("READ 10", "READ 20", "READ 35"), t.events);
  }

  @Test
  void eachKindLooksAtItsOwnDirection() {
    Clock t = new Clock();
    IdleWatch w = t.watch(notify(IdleKind.WRITE, 10).withNotify(IdleKind.ALL, Duration.ofSeconds(15)));
    t.to(5);
    w.readAt = t.now;
    t.to(19);
    assertEquals(List.of("WRITE 10"), t.events);
    w.writeAt = t.now;
    t.to(35);
    assertEquals(List.of("WRITE 10", "WRITE 29", "ALL 34"), t.events);
  }

  @Test
  void aCloseIsDueAfterItsTimeAndNotBefore() {
    Clock t = new Clock();
    for (IdleKind kind : IdleKind.values()) {
      IdleWatch w = t.watch(close(kind, 10));
      assertNull(w.judge(t.now + 10 * S - 1, t.now + 10 * S));
      CloseReason why = w.judge(t.now + 10 * S, t.now + 10 * S);
      assertEquals(Kind.IDLE_TIMEOUT, why.kind());
      assertTrue(why.detail().contains("10 s") && why.detail().contains(kind.toString()), why.detail());
      assertFalse(why.isExpected());
    }
  }

  @Test
  void whatArrivedBeforeTheLoopLookedIsNotHeldAgainstThePeer() {
    Clock t = new Clock();
    IdleWatch w = t.watch(close(IdleKind.READ, 10));
    // The loop was held up for a minute; what it then takes from the socket bears the time of taking it.
    w.readAt = t.now + 60 * S;
    assertNull(w.judge(t.now + 59 * S, t.now + 60 * S));
    assertNotNull(w.judge(t.now + 70 * S, t.now + 70 * S));
  }

  @Test
  void whilePausedReadAndAllStandStillAndWriteGoesOn() {
    Clock t = new Clock();
    IdleWatch w =
        t.watch(
            close(IdleKind.READ, 5).withClose(IdleKind.ALL, Duration.ofSeconds(6))
                .withNotify(IdleKind.WRITE, Duration.ofSeconds(10)));
    w.connection.flags |= ConnectionCore.PAUSED;
    t.to(31);
    assertEquals(List.of("WRITE 10", "WRITE 20", "WRITE 30"), t.events);
    w.connection.flags &= ~ConnectionCore.PAUSED;
    w.resumed(t.now);
    assertNull(w.judge(t.now + 5 * S - 1, t.now + 5 * S - 1));
    assertNotNull(w.judge(t.now + 5 * S, t.now + 5 * S));
  }

  @Test
  void afterThePeersEndOnlyWritesCount() {
    Clock t = new Clock();
    IdleWatch w = t.watch(close(IdleKind.READ, 5).withHeartbeat(Duration.ofSeconds(1), Duration.ofSeconds(1)));
    IdleWatch all = t.watch(notify(IdleKind.ALL, 10));
    w.connection.flags |= ConnectionCore.INPUT_CLOSED;
    all.connection.flags |= ConnectionCore.INPUT_CLOSED;
    t.to(15);
    assertEquals(List.of("ALL 10"), t.events);
  }

  @Test
  void afterOurOwnEndWritesDoNotCountAndNoPingIsAskedFor() {
    Clock t = new Clock();
    IdleWatch w =
        t.watch(
            close(IdleKind.WRITE, 5).withHeartbeat(Duration.ofSeconds(1), Duration.ofSeconds(1))
                .withNotify(IdleKind.ALL, Duration.ofSeconds(10)));
    w.connection.flags |= ConnectionCore.OUTPUT_SHUT;
    t.to(15);
    assertEquals(List.of("ALL 10"), t.events);
  }

  @Test
  void pingsAreRepeatedAndTheTimeoutCountsFromTheFirstUnansweredOne() {
    Clock t = new Clock();
    IdleWatch w = t.watch(IdlePolicy.none().withHeartbeat(Duration.ofSeconds(10), Duration.ofSeconds(25)));
    t.to(12);
    w.readAt = t.now;
    t.to(46);
    assertEquals(List.of("ping 10", "ping 22", "ping 32", "ping 42"), t.events);
    long firstUnanswered = t.begin + 22 * S;
    assertNull(w.judge(firstUnanswered + 25 * S - 1, t.now));
    assertEquals(Kind.HEARTBEAT_TIMEOUT, w.judge(firstUnanswered + 25 * S + 32_000_000 * 10, t.now).kind());
  }

  @Test
  void aProcessThatWasStoppedAsksForAPingBeforeItGivesUp() {
    Clock t = new Clock();
    t.watch(IdlePolicy.none().withHeartbeat(Duration.ofSeconds(10), Duration.ofSeconds(10)));
    t.now += 3600 * S;
    t.turn(0, 1);
    assertEquals(List.of("ping 3600"), t.events);
  }

  @Test
  void aBusyLoopFirstTakesWhatArrivedButNotForEver() {
    Clock t = new Clock();
    t.watch(notify(IdleKind.READ, 10));
    t.now += 11 * S;
    int turns = 0;
    for (; t.events.isEmpty(); turns++) {
      assertTrue(turns < 1000);
      t.turn(IdleWatches.FULL_BATCH, 10 * IdleWatches.FULL_BATCH);
    }
    assertEquals(12, turns);
  }

  @Test
  void aStoppedWatchDoesNothingAlsoWhenItIsDue() {
    Clock t = new Clock();
    IdleWatch w = t.watch(notify(IdleKind.READ, 10));
    t.now += 11 * S;
    t.watches.entering(t.now);
    t.wheel.expire(t.now);
    t.watches.stop(w);
    t.watches.stop(w);
    assertTrue(t.watches.anyDue());
    t.watches.judge(0, 1);
    assertFalse(t.watches.any());
    assertTrue(t.wheel.isEmpty());
    assertEquals(List.of(), t.events);
  }

  @Test
  void aHundredThousandSilentConnectionsCostOneLookPerIntervalEach() {
    Clock t = new Clock();
    int connections = 100_000;
    IdlePolicy policy =
        IdlePolicy.none().withNotify(IdleKind.READ, Duration.ofSeconds(60)).withClose(IdleKind.ALL, Duration.ofHours(10));
    IdleRules rules = IdleRules.of(policy);
    int[] told = new int[1];
    ConnectionHandler counting =
        new ConnectionHandler() {
          @Override
          public void onData(Connection c, BufferLease data) {}

          @Override
          public void onIdle(Connection c, IdleKind kind) {
            told[0]++;
          }
        };
    for (int i = 0; i < connections; i++) {
      StreamConnection c = new StreamConnection(null, 1L, SETTINGS);
      c.handler = counting;
      c.idle = t.watches.start(c, rules, t.now + i * 60 * S / connections);
    }
    t.to(600);
    long looks = t.wheel.looks();
    assertTrue(told[0] >= 8 * connections && told[0] <= 10 * connections, told[0] + " notifications");
    // One judgement for each notification, and on its way a timer passes at most one slot above the one it fires from.
    assertTrue(t.watches.judged() <= told[0] + connections, t.watches.judged() + " judged");
    assertTrue(looks <= 2L * told[0] + 2L * connections, looks + " timers looked at");
    assertTrue(t.wakeUps <= 600 * 3 / 2, t.wakeUps + " wake-ups in 600 s");
  }

  @Test
  void whatALongCallbackSentCountsFromItsEnd() {
    Clock t = new Clock();
    IdleWatch w = t.watch(notify(IdleKind.WRITE, 10));
    t.turn(0, 1);
    w.writeAt = t.watches.nanos; // At the callback's end, by the clock of the turn's beginning.
    t.busyTurn(25 * S);
    assertEquals(List.of(), t.events, "the callback took longer than the limit, and has sent just now");
    t.to(36);
    assertEquals(List.of("WRITE 35"), t.events);
  }

  @Test
  void manyLaterTurnsThatAreLongDoNotHideOneThatStillMatters() {
    Clock t = new Clock();
    IdleWatch w = t.watch(notify(IdleKind.WRITE, 100));
    t.turn(0, 1);
    w.writeAt = t.watches.nanos;
    t.busyTurn(90 * S);
    for (int i = 0; i < 10 * IdleWatches.LONG_TURNS; i++) {
      t.busyTurn(IdleWatches.LONG_TURN_NANOS);
    }
    t.to(189);
    assertEquals(List.of(), t.events);
    t.to(195);
    assertEquals(1, t.events.size());
  }

  @Test
  void trafficDoesNotTouchTheTimers() {
    Clock t = new Clock();
    IdleWatch w = t.watch(close(IdleKind.READ, 60));
    for (int i = 1; i <= 6000; i++) {
      t.to(i);
      w.readAt = t.now;
    }
    assertTrue(t.watches.judged() <= 102, t.watches.judged() + " looks in 6000 s of traffic");
  }
}
