package io.sluice.sctp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.BufferLease;
import io.sluice.CloseReason.Kind;
import io.sluice.EventLoopGroup;
import io.sluice.api.Await;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.Consumer;

/** Whatever ends an association, each message that was taken arrives or is told as failed, once, before onClosed. */
class SctpSendFailuresIT {
  private static final int MANY = 50_000;
  private static final int STREAMS = 16;
  private static final SctpOptions FAST =
      SctpOptions.defaults().withLiveness(SctpLiveness.FAST).withSendBounds(64 << 10, 16 << 20);
  /** Its timers do not come first. */
  private static final SctpOptions WAN = FAST.withLiveness(SctpLiveness.WAN);

  /** Messages by their numbers: what arrived, or what failed. */
  private static final class Tally implements SctpHandler {
    final AtomicIntegerArray arrived = new AtomicIntegerArray(MANY);
    final AtomicIntegerArray failed = new AtomicIntegerArray(MANY);
    final CompletableFuture<SctpAssociation> opened = new CompletableFuture<>();
    final CompletableFuture<SctpClose> closed = new CompletableFuture<>();
    final CompletableFuture<String> fault = new CompletableFuture<>();
    private final int abortAt;
    private int count;

    /** @param abortAt after so many messages this end aborts; 0: never */
    Tally(int abortAt) {
      this.abortAt = abortAt;
    }

    @Override
    public void onOpen(SctpAssociation a) {
      opened.complete(a);
    }

    @Override
    public void onMessage(SctpAssociation a, BufferLease data, SctpMessageInfo info) {
      arrived.incrementAndGet(info.ppid());
      if (++count == abortAt) {
        // A task runs when all that the stack has acknowledged was delivered: an abort within this call would discard some of it.
        a.loop().execute(() -> a.abort("enough"));
      }
    }

    @Override
    public void onSendFailed(SctpAssociation a, SctpSendFailure failure) {
      if (closed.isDone()) {
        fault.complete("a send failed after onClosed");
      }
      if (failure.ppid() != failure.context() || failure.stream() != failure.context() % STREAMS) {
        fault.complete("it was another message: " + failure);
      }
      failed.incrementAndGet(failure.context());
    }

    @Override
    public void onClosed(SctpAssociation a, SctpClose close) {
      closed.complete(close);
    }
  }

  /** Returns how many were taken. */
  private static int sendAll(SctpAssociation a, int bytes) {
    int taken = 0;
    while (taken < MANY) {
      if (!a.send(ByteBuffer.allocate(bytes), SctpSendOptions.stream(taken % STREAMS).withPpid(taken), taken).accepted()) {
        break;
      }
      taken++;
    }
    return taken;
  }

  private static void judge(int taken, Tally sender, Tally receiver) {
    Await.value(sender.closed);
    Await.value(receiver.closed);
    assertEquals(null, sender.fault.getNow(null));
    int failed = 0;
    for (int i = 0; i < taken; i++) {
      int arrivals = receiver.arrived.get(i);
      int failures = sender.failed.get(i);
      assertTrue(arrivals <= 1 && failures <= 1, "message " + i + " arrived " + arrivals + " times, failed " + failures + " times");
      assertTrue(arrivals + failures > 0, "message " + i + " of " + taken + " neither arrived nor failed");
      failed += failures;
    }
    for (int i = taken; i < MANY; i++) {
      assertEquals(0, sender.failed.get(i), "message " + i + " was never taken");
    }
    assertTrue(failed > 0, "all arrived: nothing was proved");
  }

  /** What the test does to an association that has a lot to send. */
  private record Scene(
      EventLoopGroup here, UdpRelay wire, SctpAssociation from, SctpAssociation to, CompletableFuture<Integer> sent) {}

  private static SctpListener listen(EventLoopGroup there, Tally receiver) {
    SctpAddress any = SctpAddress.overUdp(SctpPair.loopback(0), SctpPair.PORT);
    return Await.value(SctpTransport.over(there).listen(any, WAN, a -> receiver).ready());
  }

  /** @param held nothing that is sent arrives */
  private static SctpClose play(SctpCell cell, SctpOptions options, int bytes, int abortAt, boolean held, Consumer<Scene> end) {
    Tally sender = new Tally(0);
    Tally receiver = new Tally(abortAt);
    try (EventLoopGroup here = cell.group(); EventLoopGroup there = cell.group();
        UdpRelay wire = new UdpRelay(listen(there, receiver).addresses().get(0).udp())) {
      SctpAddress through = SctpAddress.overUdp(wire.address(), SctpPair.PORT);
      SctpAssociation a = Await.value(SctpTransport.over(here).connect(through, options, sender));
      SctpAssociation b = Await.value(receiver.opened);
      wire.drop(held ? SctpPacket.DATA : -1);
      CompletableFuture<Integer> sent = new CompletableFuture<>();
      a.loop().execute(() -> sent.complete(sendAll(a, bytes)));
      end.accept(new Scene(here, wire, a, b, sent));
      Await.value(sender.closed);
      there.shutdown(Duration.ZERO);
      judge(Await.value(sent), sender, receiver);
      return sender.closed.join();
    }
  }

