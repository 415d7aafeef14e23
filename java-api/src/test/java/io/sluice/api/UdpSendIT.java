package io.sluice.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.BufferLease;
import io.sluice.DatagramInfo;
import io.sluice.EventLoopGroup;
import io.sluice.LoopMetric;
import io.sluice.SendResult;
import io.sluice.TransportException;
import io.sluice.TransportOption;
import io.sluice.UdpDestination;
import io.sluice.UdpError;
import io.sluice.UdpHandler;
import io.sluice.UdpOptions;
import io.sluice.UdpSocket;
import io.sluice.contract.Content;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;

/** Which datagram was taken, which failed and why; bounds; threads; wrong arguments. */
class UdpSendIT {
  private static UdpDestination to(UdpPeer p) {
    return UdpDestination.to(p.address());
  }

  @OnEveryCell
  void theListenerKnowsWhichDatagramFailedAndWhy(Cell cell) throws Exception {
    try (EventLoopGroup group = cell.group(); UdpPeer peer = new UdpPeer()) {
      UdpRecorder r = new UdpRecorder();
      UdpSocket s = UdpPeer.bind(group, r);
      BlockingQueue<Optional<UdpError>> outcomes = new LinkedBlockingQueue<>();
      Await.on(
          s.loop(),
          () -> {
            for (int length : new int[] {10, 65_520, 20}) {
              s.send(ByteBuffer.allocate(length), to(peer), (x, failure) -> outcomes.add(Optional.ofNullable(failure)));
            }
            return s.send(ByteBuffer.allocate(65_521), peer.address());
          });
      int failures = 0;
      for (int i = 0; i < 3; i++) {
        Optional<UdpError> o = Await.next(outcomes);
        if (o.isPresent()) {
          failures++;
          assertEquals(UdpError.Kind.TOO_LARGE, o.get().kind());
          assertEquals(UdpError.Origin.LOCAL, o.get().origin());
          assertEquals(peer.address(), o.get().destination());
        }
      }
      assertEquals(1, failures);
      // Without a listener the handler is told.
      UdpError e = Await.next(r.errors);
      assertEquals(UdpError.Kind.TOO_LARGE, e.kind());
      assertEquals(10, peer.receive().length);
      assertEquals(20, peer.receive().length);
      assertEquals(2, group.stats().value(LoopMetric.DATAGRAM_ERRORS));
      Await.until("nothing pending", () -> s.pendingSendBytes() == 0);
      assertEquals(0, group.stats().value(LoopMetric.SEND_BYTES_PENDING));
      r.check();
    }
  }

  @OnEveryCell
  void theQueueIsBoundedAndSaysWhenItHasRoom(Cell cell) throws Exception {
    int piece = 1000;
    UdpOptions small = UdpOptions.defaults().withSendBounds(4_000, 16_000, 32_000);
    try (EventLoopGroup group = cell.group(); UdpPeer peer = new UdpPeer()) {
      peer.socket.setReceiveBufferSize(1 << 20);
      UdpRecorder r = new UdpRecorder();
      UdpSocket s = UdpPeer.bind(group, small, r);
      // Within one turn nothing leaves.
      List<SendResult> answers =
          Await.on(
              s.loop(),
              () -> {
                List<SendResult> a = new ArrayList<>();
                for (int i = 0; i < 40; i++) {
                  a.add(s.send(ByteBuffer.wrap(Content.of(i, piece)), peer.address()));
                }
                ByteBuffer untouched = ByteBuffer.allocate(piece);
                a.add(s.send(untouched, peer.address()));
                assertEquals(piece, untouched.remaining(), "a rejected buffer is not consumed");
                assertFalse(s.isWritable());
                return a;
              });
      int counted = piece + UdpOptions.DATAGRAM_OVERHEAD_BYTES;
      for (int i = 0; i < 41; i++) {
        SendResult expected =
            (i + 1) * counted < 16_000 ? SendResult.QUEUED : (i + 1) * counted <= 32_000 ? SendResult.SATURATED : SendResult.REJECTED;
        assertEquals(expected, answers.get(i), "datagram " + i);
      }
      for (int i = 0; i < 32_000 / counted; i++) {
        Content.verify(peer.receive(), i, 0);
      }
      Await.until("onWritable", () -> r.events.contains("writable"));
      Await.until("writable", s::isWritable);
      r.check();
    }
  }

  @OnEveryCell
  void emptyDatagramsAreBoundedToo(Cell cell) throws Exception {
    UdpOptions small = UdpOptions.defaults().withSendBounds(64, 640, 1280);
    try (EventLoopGroup group = cell.group(); UdpPeer peer = new UdpPeer()) {
      UdpSocket s = UdpPeer.bind(group, small, new UdpRecorder());
      int taken =
          Await.on(
              s.loop(),
              () -> {
                int n = 0;
                while (s.send(ByteBuffer.allocate(0), peer.address()).accepted()) {
                  n++;
                }
                return n;
              });
      assertEquals(1280 / UdpOptions.DATAGRAM_OVERHEAD_BYTES, taken);
      for (int i = 0; i < taken; i++) {
        assertEquals(0, peer.receive().length);
      }
    }
  }

