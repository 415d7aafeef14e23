package io.sluice.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.Connection;
import io.sluice.ConnectionOptions;
import io.sluice.ListenOptions;
import io.sluice.LoopMetric;
import io.sluice.TransportOption;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/** What an accepted connection knows and has from its first moment, however few questions the engine asks the kernel. */
class AcceptedIT {
  @OnEveryCell
  void theLocalAddressIsTheOneTheClientConnectedTo(Cell cell) throws Exception {
    connectVia(cell, "127.0.0.1", "127.0.0.1");
    connectVia(cell, "0.0.0.0", "127.0.0.1");
    connectVia(cell, "0.0.0.0", "127.0.0.2");
  }

  @OnEveryCell
  void theLocalAddressIsTheOneTheClientConnectedToWithIpv6(Cell cell) throws Exception {
    Assumptions.assumeTrue(
        NetworkInterface.getByInetAddress(InetAddress.getByName("::1")) != null, "this machine has no IPv6 loopback address");
    connectVia(cell, "::1", "::1");
    connectVia(cell, "::", "::1");
  }

  private static void connectVia(Cell cell, String listen, String connect) throws Exception {
    try (Server<Recorder> server =
            new Server<>(cell.group(), new InetSocketAddress(listen, 0), ListenOptions.defaults(), Recorder::new);
        Socket client = new Socket(connect, server.listener.port())) {
      Connection accepted = Await.next(server.connections);
      assertEquals(client.getRemoteSocketAddress(), accepted.localAddress());
      assertEquals(client.getLocalSocketAddress(), accepted.remoteAddress());
      Await.value(accepted.abort()); // A close would wait for the client.
      assertEquals(client.getRemoteSocketAddress(), accepted.localAddress(), "after the close");
    }
  }

  /** Some are set once, on the listening socket, others on every accepted one: no connection may miss any. */
  @OnEveryCell
  void everyAcceptedConnectionHasTheOptionsOfConnections(Cell cell) throws Exception {
    ConnectionOptions connections =
        ConnectionOptions.defaults()
            .with(TransportOption.SO_KEEPALIVE, true)
            .with(TransportOption.TCP_KEEPIDLE, 77)
            .with(TransportOption.SO_RCVBUF, 64 << 10);
    ListenOptions options = ListenOptions.defaults().withConnections(connections);
    if (!cell.isNio()) { // The JDK has no such option for listening sockets.
      options = options.with(TransportOption.SO_KEEPALIVE, false);
    }
    try (Server<Recorder> server = new Server<>(cell.group(), options, Recorder::new)) {
      for (int i = 0; i < 3; i++) {
        try (Socket client = server.client()) {
          Connection c = Await.next(server.connections);
          assertEquals(true, Await.on(c.loop(), () -> c.option(TransportOption.TCP_NODELAY)));
          assertEquals(true, Await.on(c.loop(), () -> c.option(TransportOption.SO_KEEPALIVE)), "the connection's wins");
          assertEquals(77, Await.on(c.loop(), () -> c.option(TransportOption.TCP_KEEPIDLE)));
          assertTrue(Await.on(c.loop(), () -> c.option(TransportOption.SO_RCVBUF)) >= 64 << 10);
        }
      }
    }
  }

  /** One question for the peer's address; epoll adds accept4 and one registration. Everything else is known or inherited. */
  @OnEveryCell
  void acceptingAsksTheKernelForNothingItKnows(Cell cell) throws Exception {
    Assumptions.assumeFalse(cell.isNio(), "the JDK's own system calls are not counted");
    int count = 50;
    int turns = 25;
    List<Socket> clients = new ArrayList<>();
    try (Server<Recorder> server = new Server<>(cell.group(), Recorder::new)) {
      // One is accepted first, so that nothing is done for the first time below.
      clients.add(server.client());
      Await.next(server.connections);
      server.listener.pause();
      Await.on(server.group.loops().get(0), () -> null);
      for (int i = 0; i < count; i++) {
        clients.add(server.client());
      }
      long before = server.group.stats().value(LoopMetric.SYSCALLS);
      server.listener.resume();
      // One of them may have been accepted while the pause began: what matters is that it is few for all.
      while (server.group.connections().count() < count + 1) {
        Await.next(server.connections);
      }
      long each = cell.engine().equals("io_uring") ? 1 : 3;
      long spent = server.group.stats().value(LoopMetric.SYSCALLS) - before;
      assertTrue(spent <= each * count + turns, spent + " system calls for " + count + " connections");
    } finally {
      for (Socket s : clients) {
        s.close();
      }
    }
  }
}
