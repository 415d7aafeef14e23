package io.sluice.sctp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.BufferLease;
import io.sluice.CloseReason.Initiator;
import io.sluice.CloseReason.Kind;
import io.sluice.SendResult;
import io.sluice.api.Await;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;

/** Every way to end an association, by either side, idle and with data on its way: what each side is told. */
class SctpEndsIT {
  private static final int MESSAGES = 50;

  /** One association, its two ends by who acts. */
  private record Ends(SctpAssociation actor, SctpRecorder acting, SctpAssociation other, SctpRecorder seeing) {}

  private static Ends ends(SctpPair p, boolean clientActs) {
    SctpRecorder client = new SctpRecorder();
    SctpAssociation a = p.connect(client);
    SctpRecorder server = Await.next(p.accepted);
    SctpAssociation b = Await.value(server.opened);
    return clientActs ? new Ends(a, client, b, server) : new Ends(b, server, a, client);
  }

  private static void bothWays(SctpCell cell, Consumer<Ends> test) {
    for (boolean clientActs : new boolean[] {true, false}) {
      try (SctpPair p = new SctpPair(cell)) {
        test.accept(ends(p, clientActs));
      }
    }
  }

  private static void isOver(SctpAssociation a, SctpClose why) {
    assertEquals(SctpState.CLOSED, a.state());
    assertFalse(a.isOpen());
    assertEquals(why, a.closeReason());
    assertEquals(SendResult.CLOSED, a.send(SctpPair.text("late"), 0, 0));
    assertEquals(SendResult.CLOSED, a.resetStreams(1));
    assertEquals(why, Await.value(a.closed()), "a listener that comes late is told the same");
    assertEquals(why, Await.value(a.close()));
    assertEquals(why, Await.value(a.abort("again")));
  }

  @OnEverySctpBackend
  void closeIsSeenAsAPeerCloseAfterOnePeerShutdown(SctpCell cell) {
    bothWays(cell, e -> {
      SctpClose here = Await.value(e.actor.close());
      SctpClose there = Await.value(e.seeing.closed);
      assertEquals(Kind.LOCAL_CLOSE, here.kind());
      assertTrue(here.isExpected() && there.isExpected());
      assertEquals(Kind.PEER_CLOSE, there.kind());
      assertEquals(Initiator.PEER, there.reason().initiator());
      assertTrue(there.isByPeer() && there.isPeerShutdownSeen() && !here.isByPeer());
      assertEquals(-1, there.causeCode());
      assertEquals(List.of("peerShutdown", "closed PEER_CLOSE"), tail(e.seeing, 2));
      assertEquals(0, e.acting.count("peerShutdown"));
      isOver(e.actor, here);
      isOver(e.other, there);
    });
  }

  private static List<String> tail(SctpRecorder r, int n) {
    return r.events.subList(r.events.size() - n, r.events.size());
  }

  @OnEverySctpBackend
  void abortCarriesCauseAndReasonOfAnyLength(SctpCell cell) {
    for (int length : new int[] {0, 1, 504}) {
      byte[] reason = new byte[length];
      for (int i = 0; i < length; i++) {
        reason[i] = (byte) (i * 7 + 1);
      }
      bothWays(cell, e -> {
        SctpClose here = Await.value(e.actor.abort(12, reason));
        SctpClose there = Await.value(e.seeing.closed);
        assertEquals(Kind.LOCAL_ABORT, here.kind());
        assertEquals(Kind.PEER_ABORT, there.kind());
        assertEquals(12, there.causeCode());
        assertEquals(12, there.reason().code());
        assertEquals(new String(reason, StandardCharsets.ISO_8859_1),
            new String(there.abortReason(), StandardCharsets.ISO_8859_1));
        assertFalse(there.isAbortReasonTruncated());
        assertTrue(there.isByPeer());
        assertEquals(0, e.seeing.count("peerShutdown"));
        isOver(e.actor, here);
        isOver(e.other, there);
      });
    }
  }

