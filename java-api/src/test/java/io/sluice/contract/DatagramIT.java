package io.sluice.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.contract.Datagrams.Received;
import io.sluice.internal.abi.Abi;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** D1 to D3 and D6: datagrams are whole, in order, and none takes another with it. */
class DatagramIT extends DatagramTest {
  DatagramIT(EngineCell cell) {
    super(cell);
  }

  @Test
  void d1ADatagramKeepsItsBoundsAndItsSender() throws Exception {
    long handle = u.open(Datagrams.LOOPBACK4);
    long recv = u.receive(handle);
    InetSocketAddress at = d.inetAddress(handle);
    DatagramSocket peer = peer();
    for (int length : new int[] {1, 64, 1200, 0, 1472, 3000, 7}) {
      Datagrams.send(peer, at, Content.of(length, length));
    }
    for (int length : new int[] {1, 64, 1200, 0, 1472, 3000, 7}) {
      Received r = u.next(recv);
      assertEquals(length, r.data().length);
      Content.verify(r.data(), length, 0);
      assertEquals(Datagrams.addressOf(peer), r.source());
      assertEquals(0, r.flags());
      assertFalse(r.completion().isTerminal());
    }
    assertEquals(7, d.counter(Abi.CTR_DATAGRAMS_RECEIVED));
  }

  @Test
  void anEchoGoesBackToItsSender() throws Exception {
    long handle = u.open(Datagrams.LOOPBACK4);
    long recv = u.receive(handle);
    DatagramSocket peer = peer();
    for (int i = 0; i < 20; i++) {
      Datagrams.send(peer, d.inetAddress(handle), Content.of(i, 100 + i));
      Received r = u.next(recv);
      assertEquals(100 + i, u.send(handle, r.source(), r.data()));
      Content.verify(Datagrams.receive(peer), i, 0);
    }
    assertEquals(20, d.counter(Abi.CTR_DATAGRAMS_SENT));
  }

  @Test
  void aConnectedSocketSendsWithoutAnAddressAndHearsOnlyItsPeer() throws Exception {
    DatagramSocket peer = peer();
    DatagramSocket stranger = peer();
    long handle = u.openTo(Datagrams.addressOf(peer));
    assertEquals(Datagrams.addressOf(peer), d.peerAddress(handle));
    long recv = u.receive(handle);
    assertEquals(5, u.send(handle, null, Content.of(1, 5)));
    DatagramPacket p = Datagrams.packet(peer);
    assertEquals(5, p.getLength());
    assertEquals(d.inetAddress(handle), p.getSocketAddress());
    Datagrams.send(stranger, d.inetAddress(handle), new byte[3]);
    Datagrams.send(peer, d.inetAddress(handle), new byte[4]);
    assertEquals(4, u.next(recv).data().length);
    // Its own peer by name is as good.
    assertEquals(6, u.send(handle, Datagrams.addressOf(peer), new byte[6]));
    assertEquals(6, Datagrams.receive(peer).length);
  }

  @Test
  void d1AnEmptyDatagramIsOne() throws Exception {
    long a = u.open(Datagrams.LOOPBACK4);
    long b = u.open(Datagrams.LOOPBACK4);
    long recv = u.receive(b);
    assertEquals(0, u.send(a, d.inetAddress(b), new byte[0]));
    Received r = u.next(recv);
    assertEquals(0, r.data().length);
    assertEquals(d.inetAddress(a), r.source());
  }

  @Test
  void d1AnEmptyDatagramOfAConnectedSocketIsOne() throws Exception {
    DatagramSocket peer = peer();
    long a = u.openTo(Datagrams.addressOf(peer));
    if (cell.isNio()) {
      assertEquals(-Abi.ENOTSUP, u.send(a, null, new byte[0]));
    }
    needsNative("empty datagrams on connected sockets");
    assertEquals(0, u.send(a, null, new byte[0]));
    assertEquals(0, Datagrams.receive(peer).length);
  }

  @Test
  void d1WhatDoesNotFitIsCutAndMarkedOnce() throws Exception {
    long handle = u.open(Datagrams.LOOPBACK4);
    long recv = u.receive(handle);
    DatagramSocket peer = peer();
    int[] lengths = {Datagrams.ROOM, Datagrams.ROOM + 1, 60_000, Datagrams.ROOM - 1, 10};
    for (int length : lengths) {
      Datagrams.send(peer, d.inetAddress(handle), Content.of(length, length));
    }
    for (int length : lengths) {
      Received r = u.next(recv);
      assertEquals(Math.min(length, Datagrams.ROOM), r.data().length);
      Content.verify(r.data(), length, 0);
      assertEquals(length > Datagrams.ROOM, r.isTruncated(), "length " + length);
    }
    assertEquals(2, d.counter(Abi.CTR_DATAGRAMS_TRUNCATED));
  }

