package io.sluice.api;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.CloseReason;
import io.sluice.Connection;
import io.sluice.ConnectionOptions;
import io.sluice.ListenOptions;
import io.sluice.SendResult;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** A thread that goes on sending while the loop ends the direction: what was taken arrives, to the byte, and the close is prompt. */
class SendAndShutdownRaceIT {
  private static final int ROUNDS = 100;
  /** A close that waits for bytes behind the FIN would take this long and end as CLOSE_TIMEOUT. */
  private static final Duration LINGER = Duration.ofSeconds(5);

  @OnEveryCell
  void everySendThatWasTakenArrivesBeforeTheFinOfShutdownOutput(Cell cell) throws Exception {
    race(cell, true);
  }

  @OnEveryCell
  void everySendThatWasTakenArrivesBeforeTheFinOfClose(Cell cell) throws Exception {
    race(cell, false);
  }

  private static void race(Cell cell, boolean shutdown) throws Exception {
    ListenOptions options =
        ListenOptions.defaults().withConnections(ConnectionOptions.defaults().withLinger(LINGER));
    ExecutorService sender = Executors.newSingleThreadExecutor();
    try (Server<Recorder> server = new Server<>(cell.group(), options, Recorder::new)) {
      for (int i = 0; i < ROUNDS; i++) {
        round(server, sender, shutdown);
      }
    } finally {
      sender.shutdown();
    }
  }

  private static void round(Server<Recorder> server, ExecutorService sender, boolean shutdown) throws Exception {
    try (Socket peer = server.client()) {
      Recorder recorder = Await.next(server.handlers);
      Connection c = Await.value(recorder.opened);
      CompletableFuture<Void> sending = new CompletableFuture<>();
      Future<Long> taken = sender.submit(() -> sendUntilClosed(c, sending));
      Await.value(sending);
      c.loop().execute(shutdown ? c::shutdownOutput : c::close);
      int arrived = peer.getInputStream().readAllBytes().length;
      assertEquals(taken.get(), (long) arrived);
      Await.until("nothing is pending", () -> c.pendingSendBytes() == 0);
      peer.close(); // The server answers with its own close.
      CloseReason why = Await.value(recorder.closed);
      assertEquals(CloseReason.Kind.LOCAL_CLOSE, why.kind());
      assertEquals(0, why.bytesUnsent());
    }
  }

  private static long sendUntilClosed(Connection c, CompletableFuture<Void> sending) {
    long taken = 0;
    ByteBuffer one = ByteBuffer.allocate(1);
    for (SendResult r; (r = c.send(one.clear())) != SendResult.CLOSED; ) {
      taken += r.accepted() ? 1 : 0;
      sending.complete(null);
    }
    return taken;
  }
}