  @OnEverySctpBackend
  void whatWasSentBeforeACloseArrivesBeforeTheEnd(SctpCell cell) {
    bothWays(cell, e -> {
      e.actor.loop().execute(() -> {
        for (int i = 0; i < MESSAGES; i++) {
          assertTrue(e.actor.send(SctpPair.text("m" + i), 0, 0).accepted());
        }
        e.actor.close();
        assertEquals(SendResult.CLOSED, e.actor.send(SctpPair.text("after"), 0, 0));
        assertEquals(Kind.LOCAL_CLOSE, e.actor.closeReason().kind());
      });
      assertEquals(Kind.PEER_CLOSE, Await.value(e.seeing.closed).kind());
      assertEquals(MESSAGES, e.seeing.messages.size());
      assertEquals("0/0 m" + (MESSAGES - 1), List.copyOf(e.seeing.messages).get(MESSAGES - 1));
      assertEquals(Kind.LOCAL_CLOSE, Await.value(e.acting.closed).kind());
      assertEquals(0, e.acting.failures.size());
    });
  }

  @OnEverySctpBackend
  void messagesFromAnotherThreadGoBeforeItsClose(SctpCell cell) {
    bothWays(cell, e -> {
      for (int i = 0; i < MESSAGES; i++) {
        assertTrue(e.actor.send(SctpPair.text("m" + i), 0, 0).accepted());
      }
      e.actor.close();
      assertEquals(SendResult.CLOSED, e.actor.send(SctpPair.text("after"), 0, 0));
      assertEquals(Kind.PEER_CLOSE, Await.value(e.seeing.closed).kind());
      assertEquals(MESSAGES, e.seeing.messages.size());
    });
  }

  @OnEverySctpBackend
  void ofWhatWasSentBeforeAnAbortNothingComesOutOfOrderOrAfterTheEnd(SctpCell cell) {
    bothWays(cell, e -> {
      e.actor.loop().execute(() -> {
        for (int i = 0; i < MESSAGES; i++) {
          e.actor.send(SctpPair.text("m" + i), SctpSendOptions.stream(0), i);
        }
        e.actor.abort("enough");
      });
      SctpClose there = Await.value(e.seeing.closed);
      assertEquals("enough", there.abortReasonText());
      Await.value(e.acting.closed);
      List<String> got = List.copyOf(e.seeing.messages);
      for (int i = 0; i < got.size(); i++) {
        assertEquals("0/0 m" + i, got.get(i));
      }
      assertEquals("closed PEER_ABORT", e.seeing.events.get(e.seeing.events.size() - 1));
      assertEquals("closed LOCAL_ABORT", e.acting.events.get(e.acting.events.size() - 1));
    });
  }

  @OnEverySctpBackend
  void bothCloseAtOnce(SctpCell cell) {
    bothWays(cell, e -> {
      e.actor.close();
      e.other.close();
      for (SctpRecorder r : List.of(e.acting, e.seeing)) {
        Kind k = Await.value(r.closed).kind();
        assertTrue(k == Kind.LOCAL_CLOSE || k == Kind.PEER_CLOSE, k.toString());
      }
    });
  }

  @OnEverySctpBackend
  void bothAbortAtOnce(SctpCell cell) {
    bothWays(cell, e -> {
      e.actor.abort("here");
      e.other.abort("there");
      for (SctpRecorder r : List.of(e.acting, e.seeing)) {
        Kind k = Await.value(r.closed).kind();
        assertTrue(k == Kind.LOCAL_ABORT || k == Kind.PEER_ABORT, k.toString());
      }
    });
  }

  @OnEverySctpBackend
  void anAbortOvertakesACloseAndEveryCallGivesOneStage(SctpCell cell) {
    bothWays(cell, e -> {
      Object stage = Await.on(e.actor.loop(), () -> {
        Object s = e.actor.close(Duration.ofHours(1));
        assertSame(s, e.actor.close(Duration.ofMinutes(1)));
        assertSame(s, e.actor.abort("now"));
        assertEquals(Kind.LOCAL_ABORT, e.actor.closeReason().kind());
        assertEquals(SctpState.CLOSED, e.actor.state());
        return s;
      });
      assertSame(stage, e.actor.closed());
      assertEquals(Kind.LOCAL_ABORT, Await.value(e.acting.closed).kind());
      Await.value(e.seeing.closed);
    });
  }

  @OnEverySctpBackend
  void aCloseInsideAnyCallbackIsAnOrderlyOne(SctpCell cell) {
    // Of the kernel's associations one that ends at once may be over before the peer has a socket for it; then the connect fails.
    boolean atOnce = cell.backend() == SctpBackend.UDP;
    try (SctpPair p = new SctpPair(cell, () -> new SctpRecorder() {
      @Override
      void openDo(SctpAssociation a) {
        if (atOnce) {
          closeHere(a);
        }
      }

      @Override
      void messageDo(SctpAssociation a, BufferLease data, SctpMessageInfo info) {
        closeHere(a);
      }

      private void closeHere(SctpAssociation a) {
        a.close();
        assertEquals(SctpState.CLOSING, a.state());
      }
    })) {
      SctpRecorder client = new SctpRecorder();
      SctpAssociation association = p.connect(client);
      if (!atOnce) {
        association.send(SctpPair.text("close"), 0, 0);
      }
      assertEquals(Kind.PEER_CLOSE, Await.value(client.closed).kind());
      assertEquals(Kind.LOCAL_CLOSE, Await.value(Await.next(p.accepted).closed).kind());
    }
  }

