package io.sluice.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.CloseReason.Kind;
import io.sluice.Connection;
import io.sluice.ConnectionOptions;
import io.sluice.EventLoop;
import io.sluice.EventLoopGroup;
import io.sluice.FileRegion;
import io.sluice.ListenOptions;
import io.sluice.Listener;
import io.sluice.SendResult;
import io.sluice.TransportOption;
import java.io.IOException;
import java.net.Socket;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** Calls at awkward moments: inside callbacks, before something is ready, all at once. */
class ReentranceIT {
  private static final byte[] NOTHING = {};
  private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

  @OnEveryEngine
  void aSendListenerThatAbortsInsideCloseEndsTheConnectionOnce(Cell cell) throws Exception {
    try (Server<Recorder> server = new Server<>(cell.group(), Recorder::new);
        Socket s = server.client()) {
      Recorder r = Await.next(server.handlers);
      Connection c = Await.value(r.opened);
      Await.on(
          c.loop(),
          () -> {
            c.send(ByteBuffer.wrap(NOTHING), (connection, failure) -> connection.abort());
            return c.close();
          });
      assertEquals(Kind.LOCAL_ABORT, Await.value(r.closed).kind(), "the first cause wins");
      assertFalse(r.fault.isDone());
    }
  }

  @OnEveryEngine
  void turnAndCloseInsideATurnNeitherRunNorWait(Cell cell) throws Exception {
    try (EventLoopGroup group = cell.builder().callerDriven().build()) {
      EventLoop loop = group.loops().get(0);
      CompletableFuture<String> refused = new CompletableFuture<>();
      AtomicInteger order = new AtomicInteger();
      loop.execute(
          () -> {
            refused.complete(
                assertThrows(IllegalStateException.class, () -> loop.turn(Duration.ZERO)).getMessage());
            group.close();
            order.compareAndSet(0, 1);
          });
      loop.execute(() -> order.compareAndSet(0, 2));
      loop.turn(Duration.ZERO);
      assertTrue(refused.getNow("").contains("in a turn"), refused.getNow("the task did not run"));
      assertEquals(1, order.get(), "tasks run one after the other");
    }
  }

  @OnEveryEngine
  void oneBufferSeveralTimesInAMessageIsSentSeveralTimes(Cell cell) throws Exception {
    try (Server<Recorder> server = new Server<>(cell.group(), Recorder::new);
        Socket s = server.client()) {
      Connection c = Await.value(Await.next(server.handlers).opened);
      ByteBuffer line = ByteBuffer.wrap("ab".getBytes(StandardCharsets.US_ASCII));
      ByteBuffer end = ByteBuffer.wrap("\r\n".getBytes(StandardCharsets.US_ASCII));
      assertTrue(Await.on(c.loop(), () -> c.send(new ByteBuffer[] {line, end, line, end})).accepted());
      assertEquals("ab\r\nab\r\n", new String(s.getInputStream().readNBytes(8), StandardCharsets.US_ASCII));
      assertFalse(line.hasRemaining() || end.hasRemaining());
      Await.until("nothing is pending", () -> c.pendingSendBytes() == 0);
    }
  }

  @OnEveryEngine
  void moreFilesOfAnotherThreadThanMayBeQueuedAreRejectedNotFatal(Cell cell) throws Exception {
    Path file = Files.createTempFile("sluice", ".data");
    try (Server<Recorder> server = new Server<>(cell.group(), Recorder::new);
        Socket s = server.client()) {
      Files.write(file, new byte[100]);
      Recorder r = Await.next(server.handlers);
      Connection c = Await.value(r.opened);
      CountDownLatch go = new CountDownLatch(1);
      c.loop().execute(() -> awaitUninterrupted(go));
      int accepted = 0;
      boolean rejected = false;
      for (int i = 0; i < 40; i++) {
        SendResult result = c.send(new FileRegion(file, 0, 100), null);
        accepted += result.accepted() ? 1 : 0;
        rejected |= result == SendResult.REJECTED;
      }
      go.countDown();
      assertTrue(rejected);
      assertEquals(accepted * 100, s.getInputStream().readNBytes(accepted * 100).length);
      Await.until("nothing is pending", () -> c.pendingSendBytes() == 0);
      assertTrue(c.send(new FileRegion(file, 0, 100), null).accepted(), "room again, and still open");
    } finally {
      Files.delete(file);
    }
  }

