package io.sluice.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.BufferLease;
import io.sluice.CloseReason;
import io.sluice.DatagramInfo;
import io.sluice.EventLoopGroup;
import io.sluice.LoopMetric;
import io.sluice.SendResult;
import io.sluice.TransportException;
import io.sluice.UdpDestination;
import io.sluice.UdpError;
import io.sluice.UdpHandler;
import io.sluice.UdpOptions;
import io.sluice.UdpSocket;
import io.sluice.contract.Census;
import io.sluice.contract.Content;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** Exactly one onClosed, after every listener; all that was taken goes out or is reported; nothing is left behind. */
class UdpEndIT {
  @OnEveryCell
  void closeSendsWhatWasTakenAndTellsOnce(Cell cell) throws Exception {
    try (EventLoopGroup group = cell.group(); UdpPeer peer = new UdpPeer()) {
      UdpRecorder r = new UdpRecorder();
      UdpSocket s = UdpPeer.bind(group, r);
      List<String> order = new CopyOnWriteArrayList<>();
      UdpDestination to = UdpDestination.to(peer.address());
      Await.on(
          s.loop(),
          () -> {
            for (int i = 0; i < 50; i++) {
              s.send(ByteBuffer.wrap(Content.of(i, 100)), to, (x, failure) -> order.add(failure == null ? "sent" : failure.kind() + ""));
            }
            s.close();
            assertFalse(s.isOpen());
            assertEquals(SendResult.CLOSED, s.send(ByteBuffer.allocate(1), to));
            return null;
          });
      CloseReason why = Await.value(s.closed());
      assertEquals(CloseReason.Kind.LOCAL_CLOSE, why.kind());
      assertEquals(0, why.bytesUnsent());
      assertEquals(50, order.size());
      assertTrue(order.stream().allMatch("sent"::equals), order::toString);
      for (int i = 0; i < 50; i++) {
        Content.verify(peer.receive(), i, 0);
      }
      assertSame(s.close(), s.abort());
      assertSame(why, s.closeReason());
      assertEquals(SendResult.CLOSED, s.send(ByteBuffer.allocate(1), to));
      assertEquals(List.of("open", "closed"), r.events);
      assertEquals(0, group.stats().value(LoopMetric.UDP_SOCKETS_LIVE));
      assertTrue(Await.failure(s.join(UdpPeer.ip(239, 1, 2, 3), null)) instanceof TransportException);
      r.check();
    }
  }

  @OnEveryCell
  void abortAnswersEveryListenerBeforeOnClosed(Cell cell) throws Exception {
    try (EventLoopGroup group = cell.group(); UdpPeer peer = new UdpPeer()) {
      List<String> order = new CopyOnWriteArrayList<>();
      UdpHandler handler =
          new UdpHandler() {
            @Override
            public void onDatagram(UdpSocket socket, BufferLease data, DatagramInfo info) {}

            @Override
            public void onClosed(UdpSocket socket, CloseReason reason) {
              order.add("closed " + reason.kind());
            }
          };
      UdpSocket s = UdpPeer.bind(group, handler);
      int n = 300;
      Await.on(
          s.loop(),
          () -> {
            for (int i = 0; i < n; i++) {
              s.send(ByteBuffer.allocate(100), UdpDestination.to(peer.address()), (x, failure) -> order.add(failure == null ? "sent" : failure.kind() + ""));
            }
            return s.abort();
          });
      CloseReason why = Await.value(s.closed());
      assertEquals(n + 1, order.size());
      assertEquals("closed LOCAL_ABORT", order.get(n));
      long cancelled = order.stream().filter("CANCELLED"::equals).count();
      long sent = order.stream().filter("sent"::equals).count();
      assertEquals(n, cancelled + sent);
      assertEquals(cancelled * 100, why.bytesUnsent());
    }
  }

  @OnEveryCell
  void aSendTakenFromAnotherThreadIsAlwaysAnswered(Cell cell) throws Exception {
    for (int round = 0; round < 30; round++) {
      try (EventLoopGroup group = cell.group(); UdpPeer peer = new UdpPeer()) {
        UdpSocket s = UdpPeer.bind(group, new UdpRecorder());
        List<UdpError> told = new CopyOnWriteArrayList<>();
        List<String> all = new CopyOnWriteArrayList<>();
        int taken = 0;
        for (int i = 0; i < 20; i++) {
          if (i == 10) {
            s.abort();
          }
          SendResult a =
              s.send(
                  ByteBuffer.allocate(10), UdpDestination.to(peer.address()),
                  (x, failure) -> {
                    all.add("x");
                    if (failure != null) {
                      told.add(failure);
                    }
                  });
          taken += a.accepted() ? 1 : 0;
        }
        Await.value(s.closed());
        assertEquals(10, taken);
        assertEquals(taken, all.size());
        assertTrue(told.stream().allMatch(e -> e.kind() == UdpError.Kind.CANCELLED), told::toString);
      }
    }
  }

