package io.sluice.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.BufferLease;
import io.sluice.CloseReason;
import io.sluice.CloseReason.Kind;
import io.sluice.ConnectOptions;
import io.sluice.Connection;
import io.sluice.ConnectionHandler;
import io.sluice.ConnectionOptions;
import io.sluice.EventLoop;
import io.sluice.EventLoopGroup;
import io.sluice.IdleKind;
import io.sluice.IdlePolicy;
import io.sluice.ListenOptions;
import io.sluice.Listener;
import io.sluice.internal.abi.Abi;
import io.sluice.internal.loop.Counters;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** Closes at moments that are easily forgotten. */
class ClosingCornersIT {
  private static final Duration LONG = Duration.ofHours(1);
  private static final byte[] BYE = "bye".getBytes(StandardCharsets.US_ASCII);

  private static InetSocketAddress anyPort() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  }

  private static void turnUntil(EventLoop loop, BooleanSupplier condition) {
    while (!condition.getAsBoolean()) {
      loop.turn(Duration.ofSeconds(1));
    }
  }

  /** The connection opened paused in the middle of its lingering, and did not see the peer's end any more. */
  @OnEveryCell
  void closedInTheHandlerFactoryAConnectionThatOpensPausedSeesThePeersEnd(Cell cell) throws Exception {
    ConnectionOptions paused = ConnectionOptions.defaults().withReadingPaused(true).withLinger(LONG);
    try (EventLoopGroup group = cell.group()) {
      Recorder r = new Recorder();
      Listener listener =
          group.listen(
              anyPort(),
              ListenOptions.defaults().withConnections(paused),
              c -> {
                c.close();
                return r;
              });
      Await.value(listener.ready());
      try (Socket s = new Socket()) {
        s.connect(listener.addresses().get(0));
        s.getOutputStream().write(new byte[1000]);
        assertEquals(-1, s.getInputStream().read());
      }
      assertEquals(Kind.LOCAL_CLOSE, Await.value(r.closed).kind());
      assertEquals(List.of("open", "closed"), r.events);
    }
  }

  private static void sendsFromTheListenerOfAnEmptySend(Cell cell, Consumer<Connection> end) throws Exception {
    CompletableFuture<Boolean> taken = new CompletableFuture<>();
    class Sending extends Recorder {
      @Override
      public void onOpen(Connection c) {
        super.onOpen(c);
        c.send(ByteBuffer.allocate(0), (x, failure) -> taken.complete(c.send(ByteBuffer.wrap(BYE)).accepted()));
        end.accept(c);
      }
    }
    try (Server<Sending> server = new Server<>(cell.group(), Sending::new)) {
      Sending r;
      try (Socket s = server.client()) {
        String got = new String(s.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        assertEquals(Await.value(taken) ? "bye" : "", got);
        r = Await.next(server.handlers);
      }
      CloseReason why = Await.value(r.closed);
      assertTrue(why.isExpected(), why.toString());
      assertEquals(0, why.bytesUnsent());
    }
  }

  /** The listener is called by the close itself; what it sent was taken and never submitted. */
  @OnEveryCell
  void whatAListenerSendsWhileTheCloseBeginsIsSentOrRefused(Cell cell) throws Exception {
    sendsFromTheListenerOfAnEmptySend(cell, Connection::close);
  }

  /** The same, submitted behind the FIN: the connection failed with EPIPE. */
  @OnEveryCell
  void whatAListenerSendsWhileTheOutputEndsIsSentOrRefused(Cell cell) throws Exception {
    sendsFromTheListenerOfAnEmptySend(cell, Connection::shutdownOutput);
  }

  /** The kept data held its buffers until all of our own data was sent. */
  @OnEveryCell
  void aCloseAfterThePeersEndGivesKeptDataBackAtOnce(Cell cell) throws Exception {
    class Pausing extends Recorder {
      final CompletableFuture<Void> ending = new CompletableFuture<>();

      @Override
      public void onData(Connection c, BufferLease lease) {
        c.pauseReading();
      }

      @Override
      public void onInputEnding(Connection c) {
        ending.complete(null);
      }
    }
    ConnectionOptions options = ConnectionOptions.defaults().withLinger(LONG);
    try (Server<Pausing> server =
        new Server<>(
            cell.builder().receiveBuffers(512, 64).build(), ListenOptions.defaults().withConnections(options),
            Pausing::new)) {
      server.listener.pause();
      try (Socket s = server.client(4096)) {
        s.getOutputStream().write(new byte[4 << 10]);
        s.shutdownOutput(); // All of it is there when the connection is accepted.
        server.listener.resume();
        Pausing r = Await.next(server.handlers);
        Connection c = Await.value(r.opened);
        Await.value(r.ending);
        while (c.send(ByteBuffer.allocate(64 << 10)).accepted()) {
          Await.on(c.loop(), () -> null);
        }
        c.close();
        Await.until("no buffer is out", () -> Counters.of(c.loop(), Abi.CTR_BUFFERS_OUT) == 0);
        assertTrue(!r.closed.isDone(), "our own data is still on its way");
        c.abort();
        Await.value(r.closed);
      }
    }
  }

  /** Its stage was completed past the attempt, whose handler was then called all the same. */
  @OnEveryEngine
  void aConnectWhoseStageIsCompletedByATaskIsGivenUp(Cell cell) throws Exception {
    try (EventLoopGroup group = cell.builder().callerDriven().build();
        ServerSocket peer = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      EventLoop loop = group.loops().get(0);
      Recorder r = new Recorder();
      CompletableFuture<Connection> f =
          group.connect(peer.getLocalSocketAddress(), ConnectOptions.defaults(), r).toCompletableFuture();
      loop.execute(() -> f.completeAsync(() -> null, Runnable::run)); // The attempt has begun just before.
      while (loop.turn(Duration.ofMillis(20))) {}
      assertTrue(f.isDone());
      assertEquals(List.of(), r.events);
      assertEquals(0, group.connections().count());
    }
  }

  /** Where a turn was slow the abort came before the engine was entered once. */
  @OnEveryEngine
  void aShutdownWithoutGraceStillHandsToTheKernelWhatItTakes(Cell cell) throws Exception {
    EventLoopGroup group = cell.builder().callerDriven().build();
    EventLoop loop = group.loops().get(0);
    BlockingQueue<Connection> connections = new LinkedBlockingQueue<>();
    Listener listener =
        group.listen(
            anyPort(),
            ListenOptions.defaults(),
            c -> {
              connections.add(c);
              return (ConnectionHandler) (x, data) -> {};
            });
    turnUntil(loop, () -> !listener.addresses().isEmpty());
    try (Socket s = new Socket()) {
      s.connect(listener.addresses().get(0));
      turnUntil(loop, () -> !connections.isEmpty());
      connections.take().send(ByteBuffer.wrap(BYE));
      CompletableFuture<EventLoopGroup.ShutdownReport> end = group.shutdown(Duration.ZERO).toCompletableFuture();
      long slow = System.nanoTime() + 5_000_000;
      loop.execute(
          () -> {
            while (System.nanoTime() < slow) {
              Thread.onSpinWait();
            }
          });
      turnUntil(loop, end::isDone);
      assertEquals("bye", new String(s.getInputStream().readAllBytes(), StandardCharsets.US_ASCII));
      assertEquals(new EventLoopGroup.ShutdownReport(1, 0, 0, 0), end.join());
    }
  }

  /** The kernel had the memory in use until the peer took the data, so the end of a timed-out connection never came. */
  @OnEveryCell
  void aTimeoutEndsAConnectionWhoseZeroCopySendThePeerDoesNotTake(Cell cell) throws Exception {
    ConnectionOptions options =
        ConnectionOptions.defaults()
            .withZeroCopyThreshold(1 << 10)
            .withIdle(IdlePolicy.none().withClose(IdleKind.READ, Duration.ofMillis(100)));
    try (Server<Recorder> server =
            new Server<>(cell.group(), ListenOptions.defaults().withConnections(options), Recorder::new);
        Socket s = server.client(4096)) {
      Recorder r = Await.next(server.handlers);
      Connection c = Await.value(r.opened);
      while (c.send(ByteBuffer.allocate(64 << 10)).accepted()) {
        Await.on(c.loop(), () -> null);
      }
      assertEquals(Kind.IDLE_TIMEOUT, Await.value(r.closed).kind());
    }
  }
}
