package io.sluice.sctp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.CloseReason.Kind;
import io.sluice.EventLoopGroup;
import io.sluice.ListenerState;
import io.sluice.TransportException;
import io.sluice.api.Await;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Setting up: listeners, endpoints, connects that succeed, fail, are refused or given up. */
class SctpSetupIT {
  /** Few and quick attempts. */
  private static final SctpOptions IMPATIENT =
      SctpOptions.defaults().withLiveness(SctpLiveness.FAST.withConnect(2, Duration.ofMillis(250)));

  private static SctpException failure(java.util.concurrent.CompletionStage<?> stage) {
    return assertInstanceOf(SctpException.class, Await.failure(stage));
  }

  @OnEverySctpCell
  void aPortWhereNobodyListensRefuses(SctpCell cell) {
    try (SctpPair p = new SctpPair(cell)) {
      SctpRecorder r = new SctpRecorder();
      SctpAddress elsewhere = SctpAddress.overUdp(p.address().udp(), SctpPair.PORT + 1);
      SctpException e = failure(p.clientSide.connect(elsewhere, SctpOptions.defaults(), r));
      assertEquals(Kind.REFUSED, e.reason().kind());
      assertTrue(e.close().isByPeer() && e.close().isBeforeOpen());
      assertEquals(List.of(), r.events);
      Await.until("it is counted", () -> p.serverSide.stats().value(SctpMetric.INITS_REFUSED) == 1);
      assertEquals(1, p.clientSide.stats().closes(Kind.REFUSED));
    }
  }

  @OnEverySctpCell
  void aClosedUdpPortRefusesOnlyWhoAskedForIt(SctpCell cell) throws IOException {
    InetSocketAddress nobody;
    try (DatagramSocket s = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      nobody = (InetSocketAddress) s.getLocalSocketAddress();
    }
    try (EventLoopGroup group = cell.group()) {
      SctpTransport t = SctpTransport.over(group);
      SctpAddress to = SctpAddress.overUdp(nobody, SctpPair.PORT);
      SctpException refused = failure(t.connect(to, IMPATIENT.withCloseOnIcmp(true), new SctpRecorder()));
      assertEquals(Kind.REFUSED, refused.reason().kind());
      assertEquals(111, refused.reason().osError());
      SctpException silent = failure(t.connect(to, IMPATIENT, new SctpRecorder()));
      assertEquals(Kind.CONNECT_TIMEOUT, silent.reason().kind());
      assertTrue(t.stats().value(SctpMetric.ICMP_HINTS) >= 2, t.stats().toString());
    }
  }

  @OnEverySctpCell
  void aSilentPeerIsATimeout(SctpCell cell) throws IOException {
    try (DatagramSocket silent = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        EventLoopGroup group = cell.group()) {
      SctpAddress to = SctpAddress.overUdp((InetSocketAddress) silent.getLocalSocketAddress(), SctpPair.PORT);
      SctpException e = failure(SctpTransport.over(group).connect(to, IMPATIENT, new SctpRecorder()));
      assertEquals(Kind.CONNECT_TIMEOUT, e.reason().kind());
      assertTrue(e.close().isBeforeOpen() && !e.close().isByPeer());
    }
  }

  @OnEverySctpCell
  void whoGivesUpHearsNothingMore(SctpCell cell) throws IOException {
    try (DatagramSocket silent = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        EventLoopGroup group = cell.group()) {
      SctpTransport t = SctpTransport.over(group);
      SctpAddress to = SctpAddress.overUdp((InetSocketAddress) silent.getLocalSocketAddress(), SctpPair.PORT);
      SctpRecorder r = new SctpRecorder();
      CompletableFuture<SctpAssociation> stage = t.connect(to, SctpOptions.defaults(), r).toCompletableFuture();
      Await.until("it was begun", () -> t.stats().value(SctpMetric.ASSOCIATIONS_BEGUN) == 1);
      assertTrue(stage.cancel(false));
      Await.until("it is over", () -> t.stats().closes(Kind.LOCAL_ABORT) == 1);
      assertEquals(List.of(), r.events);
    }
  }

