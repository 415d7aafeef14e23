package io.sluice.api;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.BufferLease;
import io.sluice.DatagramInfo;
import io.sluice.EventLoop;
import io.sluice.EventLoopGroup;
import io.sluice.LoopMetric;
import io.sluice.LoopStats;
import io.sluice.UdpDestination;
import io.sluice.UdpHandler;
import io.sluice.UdpOptions;
import io.sluice.UdpSocket;
import io.sluice.api.UdpRecorder.Got;
import io.sluice.contract.Content;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Assumptions;

/** Datagrams arrive whole, with their sender, and go back to it; bound and connected, one peer and many. */
class UdpEchoIT {
  @OnEveryCell
  void datagramsOfEverySizeComeBack(Cell cell) throws Exception {
    try (EventLoopGroup group = cell.group(); UdpPeer peer = new UdpPeer()) {
      UdpRecorder r = new UdpRecorder.Echo();
      UdpSocket s = UdpPeer.bind(group, r);
      for (int length : new int[] {1, 64, 1472, 0, 4000, 17_248, 10}) {
        peer.send(s, Content.of(length, length));
        byte[] back = peer.receive();
        assertEquals(length, back.length);
        Content.verify(back, length, 0);
        assertEquals(s.localAddress(), peer.sender());
      }
      LoopStats stats = group.stats();
      assertEquals(7, stats.value(LoopMetric.DATAGRAMS_RECEIVED));
      assertEquals(1, stats.value(LoopMetric.UDP_SOCKETS_LIVE));
      assertEquals(0, stats.value(LoopMetric.CONNECTIONS_LIVE));
      assertTrue(stats.toString().contains("udp"), stats.toString());
      r.check();
    }
  }

  @OnEveryCell
  void manyPeersAreToldApartUnderLoad(Cell cell) throws Exception {
    int peers = 64;
    int rounds = 30;
    try (EventLoopGroup group = cell.group()) {
      UdpSocket s = UdpPeer.bind(group, new UdpRecorder.Echo());
      List<UdpPeer> all = new ArrayList<>();
      for (int i = 0; i < peers; i++) {
        all.add(new UdpPeer());
      }
      for (int round = 0; round < rounds; round++) {
        for (int i = 0; i < peers; i++) {
          all.get(i).send(s, Content.of(i, round * 200L, 100 + i));
        }
        for (int i = 0; i < peers; i++) {
          byte[] back = all.get(i).receive();
          assertEquals(100 + i, back.length);
          Content.verify(back, i, round * 200L);
        }
      }
      all.forEach(UdpPeer::close);
    }
  }

  @OnEveryCell
  void everyWayToAnswerArrives(Cell cell) throws Exception {
    BlockingQueue<BufferLease> kept = new LinkedBlockingQueue<>();
    BlockingQueue<UdpDestination> replies = new LinkedBlockingQueue<>();
    UdpHandler handler =
        new UdpHandler() {
          @Override
          public void onDatagram(UdpSocket s, BufferLease data, DatagramInfo info) {
            switch (data.get(0)) {
              case 0 -> s.reply(data, info);
              case 1 -> s.reply(data.buffer(), info);
              case 2 -> s.send(data.buffer(), info.source());
              case 3 -> s.send(data, info.reply());
              case 4 -> s.send(data.retain(), UdpDestination.to(info.source()));
              case 5 -> s.reply(data.retain(), info);
              default -> {
                replies.add(info.reply());
                kept.add(data.retain());
              }
            }
          }
        };
    try (EventLoopGroup group = cell.group(); UdpPeer peer = new UdpPeer()) {
      UdpSocket s = UdpPeer.bind(group, handler);
      for (byte way = 0; way < 8; way++) {
        byte[] message = Content.of(way, 300);
        message[0] = way;
        peer.send(s, message);
        if (way == 6) {
          s.send(Await.next(kept), Await.next(replies)); // From another thread.
        } else if (way == 7) {
          BufferLease lease = Await.next(kept);
          s.send(lease.buffer(), Await.next(replies));
          lease.release();
        }
        assertArrayEquals(message, peer.receive(), "way " + way);
      }
      Await.until("all leases are back", () -> group.stats().value(LoopMetric.BUFFERS_OUT) == 0);
    }
  }

  @OnEveryCell
  void aConnectedSocketTalksToItsPeerOnly(Cell cell) throws Exception {
    try (EventLoopGroup group = cell.group(); UdpPeer peer = new UdpPeer(); UdpPeer stranger = new UdpPeer()) {
      UdpRecorder r = new UdpRecorder();
      InetSocketAddress here = new InetSocketAddress(UdpPeer.LOOPBACK4.getAddress(), 0);
      UdpSocket s = Await.value(group.connectUdp(peer.address(), UdpOptions.defaults().withLocalAddress(here), r));
      assertEquals(peer.address(), s.remoteAddress());
      assertTrue(s.send(ByteBuffer.wrap(Content.of(1, 77))).accepted());
      Content.verify(peer.receive(), 1, 0);
      assertEquals(s.localAddress(), peer.sender());
      stranger.send(s, new byte[1]);
      peer.send(s, new byte[2]);
      assertEquals(2, Await.next(r.datagrams).data().length);
    }
  }

