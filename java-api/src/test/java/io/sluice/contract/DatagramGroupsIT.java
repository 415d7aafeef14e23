package io.sluice.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.contract.Datagrams.Received;
import io.sluice.internal.abi.Abi;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Collections;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Multicast: joining, leaving, sources. Nothing leaves this host: loopback, or a hop limit of 0. */
class DatagramGroupsIT extends DatagramTest {
  private static final InetAddress GROUP4 = Datagrams.address(new byte[] {(byte) 239, (byte) 255, 71, 3});
  private static final InetAddress GROUP6 =
      Datagrams.address(new byte[] {(byte) 0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x71, 3});

  DatagramGroupsIT(EngineCell cell) {
    super(cell);
  }

  @BeforeEach
  void needsGroups() {
    UserMode.lacks("the options of multicast groups");
  }

  private static NetworkInterface find(boolean six) throws SocketException {
    for (NetworkInterface n : Collections.list(NetworkInterface.getNetworkInterfaces())) {
      boolean has = n.inetAddresses().anyMatch(a -> a instanceof Inet6Address == six);
      // The loopback interface has no route for IPv6 groups on most systems.
      if (n.isUp() && has && (six ? n.supportsMulticast() && !n.isLoopback() : n.isLoopback())) {
        return n;
      }
    }
    Assumptions.assumeTrue(false, "no interface for multicast over IPv" + (six ? 6 : 4));
    return null;
  }