  @OnEverySctpCell
  void ofFiftyThousandMessagesOfOneByteNoneIsForgottenWhenThePeerAborts(SctpCell cell) {
    SctpClose why = play(cell, WAN, 1, 100, false, s -> assertEquals(MANY, Await.value(s.sent)));
    assertEquals(Kind.PEER_ABORT, why.kind());
  }

  @OnEverySctpEngine
  void noneIsForgottenWhenThereIsMoreThanTheReceiveBufferHolds(SctpCell cell) {
    SctpClose why = play(cell, WAN, 5000, 0, true, s -> {
      assertTrue(Await.value(s.sent) > 1000);
      s.to.abort("enough");
    });
    assertEquals(Kind.PEER_ABORT, why.kind());
  }

  @OnEverySctpEngine
  void messagesOfManyPiecesFailOnceEach(SctpCell cell) {
    SctpClose why = play(cell, WAN, 200_000, 3, false, s -> Await.value(s.sent));
    assertEquals(Kind.PEER_ABORT, why.kind());
  }

  @OnEverySctpEngine
  void noneIsForgottenByAnAbortHere(SctpCell cell) {
    SctpClose why = play(cell, WAN, 1, 0, true, s -> {
      Await.value(s.sent);
      s.from.abort("enough");
    });
    assertEquals(Kind.LOCAL_ABORT, why.kind());
  }

  @OnEverySctpEngine
  void noneIsForgottenByACloseWhoseDeadlineComesFirst(SctpCell cell) {
    SctpClose why = play(cell, WAN, 1, 0, true, s -> {
      Await.value(s.sent);
      s.from.close(Duration.ofMillis(50));
    });
    assertEquals(Kind.CLOSE_TIMEOUT, why.kind());
  }

  @OnEverySctpEngine
  void noneIsForgottenWhenThePathIsLost(SctpCell cell) {
    SctpClose why = play(cell, FAST, 1, 0, true, s -> {
      Await.value(s.sent);
      s.wire.cut();
    });
    assertEquals(Kind.PATH_LOST, why.kind());
  }

  @OnEverySctpEngine
  void noneIsForgottenWhenTheLoopEnds(SctpCell cell) {
    SctpClose why = play(cell, WAN, 1, 0, true, s -> {
      Await.value(s.sent);
      s.here.shutdown(Duration.ZERO);
    });
    assertEquals(Kind.LOOP_SHUTDOWN, why.kind());
  }

  /** Threads that send until they are refused, while the peer ends it: what each was told holds. */
  @OnEverySctpCell
  void whatOtherThreadsWereToldWasTakenArrivesOrFails(SctpCell cell) throws InterruptedException {
    Tally sender = new Tally(0);
    Tally receiver = new Tally(500);
    AtomicIntegerArray taken = new AtomicIntegerArray(MANY);
    try (EventLoopGroup here = cell.group(); EventLoopGroup there = cell.group()) {
      SctpAddress to = listen(there, receiver).addresses().get(0);
      SctpAssociation a = Await.value(SctpTransport.over(here).connect(to, WAN, sender));
      Thread[] threads = new Thread[4];
      for (int t = 0; t < threads.length; t++) {
        int first = t;
        threads[t] = new Thread(() -> {
          for (int i = first; i < MANY; i += threads.length) {
            if (!a.send(ByteBuffer.allocate(1), SctpSendOptions.stream(i % STREAMS).withPpid(i), i).accepted()) {
              return;
            }
            taken.set(i, 1);
          }
        });
        threads[t].start();
      }
      for (Thread t : threads) {
        t.join();
      }
      Await.value(sender.closed);
      Await.value(receiver.closed);
    }
    assertEquals(null, sender.fault.getNow(null));
    for (int i = 0; i < MANY; i++) {
      int known = receiver.arrived.get(i) + sender.failed.get(i);
      assertTrue(sender.failed.get(i) <= 1 && receiver.arrived.get(i) <= 1, "message " + i + " twice");
      assertEquals(taken.get(i), Math.min(1, known), "message " + i + " of a thread: taken " + taken.get(i) + ", known " + known);
    }
  }
}
