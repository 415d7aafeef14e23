package io.sluice.internal.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.sluice.UdpDestination;
import io.sluice.internal.abi.Abi;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class UdpAddressesTest {
  private final UdpAddresses addresses = new UdpAddresses();

  /** As an engine reports the sender. */
  private InetSocketAddress received(InetSocketAddress from) {
    ByteBuffer meta = ByteBuffer.allocate(Abi.META_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    UdpDestination.to(from).encode(meta, 0);
    return addresses.source(meta.getLong(0), meta.getLong(8), meta.getLong(16));
  }

  private static InetSocketAddress peer(int i) throws Exception {
    return new InetSocketAddress(InetAddress.getByAddress(new byte[] {10, 0, (byte) (i >> 8), (byte) i}), 1000 + i);
  }

  @Test
  void addressesOfBothFamiliesComeBackAsTheyWere() throws Exception {
    byte[] six = {(byte) 0xfe, (byte) 0x80, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, (byte) 0xff};
    InetSocketAddress scoped = new InetSocketAddress(Inet6Address.getByAddress(null, six, 7), 65535);
    assertEquals(scoped, received(scoped));
    assertEquals(7, ((Inet6Address) received(scoped).getAddress()).getScopeId());
    InetSocketAddress four = new InetSocketAddress(InetAddress.getByAddress(new byte[] {(byte) 192, 0, 2, (byte) 200}), 1);
    assertEquals(four, received(four));
    assertNull(addresses.source(0, 0, 0));
  }

  @Test
  void aFewDozenPeersTakingTurnsKeepTheirObjects() throws Exception {
    List<InetSocketAddress> sources = new ArrayList<>();
    List<UdpDestination> destinations = new ArrayList<>();
    for (int i = 0; i < 64; i++) {
      sources.add(received(peer(i)));
      destinations.add(addresses.destination(peer(i)));
    }
    for (int i = 0; i < 64; i++) {
      assertSame(sources.get(i), received(peer(i)));
      assertSame(destinations.get(i), addresses.destination(peer(i)));
      assertEquals(peer(i), sources.get(i));
      assertEquals(peer(i), destinations.get(i).address());
    }
  }

  @Test
  void morePeersThanPlacesAreStillToldApart() throws Exception {
    for (int round = 0; round < 2; round++) {
      for (int i = 0; i < 4 * UdpAddresses.PLACES; i++) {
        assertEquals(peer(i), received(peer(i)));
        assertEquals(peer(i), addresses.destination(peer(i)).address());
      }
    }
  }

  @Test
  void oneLinkLocalAddressBehindTwoInterfacesIsTwoDestinations() throws Exception {
    byte[] six = {(byte) 0xfe, (byte) 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
    for (int networkInterface = 1; networkInterface <= 2; networkInterface++) {
      InetSocketAddress to = new InetSocketAddress(Inet6Address.getByAddress(null, six, networkInterface), 9);
      InetSocketAddress found = addresses.destination(to).address();
      assertEquals(networkInterface, ((Inet6Address) found.getAddress()).getScopeId());
    }
  }
}
