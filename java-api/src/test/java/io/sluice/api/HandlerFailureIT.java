package io.sluice.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.BufferLease;
import io.sluice.CloseReason;
import io.sluice.CloseReason.Initiator;
import io.sluice.CloseReason.Kind;
import io.sluice.Connection;
import io.sluice.ConnectionHandler;
import io.sluice.EventLoopGroup;
import io.sluice.ListenOptions;
import io.sluice.Listener;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** A handler that throws ends its own connection and nothing else. */
class HandlerFailureIT {
  static final class Thrower extends Recorder {
    private final String where;

    Thrower(String where) {
      this.where = where;
    }

    private void at(String here) {
      if (where.equals(here)) {
        throw new IllegalStateException("thrown by the test in " + here);
      }
    }

    @Override
    public void onOpen(Connection c) {
      super.onOpen(c);
      at("onOpen");
    }

    @Override
    public void onData(Connection c, BufferLease lease) {
      super.onData(c, lease);
      at("onData");
      c.send(lease);
    }

    @Override
    public void onInputClosed(Connection c) {
      at("onInputClosed");
      super.onInputClosed(c);
    }

    @Override
    public void onClosed(Connection c, CloseReason why) {
      super.onClosed(c, why);
      at("onClosed");
    }
  }

  @OnEveryCell
  void aThrowingCallbackEndsItsConnectionAndTheLoopLives(Cell cell) throws Exception {
    for (String where : List.of("onOpen", "onData", "onInputClosed")) {
      try (Server<Thrower> server = new Server<>(cell.group(), () -> new Thrower(where));
          Socket s = clientThatMayBeReset(server)) {
        Thrower t = Await.next(server.handlers);
        try {
          s.getOutputStream().write(1);
          s.shutdownOutput();
        } catch (IOException reset) {
          // onOpen threw: the reset was faster.
        }
        CloseReason why = Await.value(t.closed);
        assertEquals(Kind.HANDLER_FAILED, why.kind());
        assertEquals(Initiator.LOOP, why.initiator());
        assertTrue(why.detail().contains(where) && why.detail().contains("thrown by the test"), why.detail());
        assertEquals(1, Await.on(server.group.loops().get(0), () -> 1));
      }
    }
  }

  /** The reset of a server that throws in onOpen can be there before connect(2) returns, which then tells it. */
  private static Socket clientThatMayBeReset(Server<?> server) throws IOException {
    try {
      return server.client();
    } catch (SocketException reset) {
      return new Socket();
    }
  }

  @OnEveryCell
  void anExceptionInOnClosedChangesNothing(Cell cell) throws Exception {
    try (Server<Thrower> server = new Server<>(cell.group(), () -> new Thrower("onClosed"))) {
      server.client().close();
      Connection c = Await.next(server.connections);
      assertEquals(Kind.PEER_CLOSE, Await.value(c.closed()).kind());
      server.client().close();
      assertEquals(Kind.PEER_CLOSE, Await.value(Await.next(server.connections).closed()).kind());
    }
  }

  @OnEveryCell
  void aFactoryThatThrowsOrReturnsNullEndsTheConnection(Cell cell) throws Exception {
    for (boolean nothing : new boolean[] {true, false}) {
      CompletableFuture<Connection> first = new CompletableFuture<>();
      Function<Connection, ConnectionHandler> factory =
          c -> {
            if (first.complete(c)) {
              if (nothing) {
                return null;
              }
              throw new IllegalStateException("thrown by the test");
            }
            return new Recorder.Echo();
          };
      try (EventLoopGroup group = cell.group()) {
        Listener l =
            group.listen(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), ListenOptions.defaults(), factory);
        Await.value(l.ready());
        try (Socket bad = new Socket("127.0.0.1", l.port())) {
          assertEquals(Kind.HANDLER_FAILED, Await.value(Await.value(first).closed()).kind());
        } catch (IOException reset) {
          // The reset came while the client was still connecting; the server's side is looked at all the same.
          assertEquals(Kind.HANDLER_FAILED, Await.value(Await.value(first).closed()).kind());
        }
        try (Socket good = new Socket("127.0.0.1", l.port())) {
          good.getOutputStream().write(9);
          assertEquals(9, good.getInputStream().read());
        }
      }
    }
  }

  @OnEveryCell
  void aThrowingTaskLeavesTheLoopAlive(Cell cell) {
    try (EventLoopGroup group = cell.group()) {
      group.loops().get(0).execute(
          () -> {
            throw new IllegalStateException("thrown by the test");
          });
      assertEquals(2, Await.on(group.loops().get(0), () -> 2));
    }
  }
}
