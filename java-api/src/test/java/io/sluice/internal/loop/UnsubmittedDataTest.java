package io.sluice.internal.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.BufferLease;
import io.sluice.CloseReason;
import io.sluice.ConnectOptions;
import io.sluice.Connection;
import io.sluice.ConnectionHandler;
import io.sluice.EventLoopGroup;
import io.sluice.IdleKind;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** A policy ends a connection whose latest sends the engine has never heard of: the peer must not take that for a whole stream. */
class UnsubmittedDataTest {
  private static final CloseReason SILENCE = CloseReasons.idleTimeout(IdleKind.READ, 1);

  private final CompletableFuture<CloseReason> closed = new CompletableFuture<>();

  private final ConnectionHandler handler =
      new ConnectionHandler() {
        @Override
        public void onData(Connection connection, BufferLease data) {}

        @Override
        public void onClosed(Connection connection, CloseReason reason) {
          closed.complete(reason);
        }
      };

  private interface Take {
    void bytes(Connection c) throws Exception;
  }

  private int readAfter(Take take, long unsent) throws Exception {
    try (ServerSocket listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        EventLoopGroup group = EventLoopGroup.builder().engine("nio").threads(1).callerDriven().build()) {
      Loop loop = (Loop) group.loops().get(0);
      CompletableFuture<Connection> opened =
          group.connect(listening.getLocalSocketAddress(), ConnectOptions.defaults(), handler).toCompletableFuture();
      while (!opened.isDone()) {
        loop.turn(Duration.ofSeconds(1));
      }
      try (Socket peer = listening.accept()) {
        StreamConnection c = (StreamConnection) opened.join();
        take.bytes(c);
        c.fail(SILENCE);
        while (!closed.isDone()) {
          loop.turn(Duration.ofSeconds(1));
        }
        assertEquals(SILENCE.kind(), closed.join().kind());
        assertEquals(unsent, closed.join().bytesUnsent());
        return peer.getInputStream().read();
      }
    }
  }

  @Test
  void nothingTakenEndsWithFin() throws Exception {
    assertEquals(-1, readAfter(c -> {}, 0));
  }

  @Test
  void aChunkThatIsStillOpenEndsWithReset() {
    assertReset(c -> assertTrue(c.send(ByteBuffer.allocate(10)).accepted()), 10);
  }

  @Test
  void aSendOfAnotherThreadEndsWithReset() {
    assertReset(
        c -> {
          Thread other = new Thread(() -> c.send(ByteBuffer.allocate(11)));
          other.start();
          other.join();
          assertFalse(other.isAlive());
        },
        11);
  }

  private void assertReset(Take take, long unsent) {
    SocketException e = assertThrows(SocketException.class, () -> readAfter(take, unsent));
    assertTrue(e.getMessage().contains("reset"), e.getMessage());
  }
}
