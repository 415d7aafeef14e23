package io.sluice.api;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.BufferLease;
import io.sluice.CloseReason.Kind;
import io.sluice.ConnectOptions;
import io.sluice.Connection;
import io.sluice.ConnectionHandler;
import io.sluice.EventLoopGroup;
import io.sluice.FileRegion;
import io.sluice.LoopMetric;
import io.sluice.LoopStats;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.io.TempDir;

/** What a loop says that it has counted is what happened. */
class StatsIT {
  @OnEveryCell
  void trafficIsCountedInMessagesAndBytes(Cell cell) throws Exception {
    try (Server<Recorder.Echo> server = new Server<>(cell.group(), Recorder.Echo::new);
        Socket s = server.client()) {
      byte[] b = new byte[100];
      for (int i = 0; i < 50; i++) {
        s.getOutputStream().write(b);
        assertArrayEquals(b, s.getInputStream().readNBytes(b.length));
      }
      Await.on(server.group.loops().get(0), () -> null);
      LoopStats stats = server.group.loops().get(0).stats();
      assertEquals(1, stats.value(LoopMetric.CONNECTIONS_LIVE));
      assertEquals(1, stats.value(LoopMetric.CONNECTIONS_ACCEPTED));
      assertEquals(50, stats.value(LoopMetric.MESSAGES_RECEIVED), 5, stats::toString);
      assertEquals(stats.value(LoopMetric.MESSAGES_RECEIVED), stats.value(LoopMetric.MESSAGES_SENT));
      assertEquals(5000, stats.value(LoopMetric.BYTES_RECEIVED));
      assertEquals(5000, stats.value(LoopMetric.BYTES_SENT));
      assertEquals(0, stats.value(LoopMetric.SEND_BYTES_PENDING), stats::toString);
      assertTrue(stats.value(LoopMetric.TURNS) > 0);
      assertTrue(stats.value(LoopMetric.TURN_TIME) > 0, "the first turn is always measured");
      assertTrue(stats.value(LoopMetric.TASKS) > 0);
      assertTrue(stats.value(LoopMetric.TASK_BATCHES) <= stats.value(LoopMetric.TASKS), stats::toString);
      assertTrue(stats.meanTaskDelay().compareTo(Duration.ZERO) > 0);
      assertEquals(0, stats.value(LoopMetric.STALE_COMPLETIONS));
      assertEquals(0, stats.value(LoopMetric.INVALID_SUBMISSIONS));
      if (!cell.isNio()) {
        assertTrue(stats.value(LoopMetric.SYSCALLS) > 0);
      }
    }
  }

  @OnEveryCell
  void endsAreCountedByKind(Cell cell) throws Exception {
    try (Server<Recorder> server = new Server<>(cell.group(), Recorder::new)) {
      server.client().close();
      assertEquals(Kind.PEER_CLOSE, Await.value(Await.next(server.handlers).closed).kind());
      Socket reset = server.client();
      Recorder hit = Await.next(server.handlers);
      Await.value(hit.opened);
      reset.setSoLinger(true, 0);
      reset.close();
      assertEquals(Kind.PEER_RESET, Await.value(hit.closed).kind());
      try (Socket kept = server.client()) {
        Recorder aborted = Await.next(server.handlers);
        Await.value(Await.value(aborted.opened).abort());
        LoopStats stats = server.group.stats();
        assertEquals(1, stats.closes(Kind.PEER_CLOSE));
        assertEquals(1, stats.closes(Kind.PEER_RESET));
        assertEquals(1, stats.closes(Kind.LOCAL_ABORT));
        assertEquals(1, stats.unexpectedCloses());
        assertEquals(3, stats.value(LoopMetric.CONNECTIONS_CLOSED));
        assertEquals(3, stats.value(LoopMetric.CONNECTIONS_ACCEPTED));
        assertEquals(0, stats.value(LoopMetric.CONNECTIONS_LIVE));
      }
    }
  }

