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
import io.sluice.ListenOptions;
import io.sluice.TransportOption;
import io.sluice.internal.abi.Abi;
import io.sluice.internal.loop.Counters;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;

/** What ends the wait of a close in good order: time without progress, too many bytes, a reset. */
class LingerLimitsIT {
  private static final Duration LONG = Duration.ofHours(1);
  private static final Duration SHORT = Duration.ofMillis(100);
  private static final int SMALL_BUFFER = 4096;
  private static final int SLOW_BYTES = 1 << 20;
  private static final byte[] BYE = "bye".getBytes(StandardCharsets.US_ASCII);

  private static Connection fill(Connection c) {
    while (c.send(ByteBuffer.allocate(64 << 10)).accepted()) {
      Await.on(c.loop(), () -> null);
    }
    return c;
  }

  @OnEveryCell
  void aPeerThatDoesNotReadIsResetAtTheDeadline(Cell cell) throws Exception {
    try (Server<Recorder> server = LingerIT.server(cell, SHORT);
        Socket s = server.client(SMALL_BUFFER)) {
      Connection c = fill(Await.value(Await.next(server.handlers).opened));
      CloseReason why = Await.value(c.close());
      assertEquals(Kind.CLOSE_TIMEOUT, why.kind());
      assertTrue(why.bytesUnsent() > 0);
      assertFalse(why.isExpected());
      assertThrows(IOException.class, () -> s.getInputStream().readAllBytes(), "reset");
    }
  }

  @OnEveryCell
  void bytesThatOnlyTheKernelStillHasCountAsNotAcknowledged(Cell cell) throws Exception {
    try (Server<Recorder> server = LingerIT.server(cell, SHORT);
        Socket s = server.client(SMALL_BUFFER)) {
      Connection c = Await.value(Await.next(server.handlers).opened);
      c.send(ByteBuffer.allocate(48 << 10));
      Await.until("the kernel has everything", () -> c.pendingSendBytes() == 0);
      CloseReason why = Await.value(c.close());
      assertEquals(cell.isNio() ? Kind.LOCAL_CLOSE : Kind.CLOSE_TIMEOUT, why.kind(), "NIO cannot ask the kernel");
      assertEquals(0, why.bytesUnsent());
    }
  }

  @OnEveryEngine
  @Tag("slow")
  void aPeerThatReadsSlowlyGetsTheTimeItNeeds(Cell cell) throws Exception {
    ConnectionOptions options =
        ConnectionOptions.defaults().withLinger(Duration.ofSeconds(2)).with(TransportOption.SO_SNDBUF, 16 << 10);
    try (Server<Recorder> server =
            new Server<>(cell.group(), ListenOptions.defaults().withConnections(options), Recorder::new);
        Socket s = server.client(SMALL_BUFFER)) {
      Recorder r = Await.next(server.handlers);
      Connection c = Await.value(r.opened);
      c.send(ByteBuffer.allocate(SLOW_BYTES));
      CompletionStage<CloseReason> stage = c.close();
      readSlowly(s);
      assertEquals(Kind.LOCAL_CLOSE, Await.value(stage).kind());
    }
  }

  @OnEveryEngine
  @Tag("slow")
  void aFileThatIsReadSlowlyGetsTheTimeItNeeds(Cell cell) throws Exception {
    Path file = Files.createTempFile("sluice", ".data");
    ConnectionOptions options =
        ConnectionOptions.defaults().withLinger(Duration.ofSeconds(2)).with(TransportOption.SO_SNDBUF, 16 << 10);
    try (Server<Recorder> server =
            new Server<>(cell.group(), ListenOptions.defaults().withConnections(options), Recorder::new);
        Socket s = server.client(SMALL_BUFFER)) {
      Files.write(file, new byte[SLOW_BYTES]);
      Connection c = Await.value(Await.next(server.handlers).opened);
      c.send(new FileRegion(file, 0, SLOW_BYTES), null);
      CompletionStage<CloseReason> stage = c.close();
      readSlowly(s);
      assertEquals(Kind.LOCAL_CLOSE, Await.value(stage).kind());
    } finally {
      Files.delete(file);
    }
  }

  /** Takes longer than the linger, and never stands still for half of it. */
  private static void readSlowly(Socket s) throws IOException {
    byte[] piece = new byte[16 << 10];
    InputStream in = s.getInputStream();
    long slowUntil = System.nanoTime() + Duration.ofSeconds(3).toNanos();
    int got = 0;
    while (got < SLOW_BYTES / 2 || System.nanoTime() < slowUntil && got < SLOW_BYTES) {
      got += in.readNBytes(piece, 0, piece.length);
      LockSupport.parkNanos(60_000_000);
    }
    assertEquals(SLOW_BYTES, got + in.readAllBytes().length);
    s.close();
  }

  @OnEveryEngine
  void aPeerThatFloodsIsLeftAtTheByteLimit(Cell cell) throws Exception {
    try (Server<Recorder> server = LingerIT.server(cell, LONG);
        Socket s = server.client()) {
      Connection c = Await.value(Await.next(server.handlers).opened);
      Thread flood = flood(s);
      assertEquals(Kind.LOCAL_CLOSE, Await.value(c.close()).kind());
      flood.join();
    }
  }

  @OnEveryEngine
  void aFloodBeyondTheLimitIsHeldUpWhileOurDataIsStillOnItsWay(Cell cell) throws Exception {
    try (Server<Recorder> server = LingerIT.server(cell, LONG);
        Socket s = server.client(SMALL_BUFFER)) {
      Connection c = fill(Await.value(Await.next(server.handlers).opened));
      Thread flood = flood(s);
      CompletionStage<CloseReason> stage = c.close();
      Await.until(
          "the limit is reached", () -> Counters.of(c.loop(), Abi.CTR_BYTES_RECEIVED) > 64L << 20);
      assertFalse(stage.toCompletableFuture().isDone());
      assertEquals(Kind.CLOSE_TIMEOUT, Await.value(c.close(SHORT)).kind());
      flood.join();
    }
  }

  private static Thread flood(Socket s) {
    Thread t =
        new Thread(
            () -> {
              byte[] b = new byte[256 << 10];
              try {
                while (true) {
                  s.getOutputStream().write(b);
                }
              } catch (IOException reset) {
                // The server has given up.
              }
            });
    t.start();
    return t;
  }

  @OnEveryCell
  void aResetAfterEverythingWasAcknowledgedChangesNothing(Cell cell) throws Exception {
    try (Server<Recorder> server = LingerIT.server(cell, LONG);
        Socket s = server.client()) {
      Recorder r = Await.next(server.handlers);
      Connection c = Await.value(r.opened);
      c.send(ByteBuffer.wrap(BYE));
      c.close();
      assertEquals("bye", new String(s.getInputStream().readAllBytes(), StandardCharsets.US_ASCII));
      s.setSoLinger(true, 0);
      s.close();
      assertEquals(Kind.LOCAL_CLOSE, Await.value(r.closed).kind());
    }
  }

  @OnEveryCell
  void aResetWithDataOfOursQueuedIsTheReason(Cell cell) throws Exception {
    try (Server<Recorder> server = LingerIT.server(cell, LONG)) {
      Socket s = server.client(SMALL_BUFFER);
      Recorder r = Await.next(server.handlers);
      Connection c = fill(Await.value(r.opened));
      c.close();
      s.setSoLinger(true, 0);
      s.close();
      CloseReason why = Await.value(r.closed);
      assertEquals(Kind.PEER_RESET, why.kind());
      assertTrue(why.bytesUnsent() > 0);
    }
  }
}
