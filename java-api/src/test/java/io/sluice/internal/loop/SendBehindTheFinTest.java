package io.sluice.internal.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.BufferLease;
import io.sluice.CloseReason;
import io.sluice.ConnectOptions;
import io.sluice.Connection;
import io.sluice.ConnectionHandler;
import io.sluice.ConnectionOptions;
import io.sluice.EventLoopGroup;
import io.sluice.SendResult;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/**
 * Another thread's send has been counted and is not on its way yet when the loop ends the direction. Taken all the same, it would
 * stay pending behind the FIN for ever, and a close would wait for it in vain.
 */
class SendBehindTheFinTest {
  /** Of a close that waits for what cannot be sent this would be the end. */
  private static final Duration LINGER = Duration.ofSeconds(20);

  private final ConnectionHandler handler =
      new ConnectionHandler() {
        @Override
        public void onData(Connection connection, BufferLease data) {}

        @Override
        public void onClosed(Connection connection, CloseReason reason) {}
      };

  @Test
  void aSendThatShutdownOutputOvertookIsRefusedAndNotPending() throws Exception {
    overtaken(Connection::shutdownOutput);
  }

  @Test
  void aSendThatCloseOvertookIsRefusedAndNotPending() throws Exception {
    overtaken(Connection::close);
  }

  private void overtaken(Consumer<Connection> end) throws Exception {
    ConnectOptions options =
        ConnectOptions.defaults().withConnection(ConnectionOptions.defaults().withLinger(LINGER));
    try (ServerSocket door = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        EventLoopGroup group = EventLoopGroup.builder().engine("nio").threads(1).callerDriven().build()) {
      Loop loop = (Loop) group.loops().get(0);
      CompletableFuture<Connection> opened =
          group.connect(door.getLocalSocketAddress(), options, handler).toCompletableFuture();
      while (!opened.isDone()) {
        loop.turn(Duration.ofSeconds(1));
      }
      StreamConnection c = (StreamConnection) opened.join();
      try (Socket peer = door.accept()) {
        assertNull(c.reserve(3), "the direction is open");
        end.accept(c);
        assertEquals(SendResult.CLOSED, c.push(new ForeignSend(new byte[3], null, null, null), 3));
        assertEquals(0, c.pendingSendBytes());
        CompletableFuture<CloseReason> closed = c.close().toCompletableFuture();
        loop.turn(Duration.ZERO);
        assertEquals(-1, peer.getInputStream().read(), "the FIN");
        peer.close();
        while (!closed.isDone()) {
          loop.turn(Duration.ofSeconds(1));
        }
        assertEquals(CloseReason.Kind.LOCAL_CLOSE, closed.join().kind());
        assertEquals(0, closed.join().bytesUnsent());
        assertTrue(closed.join().isExpected());
      }
    }
  }
}
