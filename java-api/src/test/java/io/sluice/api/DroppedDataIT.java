package io.sluice.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.CloseReason;
import io.sluice.CloseReason.Kind;
import io.sluice.Connection;
import io.sluice.ConnectionOptions;
import io.sluice.FileRegion;
import io.sluice.IdleKind;
import io.sluice.IdlePolicy;
import io.sluice.ListenOptions;
import io.sluice.TransportOption;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.io.TempDir;

/** A policy that ends a connection drops what is queued. The peer must not take what it got for the whole stream. */
class DroppedDataIT {
  private static final Duration SHORT = Duration.ofMillis(60);
  /** More than both kernel buffers of a loopback connection hold. */
  private static final int FILE_BYTES = 64 << 20;

  @TempDir Path dir;

  private interface Fill {
    void queueMoreThanThePeerTakes(Connection c) throws Exception;
  }

  /** As much as the send queue takes, which is more than a peer that reads nothing. */
  private static void copies(Connection c) {
    while (c.send(ByteBuffer.allocate(64 << 10)).accepted()) {}
  }

  private void file(Connection c) throws Exception {
    Path file = dir.resolve("large");
    try (var f = new java.io.RandomAccessFile(file.toFile(), "rw")) {
      f.setLength(FILE_BYTES); // Without contents, a hole.
    }
    assertTrue(c.send(new FileRegion(file, 0, FILE_BYTES), (conn, failure) -> {}).accepted());
  }

  /** Sends when it opens: no timeout can be sooner. */
  private static final class Sender extends Recorder {
    private final Fill fill;

    Sender(Fill fill) {
      this.fill = fill;
    }

    @Override
    public void onOpen(Connection c) {
      super.onOpen(c);
      try {
        fill.queueMoreThanThePeerTakes(c);
      } catch (Exception e) {
        fault.complete(e);
      }
    }
  }

  private static void assertThePeerSeesNoEnd(Cell cell, ConnectionOptions idle, Kind kind, Fill fill) throws Exception {
    ConnectionOptions options = idle.with(TransportOption.SO_SNDBUF, 16 << 10);
    try (Server<Sender> server =
            new Server<>(cell.group(), ListenOptions.defaults().withConnections(options), () -> new Sender(fill));
        Socket s = server.client()) {
      Sender r = Await.next(server.handlers);
      CloseReason why = Await.value(r.closed);
      assertFalse(r.fault.isDone(), () -> r.fault.join().toString());
      assertEquals(kind, why.kind());
      assertTrue(why.bytesUnsent() > 0, "nothing was dropped: " + why);
      SocketException e = assertThrows(SocketException.class, () -> s.getInputStream().readAllBytes());
      assertTrue(e.getMessage().contains("reset"), e.getMessage());
    }
  }

  private static ConnectionOptions with(IdlePolicy policy) {
    return ConnectionOptions.defaults().withIdle(policy);
  }

  @OnEveryCell
  void anIdleTimeoutThatDropsQueuedDataResetsThePeer(Cell cell) throws Exception {
    for (IdleKind kind : new IdleKind[] {IdleKind.READ, IdleKind.WRITE, IdleKind.ALL}) {
      assertThePeerSeesNoEnd(cell, with(IdlePolicy.none().withClose(kind, SHORT)), Kind.IDLE_TIMEOUT, DroppedDataIT::copies);
    }
  }

  @OnEveryCell
  void anIdleTimeoutThatDropsTheRestOfAFileResetsThePeer(Cell cell) throws Exception {
    assertThePeerSeesNoEnd(
        cell, with(IdlePolicy.none().withClose(IdleKind.READ, SHORT)), Kind.IDLE_TIMEOUT, this::file);
  }

  @OnEveryCell
  void aHeartbeatTimeoutThatDropsQueuedDataResetsThePeer(Cell cell) throws Exception {
    assertThePeerSeesNoEnd(
        cell, with(IdlePolicy.none().withHeartbeat(SHORT, SHORT)), Kind.HEARTBEAT_TIMEOUT, DroppedDataIT::copies);
  }

  @OnEveryCell
  void aTimeoutWithZeroCopySendsOnTheirWayResetsThePeer(Cell cell) throws Exception {
    ConnectionOptions options = with(IdlePolicy.none().withClose(IdleKind.READ, SHORT)).withZeroCopyThreshold(16 << 10);
    assertThePeerSeesNoEnd(cell, options, Kind.IDLE_TIMEOUT, DroppedDataIT::copies);
  }
}
