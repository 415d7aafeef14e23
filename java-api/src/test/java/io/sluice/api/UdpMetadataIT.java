package io.sluice.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.BufferLease;
import io.sluice.DatagramInfo;
import io.sluice.EventLoopGroup;
import io.sluice.TransportException;
import io.sluice.TransportOption;
import io.sluice.UdpDestination;
import io.sluice.UdpError;
import io.sluice.UdpHandler;
import io.sluice.UdpOptions;
import io.sluice.UdpSocket;
import io.sluice.api.UdpRecorder.Got;
import io.sluice.contract.Content;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Assumptions;

/** TOS and ECN, local addresses, trains of segments; what an engine lacks says so. */
class UdpMetadataIT {
  private static UdpSocket bindOrSkip(Cell cell, EventLoopGroup group, InetSocketAddress local, UdpOptions options, UdpHandler handler) {
    Assumptions.assumeFalse(cell.isNio(), "the JDK's channels cannot");
    try {
      return Await.value(group.bindUdp(local, options, handler));
    } catch (AssertionError e) {
      Assumptions.assumeFalse(e.getMessage().contains("is not supported"), e::getMessage);
      throw e;
    }
  }

  @OnEveryCell
  void withoutOptionsNothingIsKnown(Cell cell) throws Exception {
    try (EventLoopGroup group = cell.group(); UdpPeer peer = new UdpPeer()) {
      UdpRecorder r = new UdpRecorder();
      peer.send(UdpPeer.bind(group, r), new byte[1]);
      Got got = Await.next(r.datagrams);
      assertEquals(-1, got.tos());
      assertEquals(-1, got.ecn());
      assertEquals(0, got.segment());
      assertEquals(-1, got.dropped());
      assertNull(got.destination());
    }
  }

  @OnEveryCell
  void tosAndEcnGoAndCome(Cell cell) throws Exception {
    try (EventLoopGroup group = cell.group()) {
      UdpRecorder r = new UdpRecorder();
      UdpSocket s = bindOrSkip(cell, group, UdpPeer.LOOPBACK4, UdpOptions.defaults().with(TransportOption.IP_RECVTOS, true), r);
      UdpSocket from = UdpPeer.bind(group, UdpOptions.defaults().with(TransportOption.IP_TOS, 0x28), new UdpRecorder());
      from.send(ByteBuffer.allocate(1), UdpDestination.to(s.localAddress()).withTos(0xb8 | 3));
      Got got = Await.next(r.datagrams);
      assertEquals(0xb8 | 3, got.tos());
      assertEquals(3, got.ecn());
      from.send(ByteBuffer.allocate(1), s.localAddress());
      assertEquals(0x28, Await.next(r.datagrams).tos());
    }
  }

  @OnEveryCell
  void aReplyLeavesFromTheAddressItWasAskedAt(Cell cell) throws Exception {
    try (EventLoopGroup group = cell.group(); UdpPeer peer = new UdpPeer()) {
      UdpRecorder r =
          new UdpRecorder() {
            @Override
            public void onDatagram(UdpSocket s, BufferLease data, DatagramInfo info) {
              super.onDatagram(s, data, info);
              if (data.length() == 2) {
                s.send(data.buffer(), info.reply());
              } else {
                s.reply(data, info);
              }
            }
          };
      UdpOptions options = UdpOptions.defaults().with(TransportOption.IP_PKTINFO, true);
      UdpSocket s = bindOrSkip(cell, group, new InetSocketAddress(UdpPeer.ip(0, 0, 0, 0), 0), options, r);
      for (int i = 1; i <= 3; i++) {
        InetAddress at = UdpPeer.ip(127, 0, 0, 20 + i);
        peer.send(new InetSocketAddress(at, s.localAddress().getPort()), new byte[i]);
        assertEquals(i, peer.receive().length);
        assertEquals(at, peer.sender().getAddress());
        assertEquals(at, Await.next(r.datagrams).destination());
      }
      r.check();
    }
  }

