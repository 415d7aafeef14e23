package io.sluice.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.CloseReason.Kind;
import io.sluice.ConnectOptions;
import io.sluice.Connection;
import io.sluice.ConnectionOptions;
import io.sluice.EventLoopGroup;
import io.sluice.ListenOptions;
import io.sluice.Listener;
import io.sluice.ListenerState;
import io.sluice.TransportException;
import io.sluice.TransportOption;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** Socket options reach the socket, and one that cannot be had says so. */
class OptionsIT {
  @OnEveryCell
  void optionsAreSetOnAcceptedAndConnectedSocketsAndRead(Cell cell) {
    ConnectionOptions options =
        ConnectionOptions.defaults()
            .with(TransportOption.SO_KEEPALIVE, true)
            .with(TransportOption.SO_RCVBUF, 64 << 10)
            .with(TransportOption.TCP_NODELAY, false);
    try (Server<Recorder> server =
        new Server<>(cell.group(), ListenOptions.defaults().withConnections(options), Recorder::new)) {
      Connection c =
          Await.value(
              server.group.connect(
                  server.address(), ConnectOptions.defaults().withConnection(options), new Recorder()));
      Connection accepted = Await.next(server.connections);
      for (Connection x : new Connection[] {c, accepted}) {
        assertEquals(true, Await.on(x.loop(), () -> x.option(TransportOption.SO_KEEPALIVE)));
        assertEquals(false, Await.on(x.loop(), () -> x.option(TransportOption.TCP_NODELAY)));
        assertTrue(Await.on(x.loop(), () -> x.option(TransportOption.SO_RCVBUF)) >= 64 << 10);
        Await.on(
            x.loop(),
            () -> {
              x.option(TransportOption.TCP_NODELAY, true);
              return null;
            });
        assertEquals(true, Await.on(x.loop(), () -> x.option(TransportOption.TCP_NODELAY)));
      }
      String m = assertThrows(IllegalStateException.class, () -> c.option(TransportOption.TCP_NODELAY)).getMessage();
      assertTrue(m.contains("loop's thread"), m);
      Await.value(c.abort());
      Throwable ended =
          Await.on(c.loop(), () -> assertThrows(TransportException.class, () -> c.option(TransportOption.TCP_NODELAY)));
      assertEquals(Kind.LOCAL_ABORT, ((TransportException) ended).reason().kind());
    }
  }

  @OnEveryCell
  void anUnsupportedOptionNamesItselfEngineAndSystem(Cell cell) {
    try (Server<Recorder> server = new Server<>(cell.group(), Recorder::new)) {
      Connection c =
          Await.value(server.group.connect(server.address(), ConnectOptions.defaults(), new Recorder()));
      if (cell.isNio()) {
        Throwable t =
            Await.on(
                c.loop(),
                () -> assertThrows(UnsupportedOperationException.class, () -> c.option(TransportOption.TCP_CORK, true)));
        assertTrue(t.getMessage().contains("TCP_CORK") && t.getMessage().contains("nio"), t.getMessage());
        assertTrue(t.getMessage().contains(System.getProperty("os.name")), t.getMessage());
        assertThrows(AssertionError.class, () -> Await.on(c.loop(), c::tcpInfo));
      } else {
        assertEquals(1, Await.on(c.loop(), c::tcpInfo).state(), "established");
      }
    }
  }

  @OnEveryCell
  void wrongValuesFailAtTheCallWithTheRange(Cell cell) {
    String m =
        assertThrows(
                IllegalArgumentException.class,
                () -> ConnectionOptions.defaults().with(TransportOption.TCP_KEEPIDLE, 0))
            .getMessage();
    assertTrue(m.contains("TCP_KEEPIDLE") && m.contains("0") && m.contains("32767"), m);
    try (EventLoopGroup group = cell.group()) {
      assertThrows(
          IllegalArgumentException.class,
          () -> group.listen(new java.net.SocketAddress() {}, ListenOptions.defaults(), c -> new Recorder()));
    }
  }

  @OnEveryCell
  void aPortInUseFailsReadyWithTheCause(Cell cell) throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        EventLoopGroup group = cell.group()) {
      Listener l =
          group.listen(taken.getLocalSocketAddress(), ListenOptions.defaults(), c -> new Recorder());
      Throwable t = Await.failure(l.ready());
      assertTrue(t.getMessage().contains("address in use"), t.getMessage());
      assertTrue(t.getMessage().contains(Integer.toString(taken.getLocalPort())), t.getMessage());
      assertInstanceOf(TransportException.class, t);
      assertEquals(ListenerState.FAILED, l.state());
      assertTrue(l.addresses().isEmpty());
      assertEquals(-1, l.port());
      Await.value(l.close());
    }
  }

  @OnEveryCell
  void aPausedListenerLeavesConnectionsInTheBacklog(Cell cell) throws Exception {
    try (Server<Recorder> server = new Server<>(cell.group(), Recorder::new)) {
      server.listener.pause();
      assertEquals(ListenerState.PAUSED, server.listener.state());
      Await.on(server.group.loops().get(0), () -> null);
      Await.on(server.group.loops().get(0), () -> null);
      try (Socket s = server.client()) {
        Connection own =
            Await.value(
                server.group.connect(server.address(), ConnectOptions.defaults(), new Recorder()));
        assertTrue(own.isOpen());
        assertTrue(server.handlers.isEmpty());
        server.listener.resume();
        Await.value(Await.next(server.handlers).opened);
        Await.value(Await.next(server.handlers).opened);
        assertEquals(ListenerState.LISTENING, server.listener.state());
      }
    }
  }

  @OnEveryCell
  void aClosedListenerFreesItsPortAndKeepsItsConnections(Cell cell) throws Exception {
    try (Server<Recorder.Echo> server = new Server<>(cell.group(), Recorder.Echo::new);
        Socket s = server.client()) {
      Await.value(Await.next(server.handlers).opened);
      InetSocketAddress address = (InetSocketAddress) server.address();
      Await.value(server.listener.close());
      assertEquals(ListenerState.CLOSED, server.listener.state());
      assertTrue(server.listener.addresses().isEmpty());
      try (ServerSocket again = new ServerSocket()) {
        again.setReuseAddress(true);
        again.bind(address);
      }
      s.getOutputStream().write(5);
      assertEquals(5, s.getInputStream().read());
      assertEquals(server.listener.close(), server.listener.close());
    }
  }

  @OnEveryCell
  void connectsOverIpv6(Cell cell) {
    try (Server<Recorder.Echo> server =
        new Server<>(cell.group(), new InetSocketAddress("::1", 0), ListenOptions.defaults(), Recorder.Echo::new)) {
      Recorder r = new Recorder();
      Connection c = Await.value(server.group.connect(server.address(), ConnectOptions.defaults(), r));
      c.send(java.nio.ByteBuffer.wrap(new byte[] {'6'}));
      Await.until("the echo", () -> r.text().equals("6"));
      assertEquals(server.address(), c.remoteAddress());
      assertEquals(c.localAddress(), Await.next(server.connections).remoteAddress());
    }
  }
}