  @OnEverySctpEngine
  void aConnectThatIsGivenUpWhenItSucceedsIsAborted(SctpCell cell) {
    try (SctpPair p = new SctpPair(cell)) {
      SctpEndpoint dialer = Await.value(p.clientSide.bind(SctpPair.loopback(0)));
      SctpRecorder r = new SctpRecorder();
      // On the loop: what the peer answers cannot be read before this task has returned.
      Await.on(dialer.loop(), () -> dialer.connect(p.address(), SctpOptions.defaults(), r).toCompletableFuture().cancel(false));
      Await.until("it is over", () -> p.clientSide.stats().closes(Kind.LOCAL_ABORT) == 1);
      assertEquals(List.of(), r.events);
    }
  }

  @OnEverySctpCell
  void aListenerIsReadyWhenAConnectWouldSucceedAndHasNoAddressBefore(SctpCell cell) {
    try (EventLoopGroup group = cell.group()) {
      SctpTransport t = SctpTransport.over(group);
      SctpListener l =
          t.listen(SctpAddress.overUdp(SctpPair.loopback(0), SctpPair.PORT), SctpOptions.defaults(), a -> new SctpRecorder());
      Await.value(l.ready());
      assertEquals(ListenerState.LISTENING, l.state());
      assertEquals(1, l.addresses().size());
      SctpAssociation a = Await.value(t.connect(l.addresses().get(0), SctpOptions.defaults(), new SctpRecorder()));
      Await.value(l.close());
      Await.value(l.close());
      assertEquals(ListenerState.CLOSED, l.state());
      assertEquals(List.of(), l.addresses());
      assertTrue(a.isOpen(), "what was accepted lives on");
      SctpAddress gone = a.remoteAddress();
      assertEquals(Kind.REFUSED, failure(t.connect(gone, IMPATIENT, new SctpRecorder())).reason().kind());
    }
  }

  @OnEverySctpEngine
  void aUdpPortInUseFailsTheListener(SctpCell cell) throws IOException {
    try (DatagramSocket taken = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        EventLoopGroup group = cell.group()) {
      SctpAddress local = SctpAddress.overUdp((InetSocketAddress) taken.getLocalSocketAddress(), SctpPair.PORT);
      SctpListener l = SctpTransport.over(group).listen(local, SctpOptions.defaults(), a -> new SctpRecorder());
      TransportException e = assertInstanceOf(TransportException.class, Await.failure(l.ready()));
      assertTrue(e.getMessage().contains("in use"), e.getMessage());
      assertEquals(ListenerState.FAILED, l.state());
      Await.value(l.close());
    }
  }

  @OnEverySctpEngine
  void oneEndpointHasSeveralPortsAndEachOnce(SctpCell cell) {
    try (EventLoopGroup group = cell.group()) {
      SctpTransport t = SctpTransport.over(group);
      SctpEndpoint e = Await.value(t.bind(SctpPair.loopback(0)));
      SctpRecorder first = new SctpRecorder();
      SctpRecorder second = new SctpRecorder();
      Await.value(e.listen(1, SctpOptions.defaults(), a -> first).ready());
      SctpListener two = e.listen(2, SctpOptions.defaults(), a -> second);
      Await.value(two.ready());
      Throwable again = Await.failure(e.listen(2, SctpOptions.defaults(), a -> second).ready());
      assertTrue(again.getMessage().contains("SCTP port 2 is in use"), again.getMessage());
      SctpAssociation a =
          Await.value(t.connect(SctpAddress.overUdp(e.udpAddress(), 1), SctpOptions.defaults(), new SctpRecorder()));
      SctpAssociation b =
          Await.value(t.connect(SctpAddress.overUdp(e.udpAddress(), 2), SctpOptions.defaults(), new SctpRecorder()));
      assertEquals(1, Await.value(first.opened).localAddress().port());
      assertEquals(2, Await.value(second.opened).localAddress().port());
      assertEquals(2, e.associations());
      Await.value(e.close());
      assertEquals(Kind.PEER_CLOSE, Await.value(a.closed()).kind());
      assertEquals(Kind.PEER_CLOSE, Await.value(b.closed()).kind());
      assertEquals(ListenerState.CLOSED, two.state());
    }
  }

