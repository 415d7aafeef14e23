package io.sluice.sctp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.CloseReason.Initiator;
import io.sluice.CloseReason.Kind;
import io.sluice.EventLoopGroup;
import io.sluice.api.Await;
import io.sluice.api.FarNetwork;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;

/** Peers that vanish without a word: killed, or behind a network that swallows everything. */
class SctpDeadPeerIT {
  private static final SctpOptions FAST = SctpOptions.defaults().withLiveness(SctpLiveness.FAST);
  /** On top of the bound: this machine may be busy, and the test must not depend on that. */
  private static final Duration SLACK = Duration.ofSeconds(10);

  private static SctpAssociation echoed(SctpTransport t, SctpPeerProcess peer, SctpOptions options, SctpRecorder r) {
    SctpAssociation a = Await.value(t.connect(peer.address(), options, r));
    a.send(SctpPair.text("ping"), 1, 2);
    assertEquals("1/2 ping", Await.next(r.messages));
    return a;
  }

  private static void isLostWithinItsBound(SctpRecorder r, long since, SctpLiveness liveness) {
    SctpClose why = Await.value(r.closed);
    Duration took = Duration.ofNanos(System.nanoTime() - since);
    assertEquals(Kind.PATH_LOST, why.kind());
    assertEquals(Initiator.NETWORK, why.reason().initiator());
    assertFalse(why.isByPeer());
    assertTrue(took.compareTo(liveness.bound().plus(SLACK)) < 0, "found after " + took + " with " + liveness);
  }

  @OnEverySctpEngine
  void aFrozenPeerIsFoundAndWhatItDidNotAcknowledgeFails(SctpCell cell) throws IOException {
    try (EventLoopGroup group = cell.group(); SctpPeerProcess peer = new SctpPeerProcess(List.of(), "127.0.0.1")) {
      SctpTransport t = SctpTransport.over(group);
      SctpRecorder idle = new SctpRecorder();
      SctpRecorder sending = new SctpRecorder();
      echoed(t, peer, FAST, idle);
      SctpAssociation a = echoed(t, peer, FAST, sending);
      peer.freeze();
      long since = System.nanoTime();
      a.send(SctpPair.text("anybody?"), SctpSendOptions.stream(0), 9);
      isLostWithinItsBound(sending, since, SctpLiveness.FAST);
      isLostWithinItsBound(idle, since, SctpLiveness.FAST);
      assertEquals(9, Await.next(sending.failures).context());
      assertEquals(0, t.stats().value(SctpMetric.ICMP_HINTS));
    }
  }

  /** The bounds of WAN and RFC are minutes: the C test sctp_liveness holds them against virtual time. */
  @Tag("slow")
  @OnEverySctpEngine
  void aKilledPeerIsFoundWithinTheBoundOfTheDefaultProfile(SctpCell cell) throws IOException {
    try (EventLoopGroup group = cell.group(); SctpPeerProcess peer = new SctpPeerProcess(List.of(), "127.0.0.1")) {
      SctpRecorder r = new SctpRecorder();
      echoed(SctpTransport.over(group), peer, SctpOptions.defaults(), r);
      peer.kill();
      isLostWithinItsBound(r, System.nanoTime(), SctpLiveness.DEFAULT);
    }
  }

  @OnEverySctpEngine
  void aKilledPeerIsFoundByItsSilenceAndIcmpIsNoMoreThanAHint(SctpCell cell) throws IOException {
    try (EventLoopGroup group = cell.group(); SctpPeerProcess peer = new SctpPeerProcess(List.of(), "127.0.0.1")) {
      SctpTransport t = SctpTransport.over(group);
      SctpRecorder r = new SctpRecorder();
      echoed(t, peer, FAST, r);
      peer.kill();
      isLostWithinItsBound(r, System.nanoTime(), SctpLiveness.FAST);
      assertTrue(t.stats().value(SctpMetric.ICMP_HINTS) > 0, "the kernel told that nobody is there");
    }
  }

  @OnEverySctpEngine
  void whoTrustsIcmpHearsOfAKilledPeerAtTheNextDatagram(SctpCell cell) throws IOException {
    try (EventLoopGroup group = cell.group(); SctpPeerProcess peer = new SctpPeerProcess(List.of(), "127.0.0.1")) {
      SctpRecorder r = new SctpRecorder();
      // With the timers of the RFC, which would take minutes.
      SctpOptions trusting = SctpOptions.defaults().withLiveness(SctpLiveness.RFC).withCloseOnIcmp(true);
      SctpAssociation a = echoed(SctpTransport.over(group), peer, trusting, r);
      peer.kill();
      a.send(SctpPair.text("anybody?"), SctpSendOptions.stream(0), 9);
      SctpClose why = Await.value(r.closed);
      assertEquals(Kind.UNREACHABLE, why.kind());
      assertEquals(111, why.reason().osError());
      assertEquals(9, Await.next(r.failures).context(), "what was not acknowledged is told as failed");
    }
  }

  @OnEverySctpEngine
  void aPartitionIsFoundWithinTheBoundAndASecondAssociationLivesOn(SctpCell cell) throws Exception {
    cell.builder(); // Leaves the cell out before anything is set up.
    try (FarNetwork far = new FarNetwork();
        SctpPeerProcess peer = new SctpPeerProcess(far.run(), far.remote);
        SctpPair near = new SctpPair(cell)) {
      SctpRecorder r = new SctpRecorder();
      echoed(near.clientSide, peer, FAST, r);
      SctpRecorder alive = new SctpRecorder();
      SctpAssociation other = near.connect(alive);
      far.vanish();
      isLostWithinItsBound(r, System.nanoTime(), SctpLiveness.FAST);
      assertTrue(other.isOpen());
      other.send(SctpPair.text("still here"), 0, 0);
      assertEquals("0/0 still here", Await.next(Await.next(near.accepted).messages));
    }
  }
}
