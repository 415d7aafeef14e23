package io.sluice.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.BufferLease;
import io.sluice.Connection;
import io.sluice.EventLoop;
import io.sluice.EventLoopGroup;
import io.sluice.LoopMetric;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import jdk.jfr.consumer.RecordedEvent;

/** A callback or task that blocks its loop is reported, with the place where it blocks. */
class StalledLoopIT {
  private static final Duration THRESHOLD = Duration.ofMillis(20);

  /** Lets the loop go on before the server is closed, also when the test fails. */
  private interface Unblock extends AutoCloseable {
    @Override
    void close();
  }

  /** Blocks in onData until the test says so. */
  static final class Blocker extends Recorder {
    final CountDownLatch goOn;

    Blocker(CountDownLatch goOn) {
      this.goOn = goOn;
    }

    @Override
    public void onData(Connection c, BufferLease lease) {
      thisCallBlocks(goOn);
      c.send(lease);
    }
  }

  static void thisCallBlocks(CountDownLatch until) {
    try {
      until.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static long stalls(EventLoopGroup group) {
    return group.stats().value(LoopMetric.STALLS);
  }

  @OnEveryEngine
  void aBlockingCallbackIsReportedOnceWithItsStack(Cell cell) throws Exception {
    CountDownLatch goOn = new CountDownLatch(1);
    try (FlightRecording recording = new FlightRecording("LoopStalled");
        Server<Blocker> server =
            new Server<>(cell.builder().stallThreshold(THRESHOLD).build(), () -> new Blocker(goOn));
        Socket s = server.client();
        Unblock first = goOn::countDown) {
      s.getOutputStream().write(7);
      untilStalledLonger(server.group);
      long seen = stalls(server.group);
      assertTrue(seen >= 1);
      untilStalledLonger(server.group);
      assertEquals(seen, stalls(server.group), "one stall is one report");
      first.close();
      assertEquals(7, s.getInputStream().read());
      List<RecordedEvent> events = recording.events("LoopStalled").stream()
          .filter(e -> e.getString("blockingStack").contains("thisCallBlocks")).toList();
      assertEquals(1, events.size(), events::toString);
      RecordedEvent e = events.get(0);
      assertTrue(e.getString("loop").matches("group \\d+, loop 0"), e::toString);
      assertTrue(e.getThread("loopThread").getJavaName().startsWith("sluice-"), e::toString);
      assertTrue(e.getDuration("stalledTime").compareTo(THRESHOLD) >= 0, e::toString);
    }
  }

  @OnEveryEngine
  void aBlockingTaskOfACallerDrivenLoopIsReportedAndRestBetweenTurnsIsNot(Cell cell) throws Exception {
    try (EventLoopGroup group = cell.builder().callerDriven().stallThreshold(THRESHOLD).build()) {
      EventLoop loop = group.loops().get(0);
      loop.turn(Duration.ZERO);
      stallElsewhere(cell);
      long before = stalls(group); // On a busy machine the first turn may have been one.
      stallElsewhere(cell);
      assertEquals(before, stalls(group), "a loop that nobody drives is not stalled");
      loop.execute(() -> Await.until("the stall is seen", () -> stalls(group) == before + 1));
      loop.turn(Duration.ZERO);
      assertEquals(before + 1, stalls(group));
    }
  }

  private static void untilStalledLonger(EventLoopGroup group) {
    long now = group.stats().value(LoopMetric.TURN_TIME_LONGEST);
    Await.until(
        "the longest turn is becoming longer",
        () -> group.stats().value(LoopMetric.TURN_TIME_LONGEST) > now + 3 * THRESHOLD.toNanos());
  }

  /** Another loop's stalls prove that the watch had time enough to see one here. */
  private static void stallElsewhere(Cell cell) {
    try (EventLoopGroup other = cell.builder().stallThreshold(THRESHOLD).build()) {
      for (int i = 1; i <= 3; i++) {
        int n = i;
        long turns = // As the task sees it: earlier, the loop may still have been about to sleep.
            Await.on(
                other.loops().get(0),
                () -> {
                  Await.until("a stall is seen", () -> stalls(other) >= n);
                  return other.stats().value(LoopMetric.TURNS);
                });
        Await.until("the turn is over", () -> other.stats().value(LoopMetric.TURNS) > turns);
      }
    }
  }

  @OnEveryEngine
  void aSleepingLoopIsNotReported(Cell cell) {
    try (EventLoopGroup sleeping = cell.builder().stallThreshold(THRESHOLD).build()) {
      stallElsewhere(cell);
      long before = stalls(sleeping);
      stallElsewhere(cell);
      assertEquals(before, stalls(sleeping), () -> sleeping.stats().toString());
    }
  }

  @OnEveryEngine
  void zeroSwitchesTheWatchOff(Cell cell) {
    try (EventLoopGroup unwatched = cell.builder().stallThreshold(Duration.ZERO).build()) {
      Await.on(
          unwatched.loops().get(0),
          () -> {
            stallElsewhere(cell);
            return null;
          });
      assertEquals(0, stalls(unwatched));
    }
  }

  @OnEveryEngine
  void theWatchEndsWithTheLastGroup(Cell cell) {
    EventLoopGroup one = cell.group();
    EventLoopGroup two = cell.group();
    assertEquals(1, watches());
    one.close();
    assertEquals(1, watches());
    two.close();
    assertEquals(0, watches());
  }

  private static long watches() {
    return Thread.getAllStackTraces().keySet().stream().filter(t -> t.getName().equals("sluice-watch")).count();
  }
}
