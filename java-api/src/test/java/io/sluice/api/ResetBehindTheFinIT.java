package io.sluice.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.BufferLease;
import io.sluice.CloseReason;
import io.sluice.Connection;
import io.sluice.SendResult;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** A peer that has ended its direction dies later: noticed although nothing is read any more, and before anything is written. */
class ResetBehindTheFinIT {
  /** Stays half-open after the peer's end. */
  private static class HalfOpen extends Recorder {
    final CompletableFuture<Void> ending = new CompletableFuture<>();

    @Override
    public void onInputEnding(Connection c) {
      ending.complete(null);
    }

    @Override
    public void onInputClosed(Connection c) {
      inputClosed.complete(null);
    }
  }

  private static final class PausesWithTheFirstData extends HalfOpen {
    @Override
    public void onData(Connection c, BufferLease lease) {
      super.onData(c, lease);
      c.pauseReading();
    }
  }

  @OnEveryCell
  void aResetBehindTheFinIsNoticedWhileReadingIsPaused(Cell cell) throws Exception {
    noticed(cell, HalfOpen::new, true);
  }

  @OnEveryCell
  void aResetBehindAFinThatWasReceivedIsNoticedAfterAPause(Cell cell) throws Exception {
    noticed(cell, PausesWithTheFirstData::new, false);
  }

  @OnEveryCell
  void aResetIsNoticedOnAConnectionThatStaysHalfOpen(Cell cell) throws Exception {
    noticed(cell, HalfOpen::new, false);
  }

  private static <H extends HalfOpen> void noticed(Cell cell, Supplier<H> handler, boolean pause) throws Exception {
    try (Server<H> server = new Server<>(cell.group(), handler::get);
        Socket peer = server.client()) {
      H h = Await.next(server.handlers);
      Connection c = Await.value(h.opened);
      if (pause) {
        c.pauseReading();
        Await.on(c.loop(), () -> null);
      }
      peer.getOutputStream().write(new byte[100]);
      peer.shutdownOutput();
      Await.value(CompletableFuture.anyOf(h.ending, h.inputClosed));
      assertTrue(c.isOpen());
      peer.setSoLinger(true, 0);
      peer.close();
      if (cell.isNio()) {
        theJdkTellsItToASendOnly(c);
      }
      CloseReason why = Await.value(h.closed);
      assertEquals(CloseReason.Kind.PEER_RESET, why.kind());
      assertEquals(CloseReason.Initiator.PEER, why.initiator());
      assertFalse(why.isExpected());
    }
  }

  private static void theJdkTellsItToASendOnly(Connection c) {
    for (int i = 0; i < 10; i++) {
      Await.on(c.loop(), () -> null);
    }
    assertTrue(c.isOpen(), "if this fails the JDK has become better: the documentation is to be changed");
    assertEquals(SendResult.QUEUED, c.send(ByteBuffer.allocate(1)));
  }
}
