package io.sluice.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.sluice.CloseReason;
import io.sluice.CloseReason.Initiator;
import io.sluice.CloseReason.Kind;
import io.sluice.Connection;
import io.sluice.ConnectionOptions;
import io.sluice.ListenOptions;
import io.sluice.TransportOption;
import java.io.File;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Assumptions;

/**
 * A peer that vanishes without FIN or RST. It lives in a network namespace of its own behind a pair of virtual interfaces;
 * taking its address away makes its system drop what we send, in silence. Needs root and ip(8).
 */
class NetworkTimeoutIT {
  private static final int ETIMEDOUT = 110;
  private static final AtomicInteger NUMBERS = new AtomicInteger();

  /** A namespace with one process that connects and reads, and the network between. */
  private static final class FarPeer implements AutoCloseable {
    private final int number = NUMBERS.incrementAndGet();
    private final String id = ProcessHandle.current().pid() % 100_000 + "x" + number;
    private final String name = "slu" + id;
    private final String here = "sla" + id;
    private final String there = "slb" + id;
    /** Of the block for tests of networks, RFC 2544: no real network has it. */
    final String local = "198.18." + ProcessHandle.current().pid() % 256 + "." + (number * 4 % 252 + 1);
    private final String remote = "198.18." + ProcessHandle.current().pid() % 256 + "." + (number * 4 % 252 + 2);
    private Process process;

    FarPeer() throws Exception {
      Assumptions.assumeTrue(System.getProperty("os.name").startsWith("Linux"), "needs network namespaces");
      Assumptions.assumeTrue("root".equals(System.getProperty("user.name")), "needs root to make a network namespace");
      Assumptions.assumeTrue(new File("/bin/bash").canExecute(), "no /bin/bash");
      Assumptions.assumeTrue(ip("netns", "add", name), "ip netns add does not work here");
      try {
        Assumptions.assumeTrue(
            ip("link", "add", here, "type", "veth", "peer", "name", there, "netns", name), "no virtual interfaces here");
        must("addr", "add", local + "/30", "dev", here);
        must("link", "set", here, "up");
        must("-n", name, "addr", "add", remote + "/30", "dev", there);
        must("-n", name, "link", "set", there, "up");
      } catch (Throwable t) {
        close();
        throw t;
      }
    }

    private static boolean ip(String... arguments) throws Exception {
      List<String> command = new ArrayList<>(List.of("ip"));
      command.addAll(List.of(arguments));
      Process p;
      try {
        p = new ProcessBuilder(command).redirectErrorStream(true).start();
      } catch (IOException e) {
        return false;
      }
      String out = new String(p.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (p.waitFor() != 0) {
        System.err.println(command + ": " + out.trim());
        return false;
      }
      return true;
    }

    private static void must(String... arguments) throws Exception {
      Assumptions.assumeTrue(ip(arguments), () -> "ip " + String.join(" ", arguments) + " does not work here");
    }

    void connect(int port) throws Exception {
      process =
          new ProcessBuilder(
                  "ip", "netns", "exec", name, "/bin/bash", "-c",
                  "exec 3<>/dev/tcp/" + local + "/" + port + " && exec cat <&3 >/dev/null")
              .start();
    }

    /** What we send arrives and is dropped; the neighbour stays known, so that no host is reported unreachable. */
    void vanish() throws Exception {
      String mac = linkAddress();
      must("neigh", "replace", remote, "lladdr", mac, "dev", here, "nud", "permanent");
      must("-n", name, "addr", "flush", "dev", there);
    }

    private String linkAddress() throws Exception {
      Process p = new ProcessBuilder("ip", "netns", "exec", name, "cat", "/sys/class/net/" + there + "/address").start();
      String mac = new String(p.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).trim();
      Assumptions.assumeTrue(p.waitFor() == 0 && !mac.isEmpty(), "the address of the virtual interface cannot be read");
      return mac;
    }

    @Override
    public void close() throws Exception {
      if (process != null) {
        process.destroyForcibly().waitFor(Await.LIMIT_SECONDS, TimeUnit.SECONDS);
      }
      ip("link", "del", here);
      ip("netns", "del", name);
    }
  }