  @OnEveryCell
  void aTrainGoesOutAndComesInAtOnce(Cell cell) throws Exception {
    try (EventLoopGroup group = cell.builder().receiveBuffers(64 << 10, 64).build(); UdpPeer peer = new UdpPeer()) {
      UdpRecorder r = new UdpRecorder();
      UdpSocket joined = bindOrSkip(cell, group, UdpPeer.LOOPBACK4, UdpOptions.defaults().with(TransportOption.UDP_GRO, true), r);
      UdpSocket from = UdpPeer.bind(group, new UdpRecorder());
      byte[] train = Content.of(4, 40 * 1200 + 7);
      from.send(ByteBuffer.wrap(train), UdpDestination.to(peer.address()).withSegmentBytes(1200));
      for (int i = 0; i < 41; i++) {
        byte[] b = peer.receive();
        assertEquals(i < 40 ? 1200 : 7, b.length);
        Content.verify(b, 4, i * 1200L);
      }
      from.send(ByteBuffer.wrap(train), UdpDestination.to(joined.localAddress()).withSegmentBytes(1200));
      int position = 0;
      int most = 0;
      while (position < train.length) {
        Got got = Await.next(r.datagrams);
        Content.verify(got.data(), 4, position);
        position += got.data().length;
        most = Math.max(most, got.data().length);
        assertTrue(got.segment() == 1200 || got.data().length <= 1200, "segment " + got.segment());
      }
      assertTrue(most > 1200, "nothing was joined");
    }
  }

  @OnEveryCell
  void whatNioLacksSaysSo(Cell cell) throws Exception {
    Assumptions.assumeTrue(cell.isNio(), "the native engines have it");
    try (EventLoopGroup group = cell.group(); UdpPeer peer = new UdpPeer()) {
      UdpRecorder r = new UdpRecorder();
      UdpSocket s = UdpPeer.bind(group, r);
      UdpDestination to = UdpDestination.to(peer.address());
      for (UdpDestination d : new UdpDestination[] {to.withTos(1), to.withSegmentBytes(10), to.withSource(UdpPeer.LOOPBACK4.getAddress())}) {
        s.send(ByteBuffer.allocate(1), d);
        UdpError e = Await.next(r.errors);
        assertEquals(UdpError.Kind.UNSUPPORTED, e.kind());
        assertEquals(peer.address(), e.destination());
      }
      for (TransportOption<Boolean> o : java.util.List.of(TransportOption.UDP_GRO, TransportOption.IP_RECVTOS, TransportOption.IP_PKTINFO)) {
        Throwable t = Await.failure(group.bindUdp(UdpPeer.LOOPBACK4, UdpOptions.defaults().with(o, true), r));
        assertTrue(t.getMessage().contains(o.name() + " is not supported by engine nio"), t.getMessage());
      }
    }
  }

  @OnEveryCell
  void optionsAreReadAndSet(Cell cell) throws Exception {
    try (EventLoopGroup group = cell.group(); UdpPeer peer = new UdpPeer()) {
      UdpRecorder r = new UdpRecorder();
      UdpSocket s = UdpPeer.bind(group, UdpOptions.defaults().with(TransportOption.SO_BROADCAST, true), r);
      peer.send(s, new byte[1]);
      Await.next(r.datagrams); // The receive is armed.
      assertTrue(Await.on(s.loop(), () -> s.option(TransportOption.SO_BROADCAST)));
      assertTrue(Await.on(s.loop(), () -> s.option(TransportOption.SO_RCVBUF)) > 0);
      assertEquals(
          7,
          Await.on(
              s.loop(),
              () -> {
                s.option(TransportOption.IP_MULTICAST_TTL, 7);
                return s.option(TransportOption.IP_MULTICAST_TTL);
              }));
      assertThrows(UnsupportedOperationException.class, () -> onLoop(s, TransportOption.TCP_NODELAY));
      if (!cell.isNio()) {
        TransportException e = assertThrows(TransportException.class, () -> setOnLoop(s));
        assertTrue(e.getMessage().contains("IP_RECVERR cannot change while the socket is read"), e.getMessage());
      }
      Await.value(s.close());
      assertThrows(TransportException.class, () -> onLoop(s, TransportOption.SO_RCVBUF));
    }
  }

  private static void onLoop(UdpSocket s, TransportOption<?> option) throws Throwable {
    rethrow(() -> Await.on(s.loop(), () -> s.option(option)));
  }

  private static void setOnLoop(UdpSocket s) throws Throwable {
    rethrow(
        () ->
            Await.on(
                s.loop(),
                () -> {
                  s.option(TransportOption.IP_RECVERR, true);
                  return null;
                }));
  }

  /** Await wraps what was thrown on the loop. */
  private static void rethrow(Runnable r) throws Throwable {
    try {
      r.run();
    } catch (AssertionError e) {
      throw e.getCause();
    }
  }
}