  @OnEverySctpEngine
  void aClosedEndpointTakesNothingMore(SctpCell cell) {
    try (SctpPair p = new SctpPair(cell)) {
      SctpEndpoint e = Await.value(p.clientSide.bind(SctpPair.loopback(0)));
      Await.value(e.close());
      assertTrue(
          failure(e.connect(p.address(), SctpOptions.defaults(), new SctpRecorder())).getMessage().contains("closed"));
      Throwable refused = Await.failure(e.listen(7, SctpOptions.defaults(), a -> new SctpRecorder()).ready());
      assertTrue(refused.getMessage().contains("closed"), refused.getMessage());
    }
  }

  @OnEverySctpEngine
  void theLimitOfAssociationsIsTypedHereAndAnAbortThere(SctpCell cell) {
    SctpStackOptions one = SctpStackOptions.defaults().withMaxAssociations(1);
    try (SctpPair p = new SctpPair(cell, SctpOptions.defaults(), one, SctpRecorder::new)) {
      SctpRecorder r = new SctpRecorder();
      p.connect(r);
      Await.value(Await.next(p.accepted).opened);
      assertEquals(
          Kind.RESOURCE_LIMIT,
          failure(p.clientSide.connect(p.address(), SctpOptions.defaults(), new SctpRecorder())).reason().kind());
      try (EventLoopGroup third = cell.group()) {
        SctpRecorder late = new SctpRecorder();
        // The handshake is complete when the limit is found, so it may be told as a refusal or as an abort.
        SctpTransport.over(third).connect(p.address(), IMPATIENT, late).whenComplete((a, t) -> late.fault.complete(t));
        Await.until("the server refused it", () -> p.serverSide.stats().value(SctpMetric.ACCEPTS_REFUSED) == 1);
      }
    }
  }

  @OnEverySctpEngine
  void streamsAreWhatBothSidesAllow(SctpCell cell) {
    try (SctpPair p = new SctpPair(cell)) {
      SctpAssociation a = p.connect(new SctpRecorder(), SctpOptions.defaults().withStreams(64, 4));
      SctpAssociation b = Await.value(Await.next(p.accepted).opened);
      assertEquals(16, a.streamsOut());
      assertEquals(4, b.streamsOut());
      assertEquals(4, a.streamsIn());
      assertEquals(16, b.streamsIn());
      assertThrows(IllegalArgumentException.class, () -> b.send(SctpPair.text("x"), 4, 0));
    }
  }

  /** What the socket cannot send to is an error of that connect, and of nothing else on the loop. */
  @OnEverySctpEngine
  void aPeerOfAnotherFamilyThanTheEndpointFailsAtTheCall(SctpCell cell) throws IOException {
    try (SctpPair p = new SctpPair(cell)) {
      SctpEndpoint e = Await.value(p.clientSide.bind(SctpPair.loopback(0)));
      SctpRecorder before = new SctpRecorder();
      SctpAssociation a = Await.value(e.connect(p.address(), IMPATIENT, before));
      SctpRecorder server = Await.next(p.accepted);
      SctpAddress six = SctpAddress.overUdp(new InetSocketAddress(InetAddress.getByName("::1"), 9), SctpPair.PORT);
      IllegalArgumentException refused =
          assertThrows(IllegalArgumentException.class, () -> e.connect(six, IMPATIENT, new SctpRecorder()));
      assertTrue(refused.getMessage().contains("IPv6"), refused.getMessage());
      a.send(SctpPair.text("still"), 0, 0);
      assertEquals("0/0 still", Await.next(server.messages));
    }
  }
}
