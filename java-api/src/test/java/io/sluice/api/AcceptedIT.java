package io.sluice.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.Connection;
import io.sluice.ConnectionOptions;
import io.sluice.ListenOptions;
import io.sluice.TransportOption;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.Socket;
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
}