  private static void awaitUninterrupted(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @OnEveryEngine
  void aUnixListenerClosedBeforeItIsReadyLeavesNoFile(Cell cell) throws Exception {
    Path folder = Files.createTempDirectory("slu");
    Path path = folder.resolve("s");
    try (EventLoopGroup group = cell.builder().callerDriven().build()) {
      EventLoop loop = group.loops().get(0);
      Listener l = group.listen(UnixDomainSocketAddress.of(path), ListenOptions.defaults(), c -> new Recorder());
      // The first turn submits LISTEN and closes behind it, before the completion was seen.
      CompletableFuture<Listener> closed = l.close().toCompletableFuture();
      while (!closed.isDone()) {
        loop.turn(Duration.ofSeconds(1));
      }
      assertFalse(Files.exists(path), path + " was left behind");
    } finally {
      Files.deleteIfExists(path);
      Files.delete(folder);
    }
  }

  @OnEveryEngine
  void resumeReadingInTheHandlerFactoryIsNotForgotten(Cell cell) throws Exception {
    Recorder r = new Recorder();
    try (EventLoopGroup group = cell.group()) {
      Listener l =
          group.listen(
              new java.net.InetSocketAddress(java.net.InetAddress.getLoopbackAddress(), 0),
              ListenOptions.defaults().withConnections(ConnectionOptions.defaults().withReadingPaused(true)),
              c -> {
                c.resumeReading();
                return r;
              });
      Await.value(l.ready());
      try (Socket s = new Socket()) {
        s.connect(l.addresses().get(0));
        s.getOutputStream().write('x');
        Await.until("data arrived", () -> r.bytes() == 1);
      }
    }
  }

  @OnEveryEngine
  void onWritableComesAfterARejectionAlthoughNothingWasSaturatedBefore(Cell cell) throws Exception {
    ConnectionOptions narrow =
        ConnectionOptions.defaults().with(TransportOption.SO_SNDBUF, 4096).withSendBounds(8 << 10, 128 << 10, 128 << 10);
    try (Server<Recorder> server =
            new Server<>(cell.group(), ListenOptions.defaults().withConnections(narrow), Recorder::new);
        Socket s = server.client(4096)) {
      Recorder r = Await.next(server.handlers);
      Connection c = Await.value(r.opened);
      assertEquals(SendResult.QUEUED, Await.on(c.loop(), () -> c.send(ByteBuffer.allocate(100 << 10))));
      CompletableFuture<SendResult> second = new CompletableFuture<>();
      // A turn later: the first one is on its way, and the loop sleeps when this task has run.
      c.loop().schedule(Duration.ofMillis(20), () -> second.complete(c.send(ByteBuffer.allocate(100 << 10))));
      assertEquals(SendResult.REJECTED, Await.value(second));
      s.getInputStream().readNBytes(100 << 10);
      Await.until("onWritable was called", () -> r.events.contains("writable"));
    }
  }

  @OnEveryEngine
  void aThreadFactoryThatThrowsLeavesNoLoopBehind(Cell cell) throws Exception {
    Assumptions.assumeTrue(Files.isDirectory(DESCRIPTORS), "open descriptors are counted in " + DESCRIPTORS);
    cell.group().close(); // What the first group of a process opens for good is open now.
    long before = kernelObjects();
    AtomicInteger made = new AtomicInteger();
    EventLoopGroup.Builder builder =
        cell.builder()
            .threads(2)
            .threadFactory(
                task -> {
                  if (made.getAndIncrement() == 1) {
                    throw new IllegalStateException("no more threads");
                  }
                  return new Thread(task);
                });
    assertEquals("no more threads", assertThrows(IllegalStateException.class, builder::build).getMessage());
    assertEquals(before, kernelObjects());
  }

  /** Rings, epoll sets and bells that are open. */
  private static long kernelObjects() throws IOException {
    try (Stream<Path> all = Files.list(DESCRIPTORS)) {
      return all.filter(ReentranceIT::isKernelObject).count();
    }
  }

  private static boolean isKernelObject(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).toString().contains("anon_inode");
    } catch (IOException e) {
      return false; // Closed meanwhile, or the one that lists the folder.
    }
  }
}
