package io.sluice.sctp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.CloseReason.Kind;
import io.sluice.api.Await;
import io.sluice.contract.NativeHeap;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;

/**
 * What needs time to show: loss that must not end anything, memory that must not grow. Seconds and cycles are the properties
 * {@code sluice.test.sctp.lossSeconds} and {@code sluice.test.sctp.cycles}; {@code ci/sctp-long} sets them to what is promised.
 */
class SctpEnduranceIT {
  private static final int LOSS_SECONDS = Integer.getInteger("sluice.test.sctp.lossSeconds", 3);
  private static final int CYCLES = Integer.getInteger("sluice.test.sctp.cycles", 500);
  /** An association that is not given back costs at least this. */
  private static final int ASSOCIATION_KIB = 12;
  /** What the JVM itself may have taken meanwhile. */
  private static final int JVM_KIB = 4096;
  private static final Duration BETWEEN_MESSAGES = Duration.ofMillis(500);

  /** An association whose datagrams get lost. */
  private static final class Lossy implements AutoCloseable {
    private final String name;
    private final UdpRelay wire;
    private final SctpRecorder client = new SctpRecorder();
    private final SctpRecorder server;
    private final SctpAssociation near;
    private final SctpAssociation far;
    private int sent;

    Lossy(SctpPair p, SctpLiveness liveness, int percent, boolean even) {
      name = liveness + ", " + percent + " % lost";
      wire = new UdpRelay(p.address().udp());
      SctpAddress through = SctpAddress.overUdp(wire.address(), SctpPair.PORT);
      near = Await.value(p.clientSide.connect(through, SctpOptions.defaults().withLiveness(liveness), client));
      server = Await.next(p.accepted);
      far = Await.value(server.opened);
      if (even) {
        wire.loseEvenly(percent);
      } else {
        wire.lose(percent);
      }
    }

    void talk() {
      isOpen();
      assertTrue(near.send(SctpPair.text("there " + sent), 0, 0).accepted(), name);
      assertTrue(far.send(SctpPair.text("back " + sent), 0, 0).accepted(), name);
      sent++;
    }

    private void isOpen() {
      assertFalse(client.closed.isDone() || server.closed.isDone(), () -> name + ": " + near + ", " + far);
    }

    void judge() {
      for (int i = 0; i < sent; i++) {
        assertEquals("0/0 there " + i, Await.next(server.messages), name);
        assertEquals("0/0 back " + i, Await.next(client.messages), name);
      }
      isOpen();
      wire.lose(0);
    }

    @Override
    public void close() {
      wire.close();
    }
  }

  /**
   * With 10 % lost at random, FAST and DEFAULT see five misses in a row now and then (some percent of all minutes), which is what they
   * were told to take for an end. So they get their share without such a series, and WAN gets it at random.
   */
  @OnEverySctpEngine
  void lossOfFiveAndTenPercentEndsNothingAndLosesNothing(SctpCell cell) {
    List<Lossy> all = new ArrayList<>();
    try (SctpPair fast = new SctpPair(cell);
        SctpPair slow = new SctpPair(cell, SctpOptions.defaults(), SctpStackOptions.defaults(), SctpRecorder::new);
        SctpPair wan =
            new SctpPair(cell, SctpOptions.defaults().withLiveness(SctpLiveness.WAN), SctpStackOptions.defaults(), SctpRecorder::new)) {
      for (int percent : new int[] {5, 10}) {
        all.add(new Lossy(fast, SctpLiveness.FAST, percent, true));
        all.add(new Lossy(slow, SctpLiveness.DEFAULT, percent, true));
        all.add(new Lossy(wan, SctpLiveness.WAN, percent, false));
      }
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LOSS_SECONDS);
      while (System.nanoTime() < end) { // Time is the subject here.
        all.forEach(Lossy::talk);
        LockSupport.parkNanos(BETWEEN_MESSAGES.toNanos());
      }
      all.forEach(Lossy::judge);
    } finally {
      all.forEach(Lossy::close);
    }
  }

  private static void cycles(SctpPair p, SctpEndpoint dialer, int from, int to) {
    for (int i = from; i < to; i++) {
      SctpRecorder client = new SctpRecorder();
      SctpAssociation near = Await.value(dialer.connect(p.address(), SctpOptions.defaults(), client));
      SctpRecorder server = Await.next(p.accepted);
      SctpAssociation far = Await.value(server.opened);
      (i % 2 == 0 ? near : far).abort("next");
      assertEquals(i % 2 == 0 ? Kind.PEER_ABORT : Kind.LOCAL_ABORT, Await.value(server.closed).kind());
      assertEquals(i % 2 == 0 ? Kind.LOCAL_ABORT : Kind.PEER_ABORT, Await.value(client.closed).kind());
    }
  }

  private static void openAndAbort(SctpCell cell, int cycles) {
    try (SctpPair p = new SctpPair(cell)) {
      SctpEndpoint dialer = Await.value(p.clientSide.bind(SctpPair.loopback(0)));
      int warm = cycles / 4;
      cycles(p, dialer, 0, warm);
      long before = NativeHeap.isMeasurable() ? NativeHeap.usedKib() : 0;
      cycles(p, dialer, warm, cycles);
      assertEquals(0, p.clientSide.stats().live());
      Await.until("the server forgot them, too", () -> p.serverSide.stats().live() == 0);
      assertEquals(cycles, p.serverSide.stats().value(SctpMetric.ASSOCIATIONS_OPENED));
      assertEquals(cycles, p.serverSide.stats().value(SctpMetric.ASSOCIATIONS_CLOSED));
      assertEquals(0, dialer.associations());
      assertEquals(0, p.listener.associations());
      if (NativeHeap.isMeasurable()) {
        long limit = Math.max(JVM_KIB, (cycles - warm) * ASSOCIATION_KIB / 4);
        Await.until("no more than " + limit + " KiB above " + before, () -> NativeHeap.usedKib() - before < limit);
        System.out.println(cell + ": " + cycles + " associations, " + (NativeHeap.usedKib() - before) + " KiB more than after a quarter");
      }
    }
  }

  @OnEverySctpEngine
  void openingAndAbortingLeavesNothingBehind(SctpCell cell) {
    openAndAbort(cell, CYCLES);
  }

  @Tag("slow")
  @OnEverySctpEngine
  void tenThousandTimesOpenedAndAbortedTheMemoryIsFlat(SctpCell cell) {
    Assumptions.assumeTrue(NativeHeap.isMeasurable(), "no mallinfo2(3), or -Xcheck:jni: memory cannot be measured here");
    openAndAbort(cell, 10_000);
  }
}
