package io.sluice.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.CloseReason.Kind;
import io.sluice.EventLoop;
import io.sluice.EventLoopGroup;
import io.sluice.ListenOptions;
import io.sluice.Listener;
import io.sluice.ListenerState;
import io.sluice.TransportException;
import io.sluice.TransportOption;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.net.SocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Assumptions;

/** The states of a listener, and what it says about its addresses. */
class ListenerReadinessIT {
  private static final InetSocketAddress LOOPBACK = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

  private static Listener listen(EventLoopGroup group, InetSocketAddress address) {
    return group.listen(address, ListenOptions.defaults(), c -> new Recorder());
  }

  private static void turnUntil(EventLoopGroup group, CompletableFuture<?> done) {
    EventLoop loop = group.loops().get(0);
    while (!done.isDone()) {
      loop.turn(Duration.ofSeconds(1));
    }
  }

  @OnEveryEngine
  void pauseAndResumeWorkInEveryState(Cell cell) throws Exception {
    EventLoopGroup group = cell.builder().callerDriven().build();
    Listener l = listen(group, LOOPBACK);
    l.pause();
    l.pause();
    assertEquals(ListenerState.STARTING, l.state(), "a pause before the start");
    turnUntil(group, l.ready().toCompletableFuture());
    assertEquals(ListenerState.PAUSED, l.state());
    assertEquals(1, l.addresses().size(), "it listens: connections wait in the backlog");
    try (Socket s = new Socket()) {
      s.connect(l.addresses().get(0));
      l.resume();
      assertEquals(ListenerState.LISTENING, l.state());
      l.pause();
      l.resume();
      CompletableFuture<?> closed = l.close().toCompletableFuture();
      assertEquals(ListenerState.CLOSED, l.state());
      l.pause();
      l.resume();
      assertEquals(ListenerState.CLOSED, l.state());
      turnUntil(group, closed);
    }
    l.pause();
    assertEquals(ListenerState.CLOSED, l.state());
    group.close();
    l.resume();
    assertEquals(ListenerState.CLOSED, l.state());
    assertSame(l.close(), l.close());
  }

  @OnEveryEngine
  void closedBeforeItListensItIsNeverReady(Cell cell) {
    try (EventLoopGroup group = cell.builder().callerDriven().build()) {
      Listener l = listen(group, LOOPBACK);
      CompletableFuture<?> closed = l.close().toCompletableFuture();
      assertEquals(ListenerState.CLOSED, l.state());
      Throwable why = Await.failure(l.ready());
      assertEquals(Kind.LOCAL_CLOSE, assertInstanceOf(TransportException.class, why).reason().kind());
      turnUntil(group, closed);
      assertEquals(List.of(), l.addresses());
    }
  }

  @OnEveryEngine
  void listenOnAGroupThatHasEndedFailsAsEveryOtherStart(Cell cell) {
    EventLoopGroup group = cell.builder().threads(3).build();
    group.close();
    Listener l = listen(group, LOOPBACK);
    assertEquals(Kind.LOOP_SHUTDOWN, ((TransportException) Await.failure(l.ready())).reason().kind());
    assertEquals(ListenerState.CLOSED, l.state());
    assertEquals(List.of(), l.reachableAddresses());
    Await.value(l.close());
  }

  @OnEveryEngine
  void aWildcardStandsForTheAddressesOfTheInterfaces(Cell cell) throws Exception {
    try (EventLoopGroup group = cell.builder().threads(2).build()) {
      Listener v4 = Await.value(listen(group, new InetSocketAddress("0.0.0.0", 0)).ready());
      assertEquals(List.of(new InetSocketAddress("0.0.0.0", v4.port())), v4.addresses(), "the bound address");
      assertEquals(interfaces(true, false), ips(v4));
      assertReachable(v4);
      Listener one = Await.value(listen(group, LOOPBACK).ready());
      assertEquals(one.addresses(), one.reachableAddresses());
      Await.value(v4.close());
      assertEquals(List.of(), v4.reachableAddresses());
    }
  }

  @OnEveryEngine
  void anIpv6WildcardStandsForBothFamiliesUnlessItIsV6Only(Cell cell) throws Exception {
    Assumptions.assumeTrue(interfaces(false, true).size() > 0, "no interface has an IPv6 address");
    Path systemDefault = Path.of("/proc/sys/net/ipv6/bindv6only");
    boolean onlyByDefault = Files.exists(systemDefault) && Files.readString(systemDefault).trim().equals("1");
    try (EventLoopGroup group = cell.group()) {
      Listener both = Await.value(listen(group, new InetSocketAddress("::", 0)).ready());
      assertEquals(interfaces(!onlyByDefault, true), ips(both));
      assertReachable(both);
      if (!cell.isNio()) { // The JDK has no such option.
        Listener only =
            Await.value(
                group
                    .listen(
                        new InetSocketAddress("::", 0),
                        ListenOptions.defaults().with(TransportOption.IPV6_V6ONLY, true),
                        c -> new Recorder())
                    .ready());
        assertEquals(interfaces(false, true), ips(only));
        assertReachable(only);
      }
    }
  }

  /** Without scopes, which do not belong to the address. */
  private static Set<InetAddress> ips(Listener l) throws Exception {
    Set<InetAddress> found = new HashSet<>();
    for (SocketAddress a : l.reachableAddresses()) {
      InetSocketAddress inet = (InetSocketAddress) a;
      assertEquals(l.port(), inet.getPort());
      if (inet.getAddress() instanceof Inet6Address six) {
        assertEquals(six.isLinkLocalAddress(), six.getScopeId() != 0, "only link-local ones need their scope: " + six);
      }
      found.add(InetAddress.getByAddress(inet.getAddress().getAddress()));
    }
    return found;
  }

  private static Set<InetAddress> interfaces(boolean v4, boolean v6) throws Exception {
    Set<InetAddress> found = new HashSet<>();
    for (NetworkInterface i : NetworkInterface.networkInterfaces().toList()) {
      if (i.isUp()) {
        for (InetAddress a : i.inetAddresses().toList()) {
          if (a instanceof Inet4Address ? v4 : v6) {
            found.add(InetAddress.getByAddress(a.getAddress()));
          }
        }
      }
    }
    return found;
  }

  /** Every one of them leads to this listener; loopback addresses come last. */
  private static void assertReachable(Listener l) throws Exception {
    List<Boolean> loopback = new ArrayList<>();
    for (SocketAddress a : l.reachableAddresses()) {
      try (Socket s = new Socket()) {
        s.connect(a, 10_000);
        assertTrue(s.isConnected());
      }
      loopback.add(((InetSocketAddress) a).getAddress().isLoopbackAddress());
    }
    assertEquals(loopback.stream().sorted().toList(), loopback, "the addresses for other machines come first");
  }
}