  private int control(long handle, int what, InetAddress group, NetworkInterface on, InetAddress source) {
    ByteBuffer b = ByteBuffer.allocateDirect(Abi.GROUP_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    b.putShort(Abi.GROUP_FAMILY, (short) (group instanceof Inet4Address ? Abi.FAMILY_INET4 : Abi.FAMILY_INET6));
    b.putShort(Abi.GROUP_SOURCED, (short) (source == null ? 0 : 1));
    b.putInt(Abi.GROUP_INTERFACE, on.getIndex());
    b.put(Abi.GROUP_GROUP, group.getAddress());
    if (source != null) {
      b.put(Abi.GROUP_SOURCE, source.getAddress());
    }
    return d.engine.control(handle, what, b);
  }

  private long sender(InetSocketAddress from, NetworkInterface on) {
    return u.open(from, Abi.OPT_IP_MULTICAST_IF, on.getIndex(), Abi.OPT_IP_MULTICAST_TTL, 0, Abi.OPT_IP_MULTICAST_LOOP, 1);
  }

  private void joinsAndLeaves(InetAddress group, InetSocketAddress any, InetSocketAddress from) throws Exception {
    NetworkInterface on = find(group instanceof Inet6Address);
    long handle = u.open(any);
    long sender = sender(from, on);
    long recv = u.receive(handle);
    InetSocketAddress to = new InetSocketAddress(group, d.inetAddress(handle).getPort());
    InetSocketAddress direct = new InetSocketAddress(from.getAddress(), to.getPort());
    for (int round = 0; round < 3; round++) {
      assertEquals(0, control(handle, Abi.CONTROL_JOIN, group, on, null));
      assertEquals(-Abi.EADDRINUSE, control(handle, Abi.CONTROL_JOIN, group, on, null));
      assertEquals(100, u.send(sender, to, Content.of(round, 100)));
      Received r = u.next(recv);
      Content.verify(r.data(), round, 0);
      assertEquals(d.inetAddress(sender).getPort(), r.source().getPort());
      assertEquals(0, control(handle, Abi.CONTROL_LEAVE, group, on, null));
      assertEquals(-Abi.EADDRNOTAVAIL, control(handle, Abi.CONTROL_LEAVE, group, on, null));
      u.send(sender, to, new byte[7]);
      assertEquals(1, u.send(sender, direct, new byte[1]));
      assertEquals(1, u.next(recv).data().length, "what came for a group that was left");
    }
  }

  @Test
  void inet4GroupsAreJoinedAndLeft() throws Exception {
    joinsAndLeaves(GROUP4, Datagrams.ANY4, Datagrams.LOOPBACK4);
  }

  @Test
  void inet6GroupsAreJoinedAndLeft() throws Exception {
    needsInet6();
    NetworkInterface on = find(true);
    InetAddress own = on.inetAddresses().filter(a -> a instanceof Inet6Address && !a.isLinkLocalAddress()).findFirst().orElse(null);
    Assumptions.assumeTrue(own != null, on + " has no IPv6 address but the link-local one");
    InetSocketAddress from = new InetSocketAddress(Datagrams.address(own.getAddress()), 0);
    joinsAndLeaves(GROUP6, Datagrams.ANY6, from);
  }

  @Test
  void aGroupOfOneSourceTakesItsOnly() throws Exception {
    NetworkInterface on = find(false);
    long handle = u.open(Datagrams.ANY4);
    long recv = u.receive(handle);
    InetAddress wanted = Datagrams.address(new byte[] {127, 0, 0, 7});
    InetAddress other = Datagrams.address(new byte[] {127, 0, 0, 8});
    long good = sender(new InetSocketAddress(wanted, 0), on);
    long bad = sender(new InetSocketAddress(other, 0), on);
    InetSocketAddress to = new InetSocketAddress(GROUP4, d.inetAddress(handle).getPort());
    assertEquals(0, control(handle, Abi.CONTROL_JOIN, GROUP4, on, wanted));
    u.send(bad, to, new byte[1]);
    u.send(good, to, new byte[2]);
    Received r = u.next(recv);
    assertEquals(2, r.data().length);
    assertEquals(wanted, r.source().getAddress());
    assertEquals(0, control(handle, Abi.CONTROL_LEAVE, GROUP4, on, wanted));
  }

  @Test
  void aBlockedSourceIsShutOut() throws Exception {
    NetworkInterface on = find(false);
    long handle = u.open(Datagrams.ANY4);
    long recv = u.receive(handle);
    InetAddress blocked = Datagrams.address(new byte[] {127, 0, 0, 7});
    long bad = sender(new InetSocketAddress(blocked, 0), on);
    long good = sender(Datagrams.LOOPBACK4, on);
    InetSocketAddress to = new InetSocketAddress(GROUP4, d.inetAddress(handle).getPort());
    assertEquals(-Abi.EADDRNOTAVAIL, blockUnjoined(handle, on, blocked));
    assertEquals(0, control(handle, Abi.CONTROL_JOIN, GROUP4, on, null));
    assertEquals(0, control(handle, Abi.CONTROL_BLOCK, GROUP4, on, blocked));
    u.send(bad, to, new byte[1]);
    u.send(good, to, new byte[2]);
    assertEquals(2, u.next(recv).data().length);
    assertEquals(0, control(handle, Abi.CONTROL_UNBLOCK, GROUP4, on, blocked));
    u.send(bad, to, new byte[3]);
    assertEquals(3, u.next(recv).data().length);
  }

  /** The kernel says EINVAL or EADDRNOTAVAIL for it, depending on its version. */
  private int blockUnjoined(long handle, NetworkInterface on, InetAddress source) {
    int code = control(handle, Abi.CONTROL_BLOCK, GROUP4, on, source);
    return code == -Abi.EINVAL ? -Abi.EADDRNOTAVAIL : code;
  }

  @Test
  void malformedGroupsAreInvalid() throws Exception {
    NetworkInterface on = find(false);
    long handle = u.open(Datagrams.ANY4);
    assertEquals(-Abi.EINVAL, control(handle, Abi.CONTROL_JOIN, Datagrams.LOOPBACK4.getAddress(), on, null), "no group");
    ByteBuffer b = ByteBuffer.allocateDirect(Abi.GROUP_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    assertEquals(-Abi.EINVAL, d.engine.control(handle, Abi.CONTROL_JOIN, b), "no family");
    b.putShort(Abi.GROUP_FAMILY, (short) Abi.FAMILY_INET4).put(Abi.GROUP_GROUP, GROUP4.getAddress());
    assertEquals(-Abi.EINVAL, d.engine.control(handle, Abi.CONTROL_JOIN, b.limit(Abi.GROUP_BYTES - 8)), "too short");
    b.clear().put(Abi.GROUP_SOURCE, (byte) 1);
    assertEquals(-Abi.EINVAL, d.engine.control(handle, Abi.CONTROL_JOIN, b), "a source without saying so");
    long stream = pair().handle();
    b.put(Abi.GROUP_SOURCE, (byte) 0);
    assertEquals(-Abi.ENOTSUP, d.engine.control(stream, Abi.CONTROL_JOIN, b), "a stream");
  }
}