  private static Server<Recorder> server(Cell cell, FarPeer peer, ConnectionOptions options) {
    return new Server<>(
        cell.group(), new InetSocketAddress(peer.local, 0), ListenOptions.defaults().withConnections(options), Recorder::new);
  }

  @OnEveryEngine
  void aPeerThatAnswersNoKeepAliveProbeIsToldApart(Cell cell) throws Exception {
    cell.group().close();
    ConnectionOptions options =
        ConnectionOptions.defaults()
            .with(TransportOption.SO_KEEPALIVE, true)
            .with(TransportOption.TCP_KEEPIDLE, 1)
            .with(TransportOption.TCP_KEEPINTVL, 1)
            .with(TransportOption.TCP_KEEPCNT, 1);
    try (FarPeer peer = new FarPeer();
        Server<Recorder> server = server(cell, peer, options)) {
      peer.connect(server.listener.port());
      Recorder r = Await.next(server.handlers);
      Connection c = Await.value(r.opened);
      c.send(ByteBuffer.allocate(100));
      Await.until("the data is acknowledged", () -> cell.isNio() || Await.on(c.loop(), c::tcpInfo).bytesAcked() >= 100);
      peer.vanish();
      CloseReason why = Await.value(r.closed);
      assertEquals(cell.isNio() ? Kind.TIMED_OUT : Kind.KEEP_ALIVE_TIMEOUT, why.kind(), "NIO cannot ask the kernel");
      assertEquals(Initiator.NETWORK, why.initiator());
      assertEquals(ETIMEDOUT, why.osError());
      assertFalse(why.isExpected());
      assertEquals(List.of("open", "closed"), r.events);
    }
  }

  @OnEveryEngine
  void aPeerThatAcknowledgesNothingTimesOut(Cell cell) throws Exception {
    cell.group().close();
    Assumptions.assumeFalse(cell.isNio(), "the JDK has no TCP_USER_TIMEOUT; the system's own limit is a quarter of an hour");
    ConnectionOptions options = ConnectionOptions.defaults().with(TransportOption.TCP_USER_TIMEOUT, 1000);
    try (FarPeer peer = new FarPeer();
        Server<Recorder> server = server(cell, peer, options)) {
      peer.connect(server.listener.port());
      Recorder r = Await.next(server.handlers);
      Connection c = Await.value(r.opened);
      peer.vanish();
      c.send(ByteBuffer.allocate(100));
      CloseReason why = Await.value(r.closed);
      assertEquals(Kind.TIMED_OUT, why.kind());
      assertEquals(Initiator.NETWORK, why.initiator());
      assertEquals(ETIMEDOUT, why.osError());
    }
  }

  @OnEveryEngine
  void aPeerThatVanishesWhenItHasEverythingIsALocalClose(Cell cell) throws Exception {
    cell.group().close();
    ConnectionOptions options = ConnectionOptions.defaults().withLinger(Duration.ofMillis(500));
    try (FarPeer peer = new FarPeer();
        Server<Recorder> server = server(cell, peer, options)) {
      peer.connect(server.listener.port());
      Recorder r = Await.next(server.handlers);
      Connection c = Await.value(r.opened);
      peer.vanish();
      assertEquals(Kind.LOCAL_CLOSE, Await.value(c.close()).kind(), "only our FIN was not acknowledged");
    }
  }

  @OnEveryEngine
  void aPeerThatVanishesBeforeOurCloseIsACloseTimeout(Cell cell) throws Exception {
    cell.group().close();
    Assumptions.assumeFalse(cell.isNio(), "NIO cannot tell what was acknowledged");
    ConnectionOptions options = ConnectionOptions.defaults().withLinger(Duration.ofMillis(500));
    try (FarPeer peer = new FarPeer();
        Server<Recorder> server = server(cell, peer, options)) {
      peer.connect(server.listener.port());
      Recorder r = Await.next(server.handlers);
      Connection c = Await.value(r.opened);
      peer.vanish();
      c.send(ByteBuffer.allocate(100));
      CloseReason why = Await.value(c.close());
      assertEquals(Kind.CLOSE_TIMEOUT, why.kind());
      assertEquals(0, why.bytesUnsent(), "the kernel had accepted them");
    }
  }
}