  @OnEveryCell
  void aSendThatRacesTheEndIsToldBeforeOnClosedOrNotTaken(Cell cell) throws Exception {
    for (int round = 0; round < 20; round++) {
      try (EventLoopGroup group = cell.group(); UdpPeer peer = new UdpPeer()) {
        AtomicInteger told = new AtomicInteger();
        CompletableFuture<Integer> toldAtTheEnd = new CompletableFuture<>();
        UdpHandler handler =
            new UdpHandler() {
              @Override
              public void onDatagram(UdpSocket socket, BufferLease data, DatagramInfo info) {}

              @Override
              public void onClosed(UdpSocket socket, CloseReason reason) {
                toldAtTheEnd.complete(told.get());
              }
            };
        UdpSocket s = UdpPeer.bind(group, handler);
        UdpDestination to = UdpDestination.to(peer.address());
        int taken = 0;
        while (true) {
          SendResult a = s.send(ByteBuffer.allocate(10), to, (x, failure) -> told.incrementAndGet());
          if (a == SendResult.CLOSED) {
            break;
          }
          taken += a.accepted() ? 1 : 0;
          if (taken == 50) {
            s.loop().execute(s::abort); // This thread does not know that the end begins.
          }
        }
        assertEquals(taken, Await.value(toldAtTheEnd));
        assertEquals(taken, told.get());
      }
    }
  }

  @OnEveryCell
  void closeWithinEveryCallbackIsSafe(Cell cell) throws Exception {
    for (String where : new String[] {"open", "datagram", "sent", "error"}) {
      try (EventLoopGroup group = cell.group(); UdpPeer peer = new UdpPeer()) {
        CompletableFuture<CloseReason> closed = new CompletableFuture<>();
        UdpHandler handler =
            new UdpHandler() {
              @Override
              public void onOpen(UdpSocket s) {
                act(s, "open");
              }

              @Override
              public void onDatagram(UdpSocket s, BufferLease data, DatagramInfo info) {
                if (where.equals("sent")) {
                  s.send(data, info.reply(), (x, failure) -> act(x, "sent"));
                } else if (where.equals("error")) {
                  s.send(ByteBuffer.allocate(65_530), info.source());
                }
                act(s, "datagram");
              }

              @Override
              public void onError(UdpSocket s, UdpError error) {
                act(s, "error");
              }

              private void act(UdpSocket s, String now) {
                if (where.equals(now)) {
                  s.close();
                  s.abort();
                }
              }

              @Override
              public void onClosed(UdpSocket s, CloseReason reason) {
                if (!closed.complete(reason)) {
                  throw new AssertionError("twice");
                }
              }
            };
        UdpSocket s = UdpPeer.bind(group, handler);
        if (s.isOpen()) {
          peer.send(s, new byte[10]);
          peer.send(s, new byte[10]);
        }
        assertTrue(Await.value(closed).isExpected(), where);
      }
    }
  }

  @OnEveryCell
  void aFailedOnOpenClosesTheSocket(Cell cell) throws Exception {
    UdpHandler handler =
        new UdpHandler() {
          @Override
          public void onOpen(UdpSocket socket) {
            throw new IllegalStateException("meant to be thrown");
          }

          @Override
          public void onDatagram(UdpSocket socket, BufferLease data, DatagramInfo info) {}
        };
    try (EventLoopGroup group = cell.group()) {
      UdpSocket s = UdpPeer.bind(group, handler);
      assertEquals(CloseReason.Kind.HANDLER_FAILED, Await.value(s.closed()).kind());
    }
  }