  @OnEveryCell
  void connectsAreCountedAndSoAreTheirFailures(Cell cell) throws Exception {
    try (RefusingPort nobody = new RefusingPort();
        Server<Recorder.Echo> server = new Server<>(cell.group(), Recorder.Echo::new)) {
      Await.value(server.group.connect(server.address(), ConnectOptions.defaults(), new Recorder()));
      Await.failure(
          server.group.connect(nobody.address(), ConnectOptions.defaults(), new Recorder()));
      LoopStats stats = server.group.stats();
      assertEquals(1, stats.value(LoopMetric.CONNECTIONS_CONNECTED));
      assertEquals(1, stats.value(LoopMetric.CONNECTS_FAILED));
      Await.until("both ends are open", () -> server.group.stats().value(LoopMetric.CONNECTIONS_LIVE) == 2);
    }
  }

  @OnEveryCell
  void pendingBytesAreSeenAndGoWithTheirConnection(Cell cell, @TempDir Path folder) throws Exception {
    Path file = Files.write(folder.resolve("data"), new byte[300_000]);
    try (Server<Recorder> server = new Server<>(cell.group(), Recorder::new)) {
      Socket s = server.client(4096);
      Connection c = Await.value(Await.next(server.handlers).opened);
      CompletableFuture<Void> fileEnded = new CompletableFuture<>();
      Await.on(c.loop(), () -> c.send(new FileRegion(file, 0, 300_000), (x, failure) -> fileEnded.complete(null)));
      while (c.send(ByteBuffer.allocate(100_000)).accepted()) {
        Await.on(c.loop(), () -> null);
      }
      long pending = c.pendingSendBytes();
      assertTrue(pending > 0);
      // The engine counts what it sends when it sends it, the connection when it hears of it.
      long counted = server.group.stats().value(LoopMetric.SEND_BYTES_PENDING);
      assertTrue(counted > 0 && counted <= pending, counted + " of " + pending);
      Await.value(c.abort());
      Await.value(fileEnded);
      assertEquals(0, server.group.stats().value(LoopMetric.SEND_BYTES_PENDING), () -> server.group.stats().toString());
      s.close();
    }
  }

  /** They were counted as lost and had never been counted as taken: pending bytes of others were missing from then on. */
  @OnEveryCell
  void bytesOfAnotherThreadThatComeTooLateAreNotTakenFromThePendingOfOthers(Cell cell) throws Exception {
    int lost = 4 << 20;
    try (Server<Recorder> server = new Server<>(cell.group(), Recorder::new);
        Socket s = server.client();
        Socket slow = server.client(4096)) {
      Connection c = Await.value(Await.next(server.handlers).opened);
      Connection stuck = Await.value(Await.next(server.handlers).opened);
      Await.on(
          c.loop(),
          () -> {
            CompletableFuture.runAsync(() -> assertTrue(c.send(ByteBuffer.allocate(lost)).accepted())).join();
            return c.abort();
          });
      assertEquals(lost, Await.value(c.closed()).bytesUnsent());
      while (stuck.send(ByteBuffer.allocate(100_000)).accepted()) {
        Await.on(c.loop(), () -> null);
      }
      long counted = server.group.stats().value(LoopMetric.SEND_BYTES_PENDING);
      assertTrue(counted > 0 && counted <= stuck.pendingSendBytes(), counted + " of " + stuck.pendingSendBytes());
    }
  }

  @OnEveryEngine
  void aConnectThatIsGivenUpBeforeItBeginsCountsAsFailed(Cell cell) {
    try (EventLoopGroup group = cell.builder().callerDriven().build()) {
      group.connect(new InetSocketAddress("127.0.0.1", 1), ConnectOptions.defaults(), new Recorder())
          .toCompletableFuture().cancel(false);
      group.loops().get(0).turn(Duration.ZERO);
      assertEquals(1, group.stats().value(LoopMetric.CONNECTS_FAILED));
    }
  }