  /** More metadata than the scratch area of the rings holds in one turn. */
  @OnEveryCell
  void aBurstInOneTurnLosesNothing(Cell cell) throws Exception {
    int n = 5_000;
    UdpOptions large = UdpOptions.defaults().withSendBounds(1 << 20, 8 << 20, 16 << 20);
    try (EventLoopGroup group = cell.group()) {
      BlockingQueue<Integer> got = new LinkedBlockingQueue<>();
      UdpOptions roomy = UdpOptions.defaults().with(TransportOption.SO_RCVBUF, 16 << 20);
      UdpHandler sink = (s, data, info) -> got.add(data.buffer().getInt());
      try (EventLoopGroup other = cell.group()) {
        UdpSocket to = UdpPeer.bind(other, roomy, sink);
        UdpSocket s = UdpPeer.bind(group, large, new UdpRecorder());
        Set<Integer> sent =
            Await.on(
                s.loop(),
                () -> {
                  Set<Integer> taken = new HashSet<>();
                  for (int i = 0; i < n; i++) {
                    if (s.send(ByteBuffer.allocate(4).putInt(0, i), to.localAddress()).accepted()) {
                      taken.add(i);
                    }
                  }
                  return taken;
                });
        assertEquals(n, sent.size(), "taken in one turn");
        Await.until("all were handed over", () -> s.pendingSendBytes() == 0);
        assertEquals(n, group.stats().value(LoopMetric.DATAGRAMS_SENT));
        assertEquals(0, group.stats().value(LoopMetric.DATAGRAM_ERRORS));
      }
    }
  }