  @OnEveryCell
  void shutdownEndsSocketsAndLeavesNothingBehind(Cell cell) throws Exception {
    try (EventLoopGroup warm = cell.group()) {
      UdpPeer.bind(warm, new UdpRecorder());
    }
    Census before = Census.take();
    for (int round = 0; round < 3; round++) {
      EventLoopGroup group = cell.builder().threads(2).build();
      List<UdpRecorder> all = new ArrayList<>();
      List<UdpSocket> sockets = new ArrayList<>();
      try (UdpPeer peer = new UdpPeer()) {
        for (int i = 0; i < 40; i++) {
          UdpRecorder r = new UdpRecorder();
          all.add(r);
          sockets.add(UdpPeer.bind(group, r));
          peer.send(sockets.get(i), Content.of(i, 30));
          sockets.get(i).send(ByteBuffer.allocate(10), peer.address());
        }
        Await.value(group.shutdown(round == 0 ? Duration.ZERO : Duration.ofSeconds(2)));
        group.close();
        for (UdpRecorder r : all) {
          assertEquals(CloseReason.Kind.LOOP_SHUTDOWN, Await.value(r.closed).kind());
          r.check();
        }
        assertEquals(SendResult.CLOSED, sockets.get(0).send(ByteBuffer.allocate(1), peer.address()));
        assertEquals(0, group.stats().value(LoopMetric.UDP_SOCKETS_LIVE));
        assertEquals(0, group.stats().value(LoopMetric.BUFFERS_OUT));
        assertEquals(
            CloseReason.Kind.LOOP_SHUTDOWN,
            ((TransportException) Await.failure(group.bindUdp(UdpPeer.LOOPBACK4, UdpOptions.defaults(), new UdpRecorder()))).reason().kind());
      }
    }
    before.expectSame("after UDP sockets of " + cell);
  }

  @OnEveryCell
  void noDatagramReachesAnotherSocketUnderChurn(Cell cell) throws Exception {
    try (EventLoopGroup group = cell.group(); UdpPeer peer = new UdpPeer()) {
      for (int i = 0; i < 200; i++) {
        UdpRecorder r = new UdpRecorder();
        UdpSocket s = UdpPeer.bind(group, r);
        for (int k = 0; k < 3; k++) {
          peer.send(s, Content.of(i, k * 100L, 100));
        }
        for (int k = 0; k < 3; k++) {
          Content.verify(Await.next(r.datagrams).data(), i, k * 100L);
        }
        peer.send(s, Content.of(-1, 10)); // May arrive, or not, but at nobody else.
        Await.value(i % 2 == 0 ? s.close() : s.abort());
        r.check();
      }
      Await.until("all buffers are back", () -> group.stats().value(LoopMetric.BUFFERS_OUT) == 0);
      assertEquals(0, group.stats().value(LoopMetric.UDP_SOCKETS_LIVE));
      assertEquals(200, group.stats().value(LoopMetric.UDP_SOCKETS_OPENED));
    }
  }

  @OnEveryCell
  void aLeaseOutlivesItsSocket(Cell cell) throws Exception {
    try (EventLoopGroup group = cell.group(); UdpPeer peer = new UdpPeer()) {
      CompletableFuture<BufferLease> kept = new CompletableFuture<>();
      UdpSocket s = UdpPeer.bind(group, (x, data, info) -> kept.complete(data.retain()));
      peer.send(s, Content.of(3, 500));
      BufferLease lease = Await.value(kept);
      Await.value(s.close());
      byte[] b = new byte[lease.length()];
      lease.copyTo(0, b, 0, b.length);
      assertEquals(500, b.length);
      Content.verify(b, 3, 0);
      lease.release();
      Await.until("the buffer is back", () -> group.stats().value(LoopMetric.BUFFERS_OUT) == 0);
      assertNull(s.remoteAddress());
    }
  }

  /** More than the rings take in one turn: what does not fit goes with the next ones, and the close behind it. */
  @OnEveryCell
  void closeSendsAllThatOtherThreadsGaveHoweverMuch(Cell cell) throws Exception {
    try (EventLoopGroup group = cell.group(); UdpPeer peer = new UdpPeer()) {
      UdpSocket s = UdpPeer.bind(group, new UdpRecorder());
      CompletableFuture<Void> go = new CompletableFuture<>();
      s.loop().execute(() -> Await.value(go)); // Nothing of it is seen by the loop before all of it is there.
      AtomicInteger sent = new AtomicInteger();
      AtomicInteger failed = new AtomicInteger();
      int n = 40_000;
      for (int i = 0; i < n; i++) {
        SendResult a =
            s.send(
                ByteBuffer.allocate(1), UdpDestination.to(peer.address()),
                (x, failure) -> (failure == null ? sent : failed).incrementAndGet());
        assertTrue(a.accepted(), "datagram " + i + ": " + a);
      }
      s.close();
      go.complete(null);
      CloseReason why = Await.value(s.closed());
      assertEquals(n, sent.get(), failed + " failed");
      assertEquals(CloseReason.Kind.LOCAL_CLOSE, why.kind());
      assertEquals(0, why.bytesUnsent());
    }
  }
}
