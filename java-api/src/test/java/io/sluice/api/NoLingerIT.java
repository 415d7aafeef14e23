package io.sluice.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.CloseReason;
import io.sluice.CloseReason.Kind;
import io.sluice.Connection;
import io.sluice.ConnectionOptions;
import io.sluice.ListenOptions;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Tag;

/** A linger of 0 does not wait for the peer's end, and for a peer that takes nothing not without a bound either. */
class NoLingerIT {
  private static final int SMALL_BUFFER = 4096;

  private static Server<Recorder> server(Cell cell) {
    ConnectionOptions none = ConnectionOptions.defaults().withLinger(Duration.ZERO);
    return new Server<>(cell.group(), ListenOptions.defaults().withConnections(none), Recorder::new);
  }

  private static Connection full(Server<Recorder> server) {
    Connection c = Await.value(Await.next(server.handlers).opened);
    while (c.send(ByteBuffer.allocate(64 << 10)).accepted()) {
      Await.on(c.loop(), () -> null);
    }
    return c;
  }

  @OnEveryEngine
  @Tag("slow")
  void aPeerThatNeverReadsIsReset(Cell cell) throws Exception {
    try (Server<Recorder> server = server(cell);
        Socket s = server.client(SMALL_BUFFER)) {
      Connection c = full(server);
      CloseReason why = Await.value(c.close());
      assertEquals(Kind.CLOSE_TIMEOUT, why.kind());
      assertTrue(why.bytesUnsent() > 0);
      assertThrows(IOException.class, () -> s.getInputStream().readAllBytes(), "reset");
    }
  }

  @OnEveryCell
  void aPeerThatReadsLateGetsEverythingWithinTheDeadline(Cell cell) throws Exception {
    try (Server<Recorder> server = server(cell);
        Socket s = server.client(SMALL_BUFFER)) {
      Connection c = full(server);
      CompletionStage<CloseReason> stage = c.close(ConnectionOptions.MAX_LINGER);
      Await.on(c.loop(), () -> null);
      assertFalse(stage.toCompletableFuture().isDone());
      assertTrue(s.getInputStream().readAllBytes().length > 0);
      CloseReason why = Await.value(stage);
      assertEquals(Kind.LOCAL_CLOSE, why.kind());
      assertEquals(0, why.bytesUnsent());
    }
  }
}
