package io.sluice.internal.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.BufferLease;
import io.sluice.CloseReason;
import io.sluice.CloseReason.Kind;
import io.sluice.ConnectOptions;
import io.sluice.Connection;
import io.sluice.ConnectionHandler;
import io.sluice.EventLoopGroup;
import io.sluice.FileRegion;
import io.sluice.IdleKind;
import io.sluice.SendResult;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
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
    return readAtTheEnd(take, SILENCE, SILENCE.kind(), unsent);
  }

  /** @param end what ends the connection, or null: it ends by itself */
  private int readAtTheEnd(Take take, CloseReason end, Kind kind, long unsent) throws Exception {
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
        if (end != null) {
          c.fail(end);
        }
        while (!closed.isDone()) {
          loop.turn(Duration.ofSeconds(1));
        }
        assertEquals(kind, closed.join().kind());
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

  /** Its thread was told that it is taken; the loop finds that it cannot be opened, with bytes of that thread behind it. */
  @Test
  void aFileThatVanishedAfterItWasTakenEndsWithReset() throws Exception {
    Path file = Files.createTempFile("sluice", ".data");
    Files.write(file, new byte[10]);
    FileRegion region = new FileRegion(file, 0, 10);
    List<SendResult> answers = new CopyOnWriteArrayList<>();
    Take vanish =
        c -> {
          Thread other =
              new Thread(
                  () -> {
                    answers.add(c.send(region, null));
                    answers.add(c.send(ByteBuffer.allocate(5)));
                  });
          other.start();
          other.join();
          Files.delete(file);
        };
    SocketException e = assertThrows(SocketException.class, () -> readAtTheEnd(vanish, null, Kind.IO_ERROR, 15));
    assertTrue(e.getMessage().contains("reset"), e.getMessage());
    assertTrue(answers.stream().allMatch(SendResult::accepted), answers::toString);
    assertEquals(CloseReason.Initiator.LOCAL, closed.join().initiator());
  }

  private void assertReset(Take take, long unsent) {
    SocketException e = assertThrows(SocketException.class, () -> readAfter(take, unsent));
    assertTrue(e.getMessage().contains("reset"), e.getMessage());
  }
}
