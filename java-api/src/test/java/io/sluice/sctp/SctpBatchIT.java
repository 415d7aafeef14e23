package io.sluice.sctp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.BufferLease;
import io.sluice.CloseReason.Kind;
import io.sluice.LoopMetric;
import io.sluice.SendResult;
import io.sluice.api.Await;
import java.nio.ByteBuffer;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;

/** What lies in one batch of events: messages and the end behind them, and what a handler does in between. */
class SctpBatchIT {
  /** Keeps the server's loop busy while the client does something, so that the server reads all of it at once. */
  private static void atOnce(SctpPair p, SctpAssociation server, SctpAssociation client, Runnable onTheClientsLoop) {
    CountDownLatch held = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    server.loop().execute(() -> {
      held.countDown();
      try {
        goOn.await();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    });
    try {
      held.await();
      Await.on(client.loop(), () -> {
        onTheClientsLoop.run();
        return null;
      });
      // The engine was entered twice since then: the kernel has the datagrams. Ticks make the loop turn.
      long turns = client.loop().stats().value(LoopMetric.TURNS);
      Await.until("two turns", () -> client.loop().stats().value(LoopMetric.TURNS) >= turns + 2);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    } finally {
      goOn.countDown();
    }
  }

  @OnEverySctpCell
  void anEndThatHasArrivedIsKnownToAllThreadsBeforeTheMessagesInFrontOfItAreDelivered(SctpCell cell) {
    BlockingQueue<String> seen = new LinkedBlockingQueue<>();
    SctpRecorder server = new SctpRecorder() {
      @Override
      void messageDo(SctpAssociation a, BufferLease data, SctpMessageInfo info) {
        Thread other = new Thread(() ->
            seen.add(a.isOpen() + " " + a.state() + " " + a.send(SctpPair.text("x"), 0, 0) + " " + a.closeReason().kind()));
        other.start();
        try {
          other.join();
        } catch (InterruptedException e) {
          throw new AssertionError(e);
        }
      }
    };
    try (SctpPair p = new SctpPair(cell, () -> server)) {
      SctpAssociation a = p.connect(new SctpRecorder());
      atOnce(p, Await.value(server.opened), a, () -> {
        a.send(SctpPair.text("last words"), 0, 0);
        a.abort("bye");
      });
      assertEquals("false CLOSED CLOSED PEER_ABORT", Await.next(seen));
      Await.value(server.closed);
      assertEquals(1, server.messages.size());
    }
  }

  @OnEverySctpCell
  void afterAnAbortInACallbackNoMessageOfTheSameBatchIsDelivered(SctpCell cell) {
    SctpRecorder server = new SctpRecorder() {
      @Override
      void messageDo(SctpAssociation a, BufferLease data, SctpMessageInfo info) {
        a.abort("one is enough");
        assertEquals(SctpState.CLOSED, a.state());
      }
    };
    try (SctpPair p = new SctpPair(cell, () -> server)) {
      SctpRecorder client = new SctpRecorder();
      SctpAssociation a = p.connect(client);
      atOnce(p, Await.value(server.opened), a, () -> {
        for (int i = 0; i < 10; i++) {
          a.send(SctpPair.text("m" + i), 0, 0);
        }
      });
      assertEquals(Kind.LOCAL_ABORT, Await.value(server.closed).kind());
      assertEquals(1, server.messages.size());
      assertEquals("one is enough", Await.value(client.closed).abortReasonText());
    }
  }

  /** Guarantee 1: nothing that was taken is forgotten, whether it had reached the stack or waited for room. */
  @OnEverySctpCell
  void everyMessageThatWasTakenArrivesOrIsToldAsFailedBeforeTheEnd(SctpCell cell) {
    SctpOptions options = SctpOptions.defaults().withLiveness(SctpLiveness.FAST).withSendBounds(8 << 10, 64 << 10);
    SctpStackOptions limits = SctpStackOptions.defaults().withMaxMessageBytes(1024).withBuffers(16 << 10, 16 << 10);
    try (SctpPair p = new SctpPair(cell, options, limits, SctpRecorder::new)) {
      SctpRecorder client = new SctpRecorder();
      SctpAssociation a = p.connect(client, options);
      SctpRecorder server = Await.next(p.accepted);
      int taken = Await.on(a.loop(), () -> {
        int n = 0;
        while (a.send(ByteBuffer.allocate(1000).putInt(0, n), SctpSendOptions.stream(0), n) != SendResult.REJECTED) {
          n++;
        }
        assertTrue(a.pendingSendBytes() > 0, "something waits for room");
        a.abort("dropped");
        assertEquals(SendResult.CLOSED, a.send(SctpPair.text("x"), 0, 0));
        return n;
      });
      assertEquals(Kind.LOCAL_ABORT, Await.value(client.closed).kind());
      Await.value(server.closed);
      Set<Integer> accounted = new TreeSet<>();
      client.failures.forEach(f -> accounted.add(f.context()));
      server.messages.forEach(m -> accounted.add(m.charAt(4 + 3) | m.charAt(4 + 2) << 8));
      assertEquals(taken, accounted.size(), "of " + taken + " messages");
      assertFalse(client.failures.isEmpty());
      assertTrue(client.failures.stream().anyMatch(f -> !f.wasSent()), "some never reached the wire");
    }
  }

  @OnEverySctpCell
  void messagesOfAnotherThreadThatMeetTheEndAreToldAsFailed(SctpCell cell) {
    try (SctpPair p = new SctpPair(cell)) {
      SctpRecorder client = new SctpRecorder();
      SctpAssociation a = p.connect(client);
      SctpRecorder server = Await.next(p.accepted);
      CountDownLatch goOn = new CountDownLatch(1);
      a.loop().execute(() -> {
        try {
          goOn.await();
        } catch (InterruptedException e) {
          throw new AssertionError(e);
        }
        a.abort("first"); // Before the task that carries the messages out.
      });
      int taken = 0;
      for (int i = 0; i < 10; i++) {
        taken += a.send(SctpPair.text("m" + i), SctpSendOptions.stream(0), i).accepted() ? 1 : 0;
      }
      goOn.countDown();
      Await.value(client.closed);
      assertEquals(10, taken);
      assertEquals(10, client.failures.size());
      assertEquals("closed LOCAL_ABORT", client.events.get(client.events.size() - 1));
      Await.value(server.closed);
      assertEquals(0, server.messages.size());
    }
  }

  /** A thread that goes on sending until it is told CLOSED, and an abort somewhere in between. */
  @OnEverySctpEngine
  void messagesOfAThreadThatRacesWithTheEndAreAllAccountedFor(SctpCell cell) {
    // Little room: usrsctp drops notifications of failed sends that its receive buffer does not hold.
    SctpOptions options = SctpOptions.defaults().withSendBounds(100, 1000);
    SctpStackOptions limits = SctpStackOptions.defaults().withMaxMessageBytes(64).withBuffers(64 << 10, 4096);
    try (SctpPair p = new SctpPair(cell, options, limits, SctpRecorder::new)) {
      SctpEndpoint dialer = Await.value(p.clientSide.bind(SctpPair.loopback(0)));
      for (int round = 0; round < 200; round++) {
        SctpRecorder client = new SctpRecorder();
        SctpAssociation a = Await.value(dialer.connect(p.address(), options, client));
        SctpRecorder server = Await.next(p.accepted);
        Await.value(server.opened);
        int abortAt = round % 20;
        int taken = 0;
        for (SendResult r = SendResult.QUEUED; r != SendResult.CLOSED;) {
          r = a.send(SctpPair.text("m" + taken), SctpSendOptions.stream(0), taken);
          if (r.accepted() && ++taken == abortAt + 1) {
            a.loop().execute(() -> a.abort("")); // Unlike an abort of this thread, it takes effect at any moment.
          }
        }
        Await.value(client.closed);
        Await.value(server.closed);
        Set<Integer> accounted = new TreeSet<>();
        client.failures.forEach(f -> accounted.add(f.context()));
        server.messages.forEach(m -> accounted.add(Integer.parseInt(m.substring("0/0 m".length()))));
        assertEquals(taken, accounted.size(), "round " + round);
      }
    }
  }
}