  @OnEveryCell
  void otherThreadsMaySend(Cell cell) throws Exception {
    int threads = 4;
    int each = 500;
    try (EventLoopGroup group = cell.group(); EventLoopGroup other = cell.group()) {
      UdpRecorder r = new UdpRecorder();
      UdpSocket to = UdpPeer.bind(other, UdpOptions.defaults().with(TransportOption.SO_RCVBUF, 4 << 20), r);
      UdpSocket s = UdpPeer.bind(group, new UdpRecorder());
      BlockingQueue<Optional<UdpError>> outcomes = new LinkedBlockingQueue<>();
      List<Thread> all = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        int id = t;
        Thread thread =
            new Thread(
                () -> {
                  UdpDestination d = UdpDestination.to(to.localAddress());
                  for (int i = 0; i < each; i++) {
                    ByteBuffer b = ByteBuffer.wrap(Content.of(id * 1000 + i, 100));
                    while (!s.send(b, d, (x, f) -> outcomes.add(Optional.ofNullable(f))).accepted()) {
                      Thread.onSpinWait();
                    }
                  }
                });
        thread.start();
        all.add(thread);
      }
      for (Thread t : all) {
        t.join();
      }
      for (int i = 0; i < threads * each; i++) {
        assertTrue(Await.next(outcomes).isEmpty());
      }
      assertEquals(threads * each, group.stats().value(LoopMetric.DATAGRAMS_SENT));
    }
  }

  @OnEveryCell
  void aRefusalIsToldAndEndsNothing(Cell cell) throws Exception {
    InetSocketAddress nobody = UdpPeer.nobody();
    try (EventLoopGroup group = cell.group()) {
      UdpRecorder r = new UdpRecorder();
      UdpSocket s = Await.value(group.connectUdp(nobody, UdpOptions.defaults(), r));
      for (int i = 0; i < 3; i++) {
        s.send(ByteBuffer.allocate(5));
        UdpError e = Await.next(r.errors);
        assertEquals(UdpError.Kind.REFUSED, e.kind());
        assertEquals(UdpError.Origin.NETWORK, e.origin());
        assertEquals(nobody, e.destination());
        assertEquals(111, e.osError());
      }
      assertTrue(s.isOpen());
      try (UdpPeer peer = new UdpPeer(nobody)) {
        s.send(ByteBuffer.allocate(6));
        assertEquals(6, peer.receive().length);
      }
      r.check();
    }
  }

  @OnEveryCell
  void withRecverrAnUnconnectedSocketHearsTheWholeStory(Cell cell) throws Exception {
    InetSocketAddress nobody = UdpPeer.nobody();
    try (EventLoopGroup group = cell.group(); UdpPeer peer = new UdpPeer()) {
      UdpRecorder r = new UdpRecorder();
      UdpOptions options = UdpOptions.defaults().with(TransportOption.IP_RECVERR, true);
      if (cell.isNio()) {
        TransportException e = (TransportException) Await.failure(group.bindUdp(UdpPeer.LOOPBACK4, options, r));
        assertTrue(e.getMessage().contains("IP_RECVERR is not supported by engine nio"), e.getMessage());
        return;
      }
      UdpSocket s = UdpPeer.bind(group, options, r);
      s.send(ByteBuffer.allocate(5), nobody);
      UdpError e = Await.next(r.errors);
      assertEquals(UdpError.Kind.REFUSED, e.kind());
      assertEquals(UdpError.Origin.ICMP, e.origin());
      assertEquals(nobody, e.destination());
      assertEquals(UdpPeer.LOOPBACK4.getAddress(), e.reportedBy());
      assertEquals(3, e.icmpType());
      assertEquals(3, e.icmpCode());
      assertTrue(e.detail().contains("port unreachable"), e.detail());
      s.send(ByteBuffer.allocate(6), peer.address());
      assertEquals(6, peer.receive().length);
    }
  }

  @OnEveryEngine
  void wrongArgumentsFailAtTheCall(Cell cell) throws Exception {
    try (EventLoopGroup group = cell.group(); UdpPeer peer = new UdpPeer()) {
      UdpSocket s = UdpPeer.bind(group, new UdpRecorder());
      ByteBuffer b = ByteBuffer.allocate(1);
      says(IllegalStateException.class, "is not connected", () -> s.send(b));
      says(IllegalStateException.class, "is not connected", () -> s.send(b, UdpDestination.peer()));
      says(IllegalArgumentException.class, "70000 bytes, a datagram at most 65535", () -> s.send(ByteBuffer.allocate(70_000), peer.address()));
      says(IllegalArgumentException.class, "port 0 is not within 1 to 65535", () -> s.send(b, new InetSocketAddress("127.0.0.1", 0)));
      says(IllegalArgumentException.class, "not resolved", () -> s.send(b, InetSocketAddress.createUnresolved("nowhere.invalid", 5)));
      says(IllegalArgumentException.class, "is not a multicast address", () -> s.join(peer.address().getAddress(), null));
      says(IllegalArgumentException.class, "not of the family", () -> s.join(UdpPeer.ip(239, 1, 1, 1), null, UdpPeer.LOOPBACK6.getAddress()));
      says(IllegalArgumentException.class, "not resolved",
          () -> group.bindUdp(InetSocketAddress.createUnresolved("nowhere.invalid", 5), UdpOptions.defaults(), new UdpRecorder()));
      says(IllegalArgumentException.class, "port 0",
          () -> group.connectUdp(new InetSocketAddress("127.0.0.1", 0), UdpOptions.defaults(), new UdpRecorder()));
      says(IllegalStateException.class, "for the loop's thread", () -> s.option(TransportOption.SO_RCVBUF));
      assertEquals(1, b.remaining());
    }
  }

  @Test
  void wrongSettingsFailAtTheCall() {
    UdpDestination d = UdpDestination.to(new InetSocketAddress("127.0.0.1", 9));
    says(IllegalArgumentException.class, "tos 256 is not within 0 to 255", () -> d.withTos(256));
    says(IllegalArgumentException.class, "segmentBytes -1 is not within 0 to 65507", () -> d.withSegmentBytes(-1));
    says(IllegalArgumentException.class, "is not of the family", () -> d.withSource(UdpPeer.LOOPBACK6.getAddress()));
    says(IllegalArgumentException.class, "low=5 high=5", () -> UdpOptions.defaults().withSendBounds(5, 5, 6));
    says(IllegalArgumentException.class, "maxLeasedBuffers 0", () -> UdpOptions.defaults().withMaxLeasedBuffers(0));
    says(IllegalArgumentException.class, "IP_TTL: value 0", () -> UdpOptions.defaults().with(TransportOption.IP_TTL, 0));
    assertEquals(d.withTos(3).withSegmentBytes(8), d.withSegmentBytes(8).withTos(3));
    assertNull(UdpDestination.peer().address());
  }

  private interface Call {
    Object run() throws Exception;
  }

  private static void says(Class<? extends Throwable> type, String text, Call call) {
    Throwable t = assertThrows(type, call::run);
    assertTrue(t.getMessage().contains(text), t.getMessage());
  }

  @OnEveryCell
  void aFailedOpeningNamesItsCause(Cell cell) throws Exception {
    try (EventLoopGroup group = cell.group(); UdpPeer peer = new UdpPeer()) {
      UdpHandler never =
          new UdpHandler() {
            @Override
            public void onOpen(UdpSocket socket) {
              throw new AssertionError("opened");
            }

            @Override
            public void onDatagram(UdpSocket socket, BufferLease data, DatagramInfo info) {}
          };
      Throwable inUse = Await.failure(group.bindUdp(peer.address(), UdpOptions.defaults(), never));
      assertTrue(inUse.getMessage().contains("address in use"), inUse.getMessage());
      UdpOptions tcp = UdpOptions.defaults().with(TransportOption.TCP_NODELAY, true);
      Throwable option = Await.failure(group.bindUdp(UdpPeer.LOOPBACK4, tcp, never));
      assertTrue(option.getMessage().contains("TCP_NODELAY is not supported by engine " + cell.engine()), option.getMessage());
      assertEquals(0, group.stats().value(LoopMetric.UDP_SOCKETS_OPENED));
      Throwable sharded = Await.failure(group.bindUdpOnEveryLoop(peer.address(), UdpOptions.defaults(), l -> never));
      assertTrue(sharded instanceof TransportException, sharded.toString());
    }
  }
}