  @Test
  void d2TheLargestDatagramGoesWholeAndALargerOneNotAtAll() throws Exception {
    long handle = u.open(Datagrams.LOOPBACK4);
    DatagramSocket peer = peer();
    InetSocketAddress to = Datagrams.addressOf(peer);
    for (int length : new int[] {65_508, 65_535, 65_536, 100_000}) {
      Completion c = d.await(u.submit(handle, to, new byte[length]));
      assertEquals(-Abi.EMSGSIZE, c.result(), "length " + length);
      assertEquals(0, c.accepted());
    }
    assertEquals(65_507, u.send(handle, to, Content.of(3, 65_507)));
    byte[] got = Datagrams.receive(peer);
    assertEquals(65_507, got.length);
    Content.verify(got, 3, 0);
  }

  @Test
  void d3AFailedDatagramTakesNoOtherWithIt() throws Exception {
    long handle = u.open(Datagrams.LOOPBACK4);
    DatagramSocket peer = peer();
    InetSocketAddress to = Datagrams.addressOf(peer);
    List<Long> good = new ArrayList<>();
    List<Long> bad = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      good.add(u.submit(handle, to, new byte[] {(byte) i}));
      bad.add(u.submit(handle, to, new byte[65_520])); // The kernel refuses it, not Sluice.
      d.reuseMemory();
    }
    for (int i = 0; i < 20; i++) {
      assertEquals(1, d.await(good.get(i)).result());
      assertEquals(-Abi.EMSGSIZE, d.await(bad.get(i)).result());
    }
  }

  @Test
  void d3DatagramsLeaveInOrder() throws Exception {
    long handle = u.open(Datagrams.LOOPBACK4);
    DatagramSocket peer = peer();
    int n = 100;
    List<Long> tokens = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      tokens.add(u.submit(handle, Datagrams.Header.to(Datagrams.addressOf(peer)), Abi.SQE_LAZY, Content.of(i, 10 + i)));
    }
    for (int i = 0; i < n; i++) {
      assertEquals(10 + i, d.await(tokens.get(i)).result());
      byte[] got = Datagrams.receive(peer);
      assertEquals(10 + i, got.length);
      Content.verify(got, i, 0);
    }
  }

  @Test
  void piecesOfOneSendAreOneDatagram() throws Exception {
    DatagramSocket peer = peer();
    byte[] data = Content.of(8, 900);
    for (long handle : new long[] {u.open(Datagrams.LOOPBACK4), u.openTo(Datagrams.addressOf(peer))}) {
      long at = d.put(data);
      long iovecs = d.scratch.iovecs(at, 100, at + 100, 1, at + 101, 799);
      long meta = u.meta(Datagrams.Header.to(Datagrams.addressOf(peer)));
      assertEquals(900, d.await(d.submit(Abi.OP_SENDMSG, 0, 0, 3, handle, iovecs, meta, 0, 0)).result());
      assertArrayEquals(data, Datagrams.receive(peer));
    }
  }

  @Test
  void manyPeersAreToldApart() throws Exception {
    long handle = u.open(Datagrams.LOOPBACK4);
    long recv = u.receive(handle);
    int n = 64;
    Map<InetSocketAddress, Integer> peers = new HashMap<>();
    List<DatagramSocket> sockets = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      sockets.add(peer());
      peers.put(Datagrams.addressOf(sockets.get(i)), i);
    }
    for (int round = 0; round < 5; round++) {
      for (int i = 0; i < n; i++) {
        Datagrams.send(sockets.get(i), d.inetAddress(handle), Content.of(i, round * 100L, 100));
      }
      for (int i = 0; i < n; i++) {
        Received r = u.next(recv);
        Content.verify(r.data(), peers.get(r.source()), round * 100L);
        assertEquals(100, u.send(handle, r.source(), r.data()));
      }
      for (int i = 0; i < n; i++) {
        Content.verify(Datagrams.receive(sockets.get(i)), i, round * 100L);
      }
      d.reuseMemory();
    }
  }

  @Test
  void withoutMultishotTheFirstDatagramEndsIt() throws Exception {
    long handle = u.open(Datagrams.LOOPBACK4);
    DatagramSocket peer = peer();
    Datagrams.send(peer, d.inetAddress(handle), new byte[1]);
    Datagrams.send(peer, d.inetAddress(handle), new byte[2]);
    for (int i = 1; i <= 2; i++) {
      Received r = u.next(d.submit(Abi.OP_RECVMSG, 0, handle));
      assertEquals(i, r.data().length);
      assertTrue(r.completion().isTerminal());
    }
  }

  @Test
  void d6WhatArrivesUnreadWaits() throws Exception {
    long handle = u.open(Datagrams.LOOPBACK4);
    DatagramSocket peer = peer();
    for (int i = 0; i < 30; i++) {
      Datagrams.send(peer, d.inetAddress(handle), new byte[] {(byte) i});
    }
    d.settle();
    long recv = u.receive(handle);
    for (int i = 0; i < 30; i++) {
      assertArrayEquals(new byte[] {(byte) i}, u.next(recv).data());
    }
  }

  @Test
  void oneReceiveAtATimeAndItCanBeCancelled() throws Exception {
    long handle = u.open(Datagrams.LOOPBACK4);
    long recv = u.receive(handle);
    assertEquals(-Abi.EBUSY, d.await(u.receive(handle)).result());
    assertEquals(0, d.await(d.submitCancel(handle, recv)).result());
    assertEquals(-Abi.ECANCELED, d.await(recv).result());
    long again = u.receive(handle);
    Datagrams.send(peer(), d.inetAddress(handle), new byte[9]);
    assertEquals(9, u.next(again).data().length);
  }

  @Test
  void inet6AndBothFamiliesOnOneSocket() throws Exception {
    needsInet6();
    long handle = u.open(Datagrams.ANY6);
    long recv = u.receive(handle);
    int port = d.inetAddress(handle).getPort();
    for (InetSocketAddress local : new InetSocketAddress[] {Datagrams.LOOPBACK6, Datagrams.LOOPBACK4}) {
      DatagramSocket peer = closing(Datagrams.peer(local));
      Datagrams.send(peer, new InetSocketAddress(local.getAddress(), port), Content.of(6, 50));
      Received r = u.next(recv);
      // An IPv4 sender shows as such, or mapped: the JDK's address is the same.
      assertEquals(Datagrams.addressOf(peer), r.source());
      assertEquals(50, u.send(handle, r.source(), r.data()));
      Content.verify(Datagrams.receive(peer), 6, 0);
    }
  }

  @Test
  void errorsOfTheAddressAreTyped() throws Exception {
    long plain = u.open(Datagrams.LOOPBACK4);
    assertEquals(-Abi.ENOTCONN, u.send(plain, null, new byte[1]));
    assertEquals(-Abi.EADDRINUSE, u.tryOpen(d.inetAddress(plain), null).result());
    InetSocketAddress nowhere = new InetSocketAddress(Datagrams.address(new byte[] {(byte) 198, 51, 100, 7}), 0);
    assertEquals(-Abi.EADDRNOTAVAIL, u.tryOpen(nowhere, null).result());
    InetSocketAddress broadcast = new InetSocketAddress(Datagrams.address(new byte[] {-1, -1, -1, -1}), 9);
    long any = u.open(Datagrams.ANY4);
    assertEquals(-Abi.EPERM, u.send(any, broadcast, new byte[1]));
    // None of these did any harm.
    DatagramSocket peer = peer();
    assertEquals(1, u.send(any, Datagrams.addressOf(peer), new byte[1]));
    assertEquals(1, Datagrams.receive(peer).length);
  }

  @Test
  void aRefusedOptionIsNamed() {
    Assumptions.assumeTrue(cell.isNio(), "the native engines have them all");
    Completion c = u.tryOpen(Datagrams.LOOPBACK4, null, Abi.OPT_SO_RCVBUF, 100_000, Abi.OPT_UDP_GRO, 1, Abi.OPT_IP_TOS, 1);
    assertEquals(-Abi.ENOTSUP, c.result());
    assertEquals(Abi.OPT_UDP_GRO, c.accepted());
    assertEquals(0, c.handle());
  }

  @Test
  void aTcpOptionIsRefusedByName() {
    Completion c = u.tryOpen(Datagrams.LOOPBACK4, null, Abi.OPT_SO_RCVBUF, 100_000, Abi.OPT_TCP_NODELAY, 1);
    assertEquals(-Abi.ENOTSUP, c.result());
    assertEquals(Abi.OPT_TCP_NODELAY, c.accepted());
  }
}
