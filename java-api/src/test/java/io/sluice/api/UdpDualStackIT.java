package io.sluice.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.BufferLease;
import io.sluice.DatagramInfo;
import io.sluice.EventLoopGroup;
import io.sluice.TransportOption;
import io.sluice.UdpDestination;
import io.sluice.UdpError;
import io.sluice.UdpHandler;
import io.sluice.UdpOptions;
import io.sluice.UdpSocket;
import io.sluice.contract.UserMode;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.nio.ByteBuffer;
import java.util.Collections;
import org.junit.jupiter.api.Assumptions;

/** IPv4 on sockets of either family: who told of an error, and answers to what was sent to many. */
class UdpDualStackIT {
  private static final InetSocketAddress ANY4 = new InetSocketAddress(UdpPeer.ip(0, 0, 0, 0), 0);
  private static final InetSocketAddress ANY6 = new InetSocketAddress(UdpPeer.ip(new int[16]), 0);
  private static final InetAddress GROUP = UdpPeer.ip(239, 255, 71, 10);
  /** Of the loopback interface: ip-route(8) shows it in the table "local". */
  private static final InetAddress BROADCAST = UdpPeer.ip(127, 255, 255, 255);

  /** Answers whatever comes. */
  private static final class Answering extends UdpRecorder {
    @Override
    public void onDatagram(UdpSocket s, BufferLease data, DatagramInfo info) {
      super.onDatagram(s, data, info);
      s.reply(ByteBuffer.wrap(new byte[] {7}), info);
    }
  }

  private static UdpSocket open(Cell cell, EventLoopGroup group, InetSocketAddress at, TransportOption<Boolean> option, UdpHandler h) {
    Assumptions.assumeFalse(cell.isNio(), "the JDK's channels have no such option");
    Assumptions.assumeTrue(System.getProperty("os.name").startsWith("Linux"), "needs Linux's loopback interface");
    Assumptions.assumeTrue(at.getAddress() instanceof Inet4Address || UdpPeer.hasInet6(), "no IPv6");
    return Await.value(group.bindUdp(at, UdpOptions.defaults().with(option, true), h));
  }

  private static NetworkInterface loopback() throws Exception {
    return Collections.list(NetworkInterface.getNetworkInterfaces()).stream()
        .filter(n -> n.inetAddresses().anyMatch(a -> a.isLoopbackAddress() && a instanceof Inet4Address))
        .findFirst()
        .orElseThrow();
  }

  @OnEveryCell
  void theHostThatRefusedIsNamedOnASocketOfBothFamilies(Cell cell) throws Exception {
    try (EventLoopGroup group = cell.group()) {
      UdpRecorder r = new UdpRecorder();
      UdpSocket s = open(cell, group, ANY6, TransportOption.IP_RECVERR, r);
      InetSocketAddress nobody = UdpPeer.nobody();
      s.send(ByteBuffer.allocate(1), nobody);
      UdpError e = Await.next(r.errors);
      assertEquals(UdpError.Kind.REFUSED, e.kind());
      assertEquals(nobody, e.destination());
      assertEquals(UdpPeer.LOOPBACK4.getAddress(), e.reportedBy());
    }
  }

  @OnEveryCell
  void anAnswerToWhatWasSentToAGroupLeaves(Cell cell) throws Exception {
    UserMode.lacks("the options of multicast groups");
    for (InetSocketAddress at : new InetSocketAddress[] {ANY4, ANY6}) {
      try (EventLoopGroup group = cell.group();
          UdpPeer peer = new UdpPeer()) {
        Answering r = new Answering();
        UdpSocket s = open(cell, group, at, TransportOption.IP_PKTINFO, r);
        NetworkInterface on = loopback();
        Await.value(s.join(GROUP, on));
        peer.socket.setOption(java.net.StandardSocketOptions.IP_MULTICAST_IF, on);
        peer.send(new InetSocketAddress(GROUP, s.localAddress().getPort()), new byte[1]);
        assertEquals(GROUP, Await.next(r.datagrams).destination());
        assertEquals(7, peer.receive()[0]);
        assertTrue(r.errors.isEmpty(), () -> "errors: " + r.errors);
      }
    }
  }

  @OnEveryCell
  void anAnswerToABroadcastLeaves(Cell cell) throws Exception {
    try (EventLoopGroup group = cell.group();
        UdpPeer peer = new UdpPeer()) {
      Answering r = new Answering();
      UdpSocket s = open(cell, group, ANY4, TransportOption.IP_PKTINFO, r);
      peer.socket.setBroadcast(true);
      peer.send(new InetSocketAddress(BROADCAST, s.localAddress().getPort()), new byte[1]);
      assertEquals(BROADCAST, Await.next(r.datagrams).destination());
      assertEquals(7, peer.receive()[0]);
      assertTrue(r.errors.isEmpty(), () -> "errors: " + r.errors);
    }
  }

  @OnEveryCell
  void aFamilyThatTheSocketCannotReachIsRefusedAtTheCall(Cell cell) throws Exception {
    try (EventLoopGroup group = cell.group()) {
      UdpSocket s = UdpPeer.bind(group, new UdpRecorder());
      InetSocketAddress six = new InetSocketAddress(UdpPeer.LOOPBACK6.getAddress(), 9);
      String message = assertThrows(IllegalArgumentException.class, () -> s.send(ByteBuffer.allocate(1), six)).getMessage();
      assertTrue(message.contains(six.toString()) && message.contains("bound to an IPv4 address"), message);
      UdpOptions four = UdpOptions.defaults().withLocalAddress(UdpPeer.LOOPBACK4);
      message = assertThrows(IllegalArgumentException.class, () -> group.connectUdp(six, four, new UdpRecorder())).getMessage();
      assertTrue(message.contains("peer " + six), message);
      InetSocketAddress nine = new InetSocketAddress(UdpPeer.LOOPBACK4.getAddress(), 9);
      UdpSocket connected = Await.value(group.connectUdp(nine, UdpOptions.defaults(), new UdpRecorder()));
      UdpDestination from = UdpDestination.peer().withSource(UdpPeer.LOOPBACK6.getAddress());
      message = assertThrows(IllegalArgumentException.class, () -> connected.send(ByteBuffer.allocate(1), from)).getMessage();
      assertTrue(message.contains("source") && message.contains("is not of the family"), message);
    }
  }

  @OnEveryCell
  void aTrainOfTooManyDatagramsIsRefusedAtTheCall(Cell cell) throws Exception {
    try (EventLoopGroup group = cell.group()) {
      UdpSocket s = UdpPeer.bind(group, new UdpRecorder());
      UdpDestination train = UdpDestination.to(new InetSocketAddress(UdpPeer.LOOPBACK4.getAddress(), 9)).withSegmentBytes(10);
      String message = assertThrows(IllegalArgumentException.class, () -> s.send(ByteBuffer.allocate(641), train)).getMessage();
      assertTrue(message.contains("641 bytes") && message.contains("64 segments of 10 bytes"), message);
      assertThrows(NullPointerException.class, () -> s.send((ByteBuffer) null, train));
      assertThrows(NullPointerException.class, () -> s.send(ByteBuffer.allocate(1), (UdpDestination) null));
    }
  }
}
