package io.sluice.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.BufferLease;
import io.sluice.CloseReason;
import io.sluice.Connection;
import io.sluice.ConnectionHandler;
import io.sluice.SendResult;
import io.sluice.api.Await;
import io.sluice.api.Cell;
import io.sluice.api.OnEveryCell;
import io.sluice.api.Server;
import io.sluice.internal.abi.Abi;
import io.sluice.internal.loop.Counters;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/**
 * go-libp2p on gorilla/websocket 1.5.1: two layers closed the same connection, the second close met a handle that was gone, and
 * every one of them printed "use of closed network connection". Here two layers close while the peer resets.
 */
class CloseThatShoutsReplayIT {
  private static final int CONNECTIONS = 150;

  /** The upper layer of the story: it closes when its stream ends, and again when the layer below tells it. */
  private static final class TwoLayers implements ConnectionHandler {
    final AtomicInteger ends = new AtomicInteger();
    final CompletableFuture<CloseReason> closed = new CompletableFuture<>();

    @Override
    public void onData(Connection c, BufferLease data) {
      c.send(data);
    }

    @Override
    public void onInputClosed(Connection c) {
      c.close();
      c.close();
    }

    @Override
    public void onClosed(Connection c, CloseReason why) {
      ends.incrementAndGet();
      c.close();
      closed.complete(why);
    }
  }

  private static final class Lines extends Handler {
    final List<String> lines = Collections.synchronizedList(new ArrayList<>());

    @Override
    public void publish(LogRecord r) {
      lines.add(r.getMessage());
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }

  @OnEveryCell
  void aSecondCloseUnderAConcurrentErrorIsSilentAndTouchesNothing(Cell cell) throws Exception {
    Lines log = new Lines();
    Logger.getLogger("io.sluice").addHandler(log);
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    try (Server<TwoLayers> server = new Server<>(cell.group(), TwoLayers::new)) {
      CyclicBarrier barrier = new CyclicBarrier(3);
      ConcurrentLinkedQueue<CompletionStage<CloseReason>> stages = new ConcurrentLinkedQueue<>();
      AtomicReference<Connection> current = new AtomicReference<>();
      Thread[] layers = new Thread[2];
      for (int t = 0; t < layers.length; t++) {
        layers[t] =
            new Thread(
                () -> {
                  try {
                    for (int i = 0; i < CONNECTIONS; i++) {
                      barrier.await();
                      Connection c = current.get();
                      stages.add(c.close());
                      stages.add(c.close());
                      barrier.await();
                    }
                  } catch (Throwable e) {
                    thrown.compareAndSet(null, e);
                  }
                });
        layers[t].start();
      }
      for (int i = 0; i < CONNECTIONS; i++) {
        Socket s = server.client();
        TwoLayers h = Await.next(server.handlers);
        Connection c = Await.next(server.connections);
        s.getOutputStream().write(1);
        if (i % 3 != 0) {
          s.setSoLinger(true, 0);
        }
        current.set(c);
        barrier.await();
        s.close();
        barrier.await();
        CloseReason why = Await.value(h.closed);
        for (CompletionStage<CloseReason> stage : stages) {
          assertTrue(stage == c.closed());
        }
        stages.clear();
        assertEquals(why, Await.value(c.close()));
        assertEquals(1, h.ends.get());
        assertEquals(SendResult.CLOSED, c.send(ByteBuffer.allocate(1)));
      }
      for (Thread t : layers) {
        t.join();
      }
      assertEquals(null, thrown.get());
      Await.value(server.listener.close());
      var loop = server.group.loops().get(0);
      assertEquals(Counters.of(loop, Abi.CTR_OPENED), Counters.of(loop, Abi.CTR_CLOSED), "one close for each handle");
      assertEquals(0, Counters.of(loop, Abi.CTR_STALE), "no close met a handle that was gone");
    } finally {
      Logger.getLogger("io.sluice").removeHandler(log);
    }
    assertEquals(List.of(), log.lines);
  }
}