  @OnEveryCell
  void retainedLeasesAreCountedUntilTheyAreReleasedOrSent(Cell cell) throws Exception {
    BlockingQueue<BufferLease> leases = new LinkedBlockingQueue<>();
    ConnectionHandler keeper = (c, lease) -> leases.add(lease.retain());
    try (Server<ConnectionHandler> server = new Server<>(cell.group(), () -> keeper);
        Socket s = server.client()) {
      Connection c = Await.next(server.connections);
      s.getOutputStream().write(1);
      BufferLease first = Await.next(leases);
      s.getOutputStream().write(2);
      BufferLease second = Await.next(leases);
      assertEquals(2, server.group.stats().value(LoopMetric.LEASES_RETAINED));
      Await.until("buffers are out", () -> server.group.stats().value(LoopMetric.BUFFERS_OUT) >= 2);
      c.send(first);
      assertEquals(1, s.getInputStream().read());
      second.release();
      Await.until("both are back", () -> server.group.stats().value(LoopMetric.LEASES_RETAINED) == 0);
      Await.until(
          "the engine has its buffers",
          () -> {
            server.group.loops().get(0).execute(() -> {});
            return server.group.stats().value(LoopMetric.BUFFERS_OUT) == 0;
          });
    }
  }

  @OnEveryCell
  void theGroupIsTheSumOfItsLoopsAlsoAfterItsEnd(Cell cell) throws Exception {
    EventLoopGroup group = cell.builder().threads(2).build();
    try (Server<Recorder.Echo> server = new Server<>(group, Recorder.Echo::new)) {
      for (int i = 0; i < 8; i++) {
        try (Socket s = server.client()) {
          s.getOutputStream().write(i);
          assertEquals(i, s.getInputStream().read());
        }
      }
    }
    LoopStats sum = group.stats();
    LoopStats again = group.stats();
    long loops = 0;
    for (var loop : group.loops()) {
      loops += loop.stats().value(LoopMetric.CONNECTIONS_ACCEPTED);
    }
    assertEquals(8, loops);
    assertEquals(8, sum.value(LoopMetric.CONNECTIONS_ACCEPTED));
    assertEquals(8, sum.value(LoopMetric.CONNECTIONS_CLOSED));
    assertEquals(0, sum.value(LoopMetric.CONNECTIONS_LIVE));
    assertEquals(sum.value(LoopMetric.HANDLES_OPENED), sum.value(LoopMetric.HANDLES_CLOSED));
    assertEquals(0, again.minus(sum).value(LoopMetric.TURNS));
    assertEquals(2, sum.loops());
    assertEquals(cell.engine(), sum.engine());
  }

  @OnEveryEngine
  void manyThreadsReadWhileTheLoopCounts(Cell cell) throws Exception {
    try (Server<Recorder.Echo> server = new Server<>(cell.group(), Recorder.Echo::new);
        Socket s = server.client()) {
      CompletableFuture<Void> stop = new CompletableFuture<>();
      CompletableFuture<?>[] readers = new CompletableFuture<?>[4];
      for (int i = 0; i < readers.length; i++) {
        readers[i] =
            CompletableFuture.runAsync(
                () -> {
                  LoopStats before = server.group.stats();
                  while (!stop.isDone()) {
                    LoopStats now = server.group.stats();
                    for (LoopMetric m : LoopMetric.values()) {
                      long change = now.value(m) - before.value(m);
                      assertTrue(m.type() == LoopMetric.Type.GAUGE || change >= 0, m + " went back by " + -change);
                    }
                    before = now;
                  }
                },
                task -> new Thread(task).start());
      }
      for (int i = 0; i < 3000; i++) {
        s.getOutputStream().write(i);
        assertEquals(i & 0xff, s.getInputStream().read());
      }
      stop.complete(null);
      for (CompletableFuture<?> r : readers) {
        Await.value(r);
      }
    }
  }
}
