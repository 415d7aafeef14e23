package io.sluice.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
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

  private static void copies(Connection c) {
    while (c.send(ByteBuffer.allocate(64 << 10)).accepted()) {
      Await.on(c.loop(), () -> null);
    }
  }

  private void file(Connection c) throws Exception {
    Path file = dir.resolve("large");
    try (var f = new java.io.RandomAccessFile(file.toFile(), "rw")) {
      f.setLength(FILE_BYTES); // Without contents, a hole.
    }
    assertTrue(c.send(new FileRegion(file, 0, FILE_BYTES), (conn, failure) -> {}).accepted());
  }

  private static void assertThePeerSeesNoEnd(Cell cell, ConnectionOptions options, Kind kind, Fill fill) throws Exception {
    try (Server<Recorder> server =
            new Server<>(cell.group(), ListenOptions.defaults().withConnections(options), Recorder::new);
        Socket s = server.client()) {
      Recorder r = Await.next(server.handlers);
      fill.queueMoreThanThePeerTakes(Await.value(r.opened));
      CloseReason why = Await.value(r.closed);
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
