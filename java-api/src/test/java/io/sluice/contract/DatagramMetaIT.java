package io.sluice.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.contract.Datagrams.Header;
import io.sluice.contract.Datagrams.Received;
import io.sluice.internal.abi.Abi;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;

/** What comes and goes with a datagram besides its bytes: TOS and ECN, addresses, segments, drops. */
class DatagramMetaIT extends DatagramTest {
  private static final int ECN_CE = 3;

  DatagramMetaIT(EngineCell cell) {
    super(cell);
  }

  @Test
  void whatTheJdkCannotDoIsRefused() throws Exception {
    if (cell.isNio()) {
      long handle = u.open(Datagrams.LOOPBACK4);
      InetSocketAddress to = Datagrams.addressOf(peer());
      Header h = Header.to(to);
      InetAddress local = Datagrams.LOOPBACK4.getAddress();
      for (Header special : new Header[] {h.withTos(4), h.withSegment(100), h.withSource(local)}) {
        assertEquals(-Abi.ENOTSUP, d.await(u.submit(handle, special, 0, new byte[1])).result(), "" + special);
      }
      int[] options = {
        Abi.OPT_IP_PKTINFO, Abi.OPT_IP_RECVTOS, Abi.OPT_IP_RECVERR, Abi.OPT_UDP_GRO, Abi.OPT_UDP_SEGMENT, Abi.OPT_SO_RXQ_OVFL
      };
      for (int option : options) {
        Completion c = u.tryOpen(Datagrams.LOOPBACK4, null, option, 1);
        assertEquals(-Abi.ENOTSUP, c.result(), "option " + option);
        assertEquals(option, c.accepted());
      }
    }
  }

  @Test
  void tosAndEcnGoAndCome() throws Exception {
    needsNative("TOS of a datagram");
    for (InetSocketAddress local : new InetSocketAddress[] {Datagrams.LOOPBACK4, Datagrams.LOOPBACK6}) {
      if (local == Datagrams.LOOPBACK6 && !hasInet6()) {
        continue;
      }
      long to = openOrSkip(local, "IP_RECVTOS", Abi.OPT_IP_RECVTOS, 1);
      long from = u.open(local, Abi.OPT_IP_TOS, 0x20);
      long recv = u.receive(to);
      int[] wanted = {0x02, 0xb8 | ECN_CE, 0, 0x28};
      for (int tos : wanted) {
        assertEquals(10, d.await(u.submit(from, Header.to(d.inetAddress(to)).withTos(tos), 0, new byte[10])).result());
        Received r = u.next(recv);
        assertTrue(r.has(Abi.META_HAS_TOS));
        assertEquals(tos, r.tos());
      }
      u.send(from, d.inetAddress(to), new byte[1]);
      assertEquals(0x20, u.next(recv).tos(), "the socket's own");
    }
  }

  @Test
  void theLocalAddressIsToldAndCanBeChosen() throws Exception {
    needsNative("local address of a datagram");
    long to = openOrSkip(Datagrams.ANY4, "IP_PKTINFO", Abi.OPT_IP_PKTINFO, 1);
    long recv = u.receive(to);
    int port = d.inetAddress(to).getPort();
    DatagramSocket peer = peer();
    for (int i = 1; i <= 3; i++) {
      InetAddress at = Datagrams.address(new byte[] {127, 0, 0, (byte) (10 + i)});
      Datagrams.send(peer, new InetSocketAddress(at, port), new byte[i]);
      Received r = u.next(recv);
      assertTrue(r.has(Abi.META_HAS_LOCAL));
      assertEquals(at, r.local());
      assertTrue(r.meta().getInt(Abi.META_INTERFACE) > 0);
      Header back = Header.to(r.source()).withSource(at);
      assertEquals(4, d.await(u.submit(to, back, 0, new byte[4])).result());
      assertEquals(new InetSocketAddress(at, port), Datagrams.packet(peer).getSocketAddress());
    }
  }

  @Test
  void aTrainOfSegmentsArrivesAsDatagrams() throws Exception {
    needsNative("segmentation offload");
    long handle = openOrSkip(Datagrams.LOOPBACK4, "UDP_SEGMENT", Abi.OPT_UDP_SEGMENT, 0);
    DatagramSocket peer = peer();
    byte[] train = Content.of(5, 10 * 1000 + 300);
    Header h = Header.to(Datagrams.addressOf(peer)).withSegment(1000);
    assertEquals(train.length, d.await(u.submit(handle, h, 0, train)).result());
    for (int i = 0; i < 11; i++) {
      byte[] got = Datagrams.receive(peer);
      assertEquals(i < 10 ? 1000 : 300, got.length);
      Content.verify(got, 5, i * 1000L);
    }
  }

  @Test
  void aTrainIsReceivedInOneBufferAndSaysSo() throws Exception {
    needsNative("receive offload");
    long to = openOrSkip(Datagrams.LOOPBACK4, "UDP_GRO", Abi.OPT_UDP_GRO, 1);
    long from = u.open(Datagrams.LOOPBACK4);
    long recv = u.receive(to);
    d.settle();
    byte[] train = Content.of(6, 3 * 1000 + 300);
    Header h = Header.to(d.inetAddress(to)).withSegment(1000);
    assertEquals(train.length, d.await(u.submit(from, h, 0, train)).result());
    int position = 0;
    int joined = 0;
    while (position < train.length) {
      Received r = u.next(recv);
      Content.verify(r.data(), 6, position);
      position += r.data().length;
      joined += r.segment() > 0 ? 1 : 0;
      assertTrue(r.segment() == 1000 || r.segment() == 0 && r.data().length <= 1000, "segment " + r.segment());
    }
    assertEquals(train.length, position);
    assertTrue(joined > 0, "nothing was joined");
    // One datagram alone is no train.
    u.send(from, d.inetAddress(to), new byte[50]);
    Received alone = u.next(recv);
    assertEquals(50, alone.data().length);
    assertFalse(alone.isTruncated());
  }

  @Test
  void lossesForWantOfRoomAreCounted() throws Exception {
    needsNative("counter of drops");
    long to = openOrSkip(Datagrams.LOOPBACK4, "SO_RXQ_OVFL", Abi.OPT_SO_RXQ_OVFL, 1, Abi.OPT_SO_RCVBUF, 4096);
    DatagramSocket peer = peer();
    for (int i = 0; i < 100; i++) {
      Datagrams.send(peer, d.inetAddress(to), new byte[1000]);
    }
    long recv = u.receive(to);
    u.next(recv);
    d.settle();
    for (Completion c = d.poll(x -> x.token() == recv); c != null; c = d.poll(x -> x.token() == recv)) {
      d.giveBack(c);
    }
    Datagrams.send(peer, d.inetAddress(to), new byte[7]);
    Received r = u.next(recv);
    while (r.data().length != 7) {
      r = u.next(recv);
    }
    assertTrue(r.has(Abi.META_HAS_DROPS));
    assertTrue(r.meta().getInt(Abi.META_DROPS) > 0);
  }
}
