package io.sluice.sctp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.BufferLease;
import io.sluice.CloseReason.Initiator;
import io.sluice.CloseReason.Kind;
import io.sluice.SendResult;
import io.sluice.api.Await;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** What goes wrong: handlers that throw, peers that fall silent or restart, networks that lose, strangers that send anything. */
class SctpFaultsIT {
  private static final SctpOptions FAST = SctpOptions.defaults().withLiveness(SctpLiveness.FAST);

  private static class Broken extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Broken() {
      super("on purpose");
    }
  }

  private static void failsWith(SctpCell cell, String where, Supplier<SctpRecorder> broken, boolean closedIsTold) {
    AtomicInteger made = new AtomicInteger();
    try (SctpPair p = new SctpPair(cell, () -> made.getAndIncrement() == 0 ? broken.get() : new SctpRecorder())) {
      SctpRecorder client = new SctpRecorder();
      SctpAssociation a = p.connect(client);
      a.send(SctpPair.text("one"), 0, 0);
      SctpClose seen = Await.value(client.closed);
      assertEquals(Kind.PEER_ABORT, seen.kind());
      assertEquals("handler failed", seen.abortReasonText());
      Await.until("it is counted", () -> p.serverSide.stats().closes(Kind.HANDLER_FAILED) == 1);
      SctpRecorder server = p.accepted.poll();
      if (closedIsTold) {
        SctpClose here = Await.value(server.closed);
        assertEquals(Kind.HANDLER_FAILED, here.kind());
        assertEquals(Initiator.LOOP, here.reason().initiator());
        assertTrue(here.reason().detail().contains(where) && here.reason().detail().contains("on purpose"), here.toString());
      }
      // The loop lives on.
      SctpRecorder next = new SctpRecorder();
      p.connect(next).send(SctpPair.text("two"), 0, 0);
      assertEquals("0/0 two", Await.next(Await.next(p.accepted).messages));
    }
  }

  @OnEverySctpCell
  void anExceptionOfOnMessageAbortsThatAssociationOnly(SctpCell cell) {
    failsWith(cell, "onMessage", () -> new SctpRecorder() {
      @Override
      void messageDo(SctpAssociation a, BufferLease data, SctpMessageInfo info) {
        throw new Broken();
      }
    }, true);
  }

  @OnEverySctpEngine
  void anExceptionOfOnOpenAbortsThatAssociationOnly(SctpCell cell) {
    failsWith(cell, "onOpen", () -> new SctpRecorder() {
      @Override
      void openDo(SctpAssociation a) {
        throw new Broken();
      }
    }, true);
  }

  @OnEverySctpEngine
  void anExceptionOfTheHandlerFactoryAbortsThatAssociationOnly(SctpCell cell) {
    failsWith(cell, "factory", () -> {
      throw new Broken();
    }, false);
  }

  @OnEverySctpEngine
  void anExceptionOfOnClosedHarmsNobody(SctpCell cell) {
    try (SctpPair p = new SctpPair(cell, () -> new SctpRecorder() {
      @Override
      void closedDo(SctpAssociation a, SctpClose close) {
        throw new Broken();
      }
    })) {
      SctpAssociation a = p.connect(new SctpRecorder());
      SctpAssociation b = Await.value(Await.next(p.accepted).opened);
      a.abort("");
      assertEquals(Kind.PEER_ABORT, Await.value(b.closed()).kind());
      p.connect(new SctpRecorder());
      Await.value(Await.next(p.accepted).opened);
    }
  }

  @OnEverySctpCell
  void aSilentPeerIsFoundAndACloseTowardsItEndsAtItsDeadline(SctpCell cell) {
    try (SctpPair p = new SctpPair(cell); UdpRelay wire = new UdpRelay(p.address().udp())) {
      SctpAddress through = SctpAddress.overUdp(wire.address(), SctpPair.PORT);
      SctpRecorder idle = new SctpRecorder();
      SctpAssociation a = Await.value(p.clientSide.connect(through, FAST, idle));
      SctpRecorder server = Await.next(p.accepted);
      try (UdpRelay wire2 = new UdpRelay(p.address().udp())) {
        SctpRecorder closing = new SctpRecorder();
        SctpAddress other = SctpAddress.overUdp(wire2.address(), SctpPair.PORT);
        SctpAssociation b = Await.value(p.clientSide.connect(other, SctpOptions.defaults(), closing));
        wire.cut();
        wire2.cut();
        long before = System.nanoTime();
        SctpClose late = Await.value(b.close(Duration.ofMillis(200)));
        assertEquals(Kind.CLOSE_TIMEOUT, late.kind());
        assertTrue(System.nanoTime() - before >= Duration.ofMillis(190).toNanos(), "not before the deadline");
      }
      SctpClose lost = Await.value(idle.closed);
      assertEquals(Kind.PATH_LOST, lost.kind());
      assertEquals(Initiator.NETWORK, lost.reason().initiator());
      assertEquals(SendResult.CLOSED, a.send(SctpPair.text("x"), 0, 0));
      assertEquals(Kind.PATH_LOST, Await.value(server.closed).kind());
    }
  }

  @OnEverySctpCell
  void aPathThatMendsInTimeLosesNothing(SctpCell cell) {
    try (SctpPair p = new SctpPair(cell); UdpRelay wire = new UdpRelay(p.address().udp())) {
      SctpRecorder client = new SctpRecorder();
      SctpOptions patient = SctpOptions.defaults().withLiveness(SctpLiveness.FAST.withRetransmissions(50, 50));
      SctpAssociation a =
          Await.value(p.clientSide.connect(SctpAddress.overUdp(wire.address(), SctpPair.PORT), patient, client));
      SctpRecorder server = Await.next(p.accepted);
      wire.cut();
      a.send(SctpPair.text("held up"), 0, 0);
      Await.until("it was sent again", () -> p.clientSide.stats().value(SctpMetric.DATAGRAMS_OUT) > 6);
      wire.mend();
      assertEquals("0/0 held up", Await.next(server.messages));
      assertFalse(client.closed.isDone());
    }
  }

  @OnEverySctpCell
  void lossCostsNoMessageAndNoAssociation(SctpCell cell) {
    try (SctpPair p = new SctpPair(cell); UdpRelay wire = new UdpRelay(p.address().udp())) {
      SctpRecorder client = new SctpRecorder();
      SctpAssociation a =
          Await.value(p.clientSide.connect(SctpAddress.overUdp(wire.address(), SctpPair.PORT), FAST, client));
      SctpRecorder server = Await.next(p.accepted);
      wire.lose(10);
      for (int i = 0; i < 100; i++) {
        a.send(SctpPair.text("m" + i), 0, 0);
      }
      for (int i = 0; i < 100; i++) {
        assertEquals("0/0 m" + i, Await.next(server.messages));
      }
      wire.lose(0);
      assertFalse(client.closed.isDone() || server.closed.isDone());
    }
  }

  @OnEverySctpCell
  void aPeerThatRestartsIsACloseAndANewAssociation(SctpCell cell) {
    List<String> lives = new CopyOnWriteArrayList<>();
    try (SctpPair p = new SctpPair(cell, () -> SctpRecorder.of(lives)); UdpRelay wire = new UdpRelay(p.address().udp())) {
      SctpAddress through = SctpAddress.overUdp(wire.address(), SctpPair.PORT);
      SctpRecorder before = new SctpRecorder();
      SctpEndpoint old = Await.value(p.clientSide.bind(SctpPair.loopback(0)));
      wire.only(old.udpAddress());
      Await.value(old.connect(4000, through, SctpOptions.defaults(), before));
      SctpRecorder oldLife = Await.next(p.accepted);
      SctpAssociation was = Await.value(oldLife.opened);

      SctpRecorder after = new SctpRecorder();
      SctpEndpoint restarted = Await.value(p.clientSide.bind(SctpPair.loopback(0)));
      wire.drop(SctpPacket.DATA);
      was.send(SctpPair.text("to the old life"), SctpSendOptions.stream(0), 7); // Which does not hear it any more.
      wire.only(restarted.udpAddress()); // The same address and ports, as the server sees it.
      SctpAssociation now = Await.value(restarted.connect(4000, through, SctpOptions.defaults(), after));

      SctpClose why = Await.value(oldLife.closed);
      assertEquals(Kind.RESTARTED, why.kind());
      assertEquals(SendResult.CLOSED, was.send(SctpPair.text("to the old life"), 0, 0));
      SctpRecorder newLife = Await.next(p.accepted);
      SctpAssociation is = Await.value(newLife.opened);
      assertTrue(is.isRestart() && is.isAccepted());
      assertFalse(was.isRestart());
      assertNotEquals(was.id(), is.id());
      assertEquals(was.remoteAddress(), is.remoteAddress());
      wire.drop(-1);
      now.send(SctpPair.text("new"), 0, 0);
      assertEquals("0/0 new", Await.next(newLife.messages));
      assertEquals(0, oldLife.messages.size());
      assertEquals(1, p.listener.associations());
      assertEquals(0, after.messages.size(), "nothing of the old life reaches the new one");
      assertEquals(List.of("open", "sendFailed 7", "closed RESTARTED", "open"), lives);
    }
  }

  @OnEverySctpCell
  void whatStrangersSendEndsNothingAndIsCounted(SctpCell cell) throws IOException {
    try (SctpPair p = new SctpPair(cell); DatagramSocket stranger = new DatagramSocket()) {
      SctpRecorder client = new SctpRecorder();
      SctpAssociation a = p.connect(client);
      SctpRecorder server = Await.next(p.accepted);
      Random dice = new Random(7);
      for (int i = 0; i < 500; i++) {
        byte[] b = new byte[dice.nextInt(300)];
        dice.nextBytes(b);
        stranger.send(new DatagramPacket(b, b.length, p.address().udp()));
        if (i % 50 == 49) { // No faster than they are read.
          a.send(SctpPair.text("still " + i), 0, 0);
          assertEquals("0/0 still " + i, Await.next(server.messages));
        }
      }
      SctpStats s = p.serverSide.stats();
      assertTrue(s.value(SctpMetric.GARBAGE) > 0, s.toString());
      assertFalse(client.closed.isDone() || server.closed.isDone());
      assertEquals(List.of("open"), client.events.stream().filter(e -> !e.startsWith("path")).toList());
    }
  }

  @OnEverySctpEngine
  void aMessageAboveTheLimitOfTheReceiverAbortsWithALimit(SctpCell cell) {
    try (SctpPair p = new SctpPair(cell, FAST, SctpStackOptions.defaults().withMaxMessageBytes(2000), SctpRecorder::new)) {
      try (var group = cell.group()) {
        SctpRecorder client = new SctpRecorder();
        SctpAssociation a = Await.value(SctpTransport.over(group).connect(p.address(), FAST, client));
        SctpRecorder server = Await.next(p.accepted);
        a.send(java.nio.ByteBuffer.allocate(2001), 0, 0);
        assertEquals(Kind.RESOURCE_LIMIT, Await.value(server.closed).kind());
        assertEquals(Kind.PEER_ABORT, Await.value(client.closed).kind());
        assertEquals(1, p.serverSide.stats().value(SctpMetric.MESSAGES_TOO_LONG));
        assertEquals(0, server.messages.size());
      }
    }
  }
}