  @OnEveryCell
  void aSteadyPeerHasOneAddressObject(Cell cell) throws Exception {
    try (EventLoopGroup group = cell.group(); UdpPeer peer = new UdpPeer()) {
      UdpRecorder r = new UdpRecorder();
      UdpSocket s = UdpPeer.bind(group, r);
      peer.send(s, new byte[1]);
      peer.send(s, new byte[1]);
      InetSocketAddress first = Await.next(r.datagrams).source();
      assertEquals(peer.address(), first);
      assertSame(first, Await.next(r.datagrams).source());
    }
  }

  @OnEveryCell
  void theInfoEndsWithItsCallback(Cell cell) throws Exception {
    BlockingQueue<DatagramInfo> infos = new LinkedBlockingQueue<>();
    UdpHandler handler = (s, data, info) -> infos.add(info);
    try (EventLoopGroup group = cell.group(); UdpPeer peer = new UdpPeer()) {
      UdpSocket s = UdpPeer.bind(group, handler);
      peer.send(s, new byte[1]);
      DatagramInfo info = Await.next(infos);
      assertThrows(IllegalStateException.class, info::source, "another thread");
      Await.on(s.loop(), () -> assertThrows(IllegalStateException.class, info::source, "after the callback"));
      Await.on(s.loop(), () -> assertThrows(IllegalStateException.class, () -> s.reply(ByteBuffer.allocate(1), info)));
    }
  }

  @OnEveryCell
  void whatIsTooLongIsCutAndSaysSo(Cell cell) throws Exception {
    try (EventLoopGroup group = cell.builder().receiveBuffers(1024, 64).build(); UdpPeer peer = new UdpPeer()) {
      UdpRecorder r = new UdpRecorder();
      UdpSocket s = UdpPeer.bind(group, r);
      int room = 1024 - UdpSocket.RECEIVE_OVERHEAD_BYTES;
      peer.send(s, Content.of(1, room + 1));
      peer.send(s, Content.of(2, room));
      Got cut = Await.next(r.datagrams);
      assertTrue(cut.truncated());
      assertEquals(room, cut.data().length);
      Content.verify(cut.data(), 1, 0);
      Got whole = Await.next(r.datagrams);
      assertFalse(whole.truncated());
      assertEquals(room, whole.data().length);
      assertEquals(1, group.stats().value(LoopMetric.DATAGRAMS_TRUNCATED));
    }
  }

  @OnEveryEngine
  void inet6PeersAndBothFamilies(Cell cell) throws Exception {
    Assumptions.assumeTrue(UdpPeer.hasInet6(), "this machine has no ::1");
    try (EventLoopGroup group = cell.group(); UdpPeer six = new UdpPeer(UdpPeer.LOOPBACK6); UdpPeer four = new UdpPeer()) {
      UdpSocket s =
          Await.value(group.bindUdp(new InetSocketAddress(UdpPeer.ip(new int[16]), 0), UdpOptions.defaults(), new UdpRecorder.Echo()));
      int port = s.localAddress().getPort();
      for (UdpPeer p : List.of(six, four)) {
        p.send(new InetSocketAddress(p.address().getAddress(), port), Content.of(9, 99));
        Content.verify(p.receive(), 9, 0);
      }
    }
  }

  @OnEveryCell
  void oneSocketPerLoopSharesThePort(Cell cell) throws Exception {
    try (EventLoopGroup group = cell.builder().threads(3).build()) {
      Set<EventLoop> loops = ConcurrentHashMap.newKeySet();
      List<UdpSocket> sockets =
          Await.value(
              group.bindUdpOnEveryLoop(
                  UdpPeer.LOOPBACK4, UdpOptions.defaults(),
                  loop -> (s, data, info) -> {
                    loops.add(s.loop());
                    s.reply(data, info);
                  }));
      assertEquals(group.loops(), sockets.stream().map(UdpSocket::loop).toList());
      assertEquals(1, sockets.stream().map(UdpSocket::localAddress).distinct().count());
      // The kernel chooses by a hash of the addresses: with enough peers each loop gets some.
      for (int i = 0; i < 200 && loops.size() < 3; i++) {
        try (UdpPeer p = new UdpPeer()) {
          p.send(sockets.get(0), Content.of(i, 50));
          Content.verify(p.receive(), i, 0);
        }
      }
      assertEquals(3, loops.size());
    }
  }

  @OnEveryCell
  void aHandlerThatThrowsEndsNothing(Cell cell) throws Exception {
    UdpHandler handler =
        (s, data, info) -> {
          if (data.length() == 1) {
            throw new IllegalStateException("meant to be thrown");
          }
          s.reply(data, info);
        };
    try (EventLoopGroup group = cell.group(); UdpPeer peer = new UdpPeer()) {
      UdpSocket s = UdpPeer.bind(group, handler);
      peer.send(s, new byte[1]);
      peer.send(s, new byte[2]);
      assertEquals(2, peer.receive().length);
      assertNull(s.closeReason());
      assertEquals(1, group.stats().value(LoopMetric.DATAGRAM_HANDLER_FAILURES));
      Await.until("all buffers are back", () -> s.pendingSendBytes() == 0 && group.stats().value(LoopMetric.BUFFERS_OUT) == 0);
    }
  }
}
