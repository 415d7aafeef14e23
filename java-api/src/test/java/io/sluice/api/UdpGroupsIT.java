package io.sluice.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.EventLoopGroup;
import io.sluice.TransportException;
import io.sluice.TransportOption;
import io.sluice.UdpOptions;
import io.sluice.UdpSocket;
import io.sluice.contract.Content;
import io.sluice.contract.UserMode;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.util.Collections;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;

/** Multicast through the public API, on the loopback interface. */
class UdpGroupsIT {
  private static final InetAddress GROUP = UdpPeer.ip(239, 255, 71, 9);
  private static final InetSocketAddress ANY = new InetSocketAddress(UdpPeer.ip(0, 0, 0, 0), 0);

  private static NetworkInterface loopback() throws SocketException {
    for (NetworkInterface n : Collections.list(NetworkInterface.getNetworkInterfaces())) {
      if (n.isUp() && n.isLoopback() && n.inetAddresses().anyMatch(a -> a instanceof Inet4Address)) {
        return n;
      }
    }
    Assumptions.assumeTrue(false, "no IPv4 loopback interface");
    return null;
  }

  private static UdpSocket sender(EventLoopGroup group, InetAddress from, NetworkInterface on) {
    UdpOptions options =
        UdpOptions.defaults()
            .with(TransportOption.IP_MULTICAST_IF, on.getIndex())
            .with(TransportOption.IP_MULTICAST_TTL, 0)
            .with(TransportOption.IP_MULTICAST_LOOP, true);
    return Await.value(group.bindUdp(new InetSocketAddress(from, 0), options, new UdpRecorder()));
  }

  @BeforeEach
  void needsGroups() {
    UserMode.lacks("the options of multicast groups");
  }

  @OnEveryCell
  void severalReceiversOfOnePortJoinAndLeave(Cell cell) throws Exception {
    NetworkInterface on = loopback();
    try (EventLoopGroup group = cell.group()) {
      UdpOptions shared = UdpOptions.defaults().with(TransportOption.SO_REUSEADDR, true);
      UdpRecorder one = new UdpRecorder();
      UdpRecorder two = new UdpRecorder();
      UdpSocket first = Await.value(group.bindUdp(ANY, shared, one));
      UdpSocket second = Await.value(group.bindUdp(new InetSocketAddress(ANY.getAddress(), first.localAddress().getPort()), shared, two));
      UdpSocket from = sender(group, UdpPeer.LOOPBACK4.getAddress(), on);
      InetSocketAddress to = new InetSocketAddress(GROUP, first.localAddress().getPort());
      Await.value(first.join(GROUP, on));
      Await.value(second.join(GROUP, on));
      from.send(ByteBuffer.wrap(Content.of(1, 40)), to);
      Content.verify(Await.next(one.datagrams).data(), 1, 0);
      Content.verify(Await.next(two.datagrams).data(), 1, 0);
      Throwable again = Await.failure(first.join(GROUP, on));
      assertTrue(again.getMessage().contains("joined before"), again.getMessage());
      assertTrue(((TransportException) again).reason() != null);
      Await.value(first.leave(GROUP, on));
      Throwable twice = Await.failure(first.leave(GROUP, on));
      assertTrue(twice.getMessage().contains("was not joined"), twice.getMessage());
      Await.value(Await.on(second.loop(), () -> second.leave(GROUP, on)));
    }
  }

  @OnEveryCell
  void sourcesAreChosenAndShutOut(Cell cell) throws Exception {
    NetworkInterface on = loopback();
    InetAddress good = UdpPeer.ip(127, 0, 0, 5);
    InetAddress bad = UdpPeer.ip(127, 0, 0, 6);
    try (EventLoopGroup group = cell.group()) {
      UdpRecorder r = new UdpRecorder();
      UdpSocket s = Await.value(group.bindUdp(ANY, UdpOptions.defaults(), r));
      UdpSocket fromGood = sender(group, good, on);
      UdpSocket fromBad = sender(group, bad, on);
      InetSocketAddress to = new InetSocketAddress(GROUP, s.localAddress().getPort());
      Await.value(s.join(GROUP, on, good));
      fromBad.send(ByteBuffer.allocate(1), to);
      fromGood.send(ByteBuffer.allocate(2), to);
      assertEquals(2, Await.next(r.datagrams).data().length);
      Await.value(s.leave(GROUP, on, good));
      Await.value(s.join(GROUP, on));
      Await.value(s.block(GROUP, on, bad));
      fromBad.send(ByteBuffer.allocate(3), to);
      fromGood.send(ByteBuffer.allocate(4), to);
      assertEquals(4, Await.next(r.datagrams).data().length);
      Await.value(s.unblock(GROUP, on, bad));
      fromBad.send(ByteBuffer.allocate(5), to);
      assertEquals(5, Await.next(r.datagrams).data().length);
      r.check();
    }
  }
}
