package io.sluice.sctp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.CloseReason.Kind;
import io.sluice.EventLoopGroup;
import io.sluice.ListenerState;
import io.sluice.SendResult;
import io.sluice.api.Await;
import io.sluice.contract.Census;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Tag;

/** The end of a loop: every peer is told, every handler too, nothing is left behind. */
class SctpShutdownIT {
  private static final int MANY = 1000;

  @OnEverySctpBackend
  void aLoopThatEndsTellsItsPeersWhy(SctpCell cell) {
    try (SctpPair p = new SctpPair(cell)) {
      SctpRecorder client = new SctpRecorder();
      SctpAssociation a = p.connect(client);
      SctpRecorder server = Await.next(p.accepted);
      Await.value(server.opened);
      p.serverGroup.shutdown(Duration.ofSeconds(1));
      SctpClose there = Await.value(client.closed);
      assertEquals(Kind.PEER_ABORT, there.kind());
      assertEquals(SctpTransport.SHUTDOWN_REASON, there.abortReasonText());
      assertEquals(Kind.LOOP_SHUTDOWN, Await.value(server.closed).kind());
      assertEquals(ListenerState.CLOSED, p.listener.state());
      assertEquals(SendResult.CLOSED, a.send(SctpPair.text("x"), 0, 0));
      p.serverGroup.close();
      assertEquals(Kind.LOOP_SHUTDOWN, server.closed.join().kind());
      assertEquals(SendResult.CLOSED, server.opened.join().send(SctpPair.text("x"), 0, 0));
      assertEquals(1, p.serverSide.stats().closes(Kind.LOOP_SHUTDOWN), "counters can be read after the end");
    }
  }

  @OnEverySctpEngine
  void connectsUnderWayAndAfterwardsFailWithTheShutdown(SctpCell cell) throws Exception {
    try (DatagramSocket silent = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      EventLoopGroup group = cell.group();
      SctpTransport t = SctpTransport.over(group);
      SctpAddress to = SctpAddress.overUdp((InetSocketAddress) silent.getLocalSocketAddress(), SctpPair.PORT);
      CompletionStage<SctpAssociation> under = t.connect(to, SctpOptions.defaults(), new SctpRecorder());
      Await.until("it was begun", () -> t.stats().value(SctpMetric.ASSOCIATIONS_BEGUN) == 1);
      group.close();
      SctpException e = assertInstanceOf(SctpException.class, Await.failure(under));
      assertEquals(Kind.LOOP_SHUTDOWN, e.reason().kind());
      SctpException after =
          assertInstanceOf(SctpException.class, Await.failure(t.connect(to, SctpOptions.defaults(), new SctpRecorder())));
      assertEquals(Kind.LOOP_SHUTDOWN, after.reason().kind());
    }
  }

  @Tag("slow")
  @OnEverySctpBackendEngine
  void aThousandAssociationsAreAllToldOnce(SctpCell cell) {
    try (SctpPair p = new SctpPair(cell)) {
      SctpEndpoint dialer = Await.value(p.clientSide.bind(SctpPair.loopback(0)));
      List<SctpRecorder> clients = new ArrayList<>();
      for (int i = 0; i < MANY; i++) {
        SctpRecorder r = new SctpRecorder();
        clients.add(r);
        Await.value(dialer.connect(p.address(), SctpOptions.defaults(), r));
      }
      List<SctpRecorder> servers = new ArrayList<>();
      for (int i = 0; i < MANY; i++) {
        servers.add(Await.next(p.accepted));
      }
      p.serverGroup.close();
      for (SctpRecorder r : clients) {
        SctpClose why = Await.value(r.closed);
        assertEquals(Kind.PEER_ABORT, why.kind());
        assertEquals(SctpTransport.SHUTDOWN_REASON, why.abortReasonText());
        assertEquals(1, r.count("closed"));
      }
      for (SctpRecorder r : servers) {
        assertEquals(Kind.LOOP_SHUTDOWN, Await.value(r.closed).kind());
        assertEquals(1, r.count("closed"));
      }
      assertEquals(MANY, p.serverSide.stats().closes(Kind.LOOP_SHUTDOWN));
      assertEquals(0, p.serverSide.stats().live());
    }
  }

  @OnEverySctpBackend
  void afterTheEndOfTheGroupsTheProcessHoldsWhatItHeldBefore(SctpCell cell) {
    once(cell); // What is loaded once and stays.
    Census before = Census.take();
    for (int i = 0; i < 5; i++) {
      once(cell);
    }
    before.expectSame("after five rounds");
  }

  private static void once(SctpCell cell) {
    try (SctpPair p = new SctpPair(cell)) {
      for (int i = 0; i < 4; i++) {
        SctpRecorder r = new SctpRecorder();
        SctpAssociation a = p.connect(r);
        SctpRecorder server = Await.next(p.accepted);
        a.send(SctpPair.text("x"), 0, 0);
        Await.next(server.messages);
        if (i % 2 == 0) {
          a.close();
          Await.value(server.closed);
        }
      }
      assertTrue(p.clientSide.stats().live() >= 2);
    }
  }
}
