package io.sluice.internal.sctp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.internal.abi.SctpAbi;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

class PeerTest {
  private static ByteBuffer memory() {
    return ByteBuffer.allocate(128).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static InetSocketAddress at(String host, int port) throws Exception {
    return new InetSocketAddress(InetAddress.getByName(host), port);
  }

  @Test
  void whatIsWrittenIsReadAgain() throws Exception {
    for (String host : new String[] {"192.0.2.255", "2001:db8::ff:1"}) {
      InetSocketAddress address = at(host, 65535);
      ByteBuffer b = memory();
      Peer.of(address, 77).encode(b, 32);
      Peer read = Peer.decode(b, 32);
      assertEquals(address, read.address);
      assertEquals(77, read.link());
      assertTrue(read.isAt(b, 32) && read.is(address, 77));
      assertFalse(read.is(address, 78));
      assertEquals(address, read.destination.address());
    }
  }

  @Test
  void bytesLieInNetworkOrderAndThePortInTheHosts() throws Exception {
    ByteBuffer b = memory();
    Peer.of(at("1.2.3.4", 0x1234), 5).encode(b, 0);
    assertEquals(0x1234, b.getShort(SctpAbi.PEER_PORT));
    assertEquals(1, b.get(SctpAbi.PEER_BYTES));
    assertEquals(4, b.get(SctpAbi.PEER_BYTES + 3));
    assertEquals(0, b.getLong(SctpAbi.PEER_BYTES + 8));
    assertEquals(5, b.getLong(SctpAbi.PEER_LINK));
  }

  @Test
  void whatIsNoAddressIsNone() {
    assertNull(Peer.decode(memory(), 0));
  }

  @Test
  void onePeerIsOneObjectWhicheverWayItIsAskedFor() throws Exception {
    PeerCache cache = new PeerCache();
    InetSocketAddress address = at("192.0.2.1", 9899);
    Peer p = cache.of(address, 3);
    assertSame(p, cache.of(at("192.0.2.1", 9899), 3));
    assertNotSame(p, cache.of(address, 4));
    ByteBuffer b = memory();
    p.encode(b, 0);
    Peer out = cache.decode(b, 0);
    assertEquals(address, out.address);
    assertSame(out, cache.decode(b, 0));
  }

  private static InetSocketAddress behind(int networkInterface, String host) throws Exception {
    return new InetSocketAddress(Inet6Address.getByAddress(null, InetAddress.getByName(host).getAddress(), networkInterface), 9899);
  }

  @Test
  void oneLinkLocalAddressBehindTwoInterfacesIsTwoPeers() throws Exception {
    PeerCache cache = new PeerCache();
    Peer first = cache.of(behind(1, "fe80::1"), 3);
    Peer second = cache.of(behind(2, "fe80::1"), 3);
    ByteBuffer b = memory();
    second.encode(b, 0);
    assertNotSame(first, second);
    assertFalse(first.isAt(b, 0));
    assertEquals(2, ((Inet6Address) cache.decode(b, 0).address.getAddress()).getScopeId());
  }

  /** The JDK names one for all addresses of its interfaces, the kernel none when a datagram comes from there. */
  @Test
  void anAddressThatNeedsNoInterfaceIsThePeersWithOneAndWithout() throws Exception {
    ByteBuffer b = memory();
    Peer.of(at("2001:db8::1", 9899), 3).encode(b, 0);
    assertTrue(Peer.of(behind(2, "2001:db8::1"), 3).isAt(b, 0));
  }

  @Test
  void aNumberOfALinkThatIsUsedAgainIsAnother() {
    Links links = new Links();
    DatagramLink first = link();
    DatagramLink second = link();
    long a = links.add(first);
    assertSame(first, links.get(a));
    links.remove(a);
    long b = links.add(second);
    assertNull(links.get(a));
    assertSame(second, links.get(b));
    links.remove(a);
    assertSame(second, links.get(b));
    assertNull(links.get(0));
  }

  private static DatagramLink link() {
    return new DatagramLink() {
      @Override
      public void send(ByteBuffer datagram, Peer to) {}

      @Override
      public void userGone() {}
    };
  }
}
