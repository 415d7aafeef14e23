package io.sluice.internal.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.Connection;
import io.sluice.EventLoop;
import io.sluice.EventLoopGroup;
import io.sluice.ListenOptions;
import io.sluice.ListenOptions.Distribution;
import io.sluice.Listener;
import io.sluice.ListenerState;
import io.sluice.api.Await;
import io.sluice.api.Cell;
import io.sluice.api.OnEveryCell;
import io.sluice.api.Recorder;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;

/** The sockets of a listener open one after the other; none of them serves anybody before all of them listen. */
class ShardedStartIT {
  /** One socket listens, the other's loop is held up, and a client is connected. */
  private static final class HalfStarted implements AutoCloseable {
    final EventLoopGroup group;
    final Listener listener;
    final Socket client;
    final CountDownLatch heldUp = new CountDownLatch(1);
    /** What {@code ready()} said when a connection was given to the handler factory. */
    final Queue<Boolean> served = new ConcurrentLinkedQueue<>();

    HalfStarted(Cell cell) throws Exception {
      group = cell.builder().threads(2).build();
      group.loops().get(1).execute(this::hold);
      InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), freePort());
      Function<Connection, Recorder> factory = this::serve;
      listener = group.listen(address, ListenOptions.defaults().withDistribution(Distribution.SHARDED), factory);
      client = connect(address);
      client.getOutputStream().write(7);
    }

    private Recorder serve(Connection c) {
      served.add(listener != null && listener.ready().toCompletableFuture().isDone());
      return new Recorder.Echo();
    }

    private void hold() {
      try {
        heldUp.await();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }

    private static int freePort() throws IOException {
      try (ServerSocket s = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
        return s.getLocalPort();
      }
    }

    /** The first socket listens a moment after {@code listen} returned. */
    private static Socket connect(InetSocketAddress address) throws IOException {
      Socket[] s = new Socket[1];
      Await.until("a socket listens", () -> {
        try {
          s[0] = new Socket(address.getAddress(), address.getPort());
          return true;
        } catch (ConnectException notYet) {
          return false;
        } catch (IOException e) {
          throw new AssertionError(e);
        }
      });
      s[0].setSoTimeout((int) Await.LIMIT_SECONDS * 1000);
      return s[0];
    }

    void expectNobodyServed() {
      EventLoop first = group.loops().get(0);
      for (int i = 0; i < 20; i++) { // Turns in which a socket that accepts would have done so.
        Await.on(first, () -> null);
      }
      assertEquals(ListenerState.STARTING, listener.state());
      assertFalse(listener.ready().toCompletableFuture().isDone());
      assertTrue(served.isEmpty(), "served while the listener was starting");
    }

    void expectTheClientIsTurnedAway() {
      try {
        assertEquals(-1, client.getInputStream().read());
      } catch (SocketTimeoutException nothing) {
        throw new AssertionError("the client was not told", nothing);
      } catch (IOException reset) {
        // The kernel's answer to a connection in the backlog of a socket that was closed.
      }
      assertTrue(served.isEmpty(), "a listener that never was ready has served somebody");
    }

    @Override
    public void close() throws Exception {
      heldUp.countDown();
      client.close();
      group.close();
    }
  }

  @OnEveryCell
  void nobodyIsServedBeforeTheListenerIsReady(Cell cell) throws Exception {
    try (HalfStarted h = new HalfStarted(cell)) {
      h.expectNobodyServed();
      h.heldUp.countDown();
      Await.value(h.listener.ready());
      assertEquals(7, h.client.getInputStream().read(), "the connection waited in the backlog");
      assertEquals(List.of(true), List.copyOf(h.served));
    }
  }

  @OnEveryCell
  void aListenerThatIsClosedWhileStartingHasServedNobody(Cell cell) throws Exception {
    try (HalfStarted h = new HalfStarted(cell)) {
      h.expectNobodyServed();
      h.listener.close();
      h.heldUp.countDown();
      h.expectTheClientIsTurnedAway();
      Await.value(h.listener.close());
      Await.failure(h.listener.ready());
    }
  }

  @OnEveryCell
  void aListenerWhoseLaterSocketFailsHasServedNobody(Cell cell) throws Exception {
    try (HalfStarted h = new HalfStarted(cell)) {
      h.expectNobodyServed();
      Loop second = (Loop) h.group.loops().get(1);
      second.shutdown().begin(0); // It is held up: nobody else looks at its state.
      h.heldUp.countDown();
      Await.failure(h.listener.ready());
      h.expectTheClientIsTurnedAway();
      assertEquals(ListenerState.CLOSED, h.listener.state());
      assertTrue(h.listener.addresses().isEmpty());
    }
  }
}