  /** Between the read of the cause and onClosed there is no moment in which a send is taken: guarantee 3. */
  @OnEverySctpBackend
  void whoeverSendsInsideTheLastCallbacksIsToldTheReason(SctpCell cell) {
    BlockingQueue<String> answers = new LinkedBlockingQueue<>();
    CompletableFuture<SctpClose> elsewhere = new CompletableFuture<>();
    SctpRecorder server = new SctpRecorder() {
      @Override
      void closedDo(SctpAssociation a, SctpClose close) {
        answers.add(a.send(SctpPair.text("x"), 0, 0) + " " + a.state() + " " + a.resetStreams() + " " + a.closeReason().kind());
        Thread t = new Thread(() -> {
          answers.add(a.send(SctpPair.text("x"), 0, 0) + " " + a.state() + " " + a.resetStreams() + " " + a.closeReason().kind());
          elsewhere.complete(a.closeReason());
        });
        t.start();
        elsewhere.join();
        assertFalse(a.closed().toCompletableFuture().isDone(), "closed() completes after onClosed");
      }
    };
    try (SctpPair p = new SctpPair(cell, () -> server)) {
      SctpAssociation a = p.connect(new SctpRecorder());
      Await.value(server.opened);
      a.abort("bye");
      assertEquals("CLOSED CLOSED CLOSED PEER_ABORT", Await.next(answers));
      assertEquals("CLOSED CLOSED CLOSED PEER_ABORT", Await.next(answers));
      assertEquals("bye", Await.value(elsewhere).abortReasonText());
      assertNotNull(Await.value(server.closed));
    }
  }

  /**
   * What go-libp2p met: a dialer has two associations to one listener and closes one of them. The listener is told of exactly that one; opening
   * a stream or sending on it fails with the reason, and the other one carries messages.
   */
  @OnEverySctpBackend
  void theGoLibp2pScenarioOfTwoAssociationsOfOneDialerExactlyTheOneThatEndedIsGone(SctpCell cell) {
    try (SctpPair p = new SctpPair(cell)) {
      SctpRecorder first = new SctpRecorder();
      SctpRecorder second = new SctpRecorder();
      SctpEndpoint dialer = Await.value(p.clientSide.bind(SctpPair.loopback(0)));
      SctpOptions fast = SctpOptions.defaults().withLiveness(SctpLiveness.FAST);
      SctpAssociation a = Await.value(dialer.connect(p.address(), fast, first));
      SctpRecorder seenFirst = Await.next(p.accepted);
      SctpAssociation b = Await.value(dialer.connect(p.address(), fast, second));
      SctpRecorder seenSecond = Await.next(p.accepted);
      SctpAssociation there = Await.value(seenFirst.opened);
      assertEquals(2, p.listener.associations());

      a.abort("dialer closed it");
      SctpClose why = Await.value(seenFirst.closed);
      assertEquals("dialer closed it", why.abortReasonText());
      assertEquals(SendResult.CLOSED, there.send(SctpPair.text("to a dead one"), 0, 0));
      assertEquals(SendResult.CLOSED, there.send(SctpPair.text("a new stream"), 7, 0), "a stream begins with its first message");
      assertEquals(SendResult.CLOSED, there.resetStreams(7));
      assertEquals(SctpState.CLOSED, there.state());
      assertEquals(why, there.closeReason());
      assertEquals(1, seenFirst.count("closed"));
      assertEquals(1, p.serverSide.stats().closes(Kind.PEER_ABORT));
      assertEquals(1, p.listener.associations());
      assertFalse(seenSecond.closed.isDone());

      Await.value(seenSecond.opened).send(SctpPair.text("hello"), 0, 0);
      assertEquals("0/0 hello", Await.next(second.messages));
      assertTrue(b.isOpen());
      b.close();
      Await.value(seenSecond.closed);
      Await.value(dialer.close());
    }
  }
}
