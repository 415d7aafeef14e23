package io.sluice.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.BufferLease;
import io.sluice.CloseReason;
import io.sluice.CloseReason.Kind;
import io.sluice.Connection;
import io.sluice.ConnectionOptions;
import io.sluice.EventLoop;
import io.sluice.EventLoopGroup;
import io.sluice.EventLoopGroup.ShutdownReport;
import io.sluice.FileRegion;
import io.sluice.ListenOptions;
import io.sluice.Listener;
import io.sluice.SendResult;
import io.sluice.TransportOption;
import io.sluice.internal.abi.Abi;
import io.sluice.internal.loop.Counters;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Tag;

/** A close in good order waits for the peer's end, so that the kernel's answer to unread input does not destroy what was sent. */
class LingerIT {
  private static final Duration LONG = Duration.ofHours(1);
  private static final Duration SHORT = Duration.ofMillis(100);
  private static final int SMALL_BUFFER = 4096;
  private static final int SLOW_BYTES = 1 << 20;
  private static final byte[] BYE = "bye".getBytes(StandardCharsets.US_ASCII);

  private static ListenOptions linger(Duration d) {
    return ListenOptions.defaults().withConnections(ConnectionOptions.defaults().withLinger(d));
  }

  private static Server<Recorder> server(Cell cell, Duration linger) {
    return new Server<>(cell.group(), linger(linger), Recorder::new);
  }

  private static Connection fill(Connection c) {
    while (c.send(ByteBuffer.allocate(64 << 10)).accepted()) {
      Await.on(c.loop(), () -> null);
    }
    return c;
  }

  @OnEveryCell
  void whatWasSentReachesAPeerThatStillSends(Cell cell) throws Exception {
    int answer = 512 << 10;
    class Answer extends Recorder {
      @Override
      public void onData(Connection c, BufferLease lease) {
        super.onData(c, lease);
        c.send(ByteBuffer.allocate(answer));
        c.close();
      }
    }
    try (Server<Answer> server = new Server<>(cell.group(), linger(LONG), Answer::new);
        Socket s = server.client(SMALL_BUFFER)) {
      s.getOutputStream().write(1);
      Answer r = Await.next(server.handlers);
      Connection c = Await.value(r.opened);
      Await.until("the close began", () -> !c.isOpen());
      s.getOutputStream().write(new byte[100 << 10]);
      assertEquals(answer, s.getInputStream().readAllBytes().length);
      assertFalse(r.closed.isDone(), "the peer has not ended its direction");
      assertEquals(SendResult.CLOSED, c.send(ByteBuffer.wrap(BYE)));
      s.shutdownOutput();
      CloseReason why = Await.value(r.closed);
      assertEquals(Kind.LOCAL_CLOSE, why.kind());
      assertEquals(0, why.bytesUnsent());
      assertEquals(List.of("open", "data", "closed"), r.events, "no callback for the peer's end");
      assertEquals(1, r.bytes(), "what came after the close is thrown away");
    }
  }

  @OnEveryCell
  void aPausedConnectionReadsAgainAndGivesItsBuffersBack(Cell cell) throws Exception {
    class Pausing extends Recorder {
      @Override
      public void onData(Connection c, BufferLease lease) {
        c.pauseReading();
      }
    }
    try (Server<Pausing> server =
            new Server<>(cell.builder().receiveBuffers(512, 64).build(), linger(LONG), Pausing::new);
        Socket s = server.client()) {
      s.getOutputStream().write(new byte[8 << 10]);
      Pausing r = Await.next(server.handlers);
      Connection c = Await.value(r.opened);
      Await.until("paused", c::isReadingPaused);
      c.send(ByteBuffer.wrap(BYE));
      CompletionStage<CloseReason> stage = c.close();
      Await.until("no buffer is out", () -> Counters.of(c.loop(), Abi.CTR_BUFFERS_OUT) == 0);
      s.getOutputStream().write(new byte[64 << 10]);
      assertEquals("bye", new String(s.getInputStream().readAllBytes(), StandardCharsets.US_ASCII));
      assertFalse(stage.toCompletableFuture().isDone());
      s.close();
      assertEquals(Kind.LOCAL_CLOSE, Await.value(stage).kind());
      assertEquals(List.of("open", "closed"), r.events);
    }
  }

  @OnEveryCell
  void aPeerThatSaysNothingIsLeftWhenEverythingWasAcknowledged(Cell cell) throws Exception {
    try (Server<Recorder> server = server(cell, SHORT);
        Socket s = server.client()) {
      Connection c = Await.value(Await.next(server.handlers).opened);
      c.send(ByteBuffer.wrap(BYE));
      assertEquals(Kind.LOCAL_CLOSE, Await.value(c.close()).kind());
      assertEquals("bye", new String(s.getInputStream().readAllBytes(), StandardCharsets.US_ASCII));
    }
  }

  @OnEveryCell
  void aPeerThatDoesNotReadIsResetAtTheDeadline(Cell cell) throws Exception {
    try (Server<Recorder> server = server(cell, SHORT);
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
    try (Server<Recorder> server = server(cell, SHORT);
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
    try (Server<Recorder> server = server(cell, LONG);
        Socket s = server.client()) {
      Connection c = Await.value(Await.next(server.handlers).opened);
      Thread flood = flood(s);
      assertEquals(Kind.LOCAL_CLOSE, Await.value(c.close()).kind());
      flood.join();
    }
  }

  @OnEveryEngine
  void aFloodBeyondTheLimitIsHeldUpWhileOurDataIsStillOnItsWay(Cell cell) throws Exception {
    try (Server<Recorder> server = server(cell, LONG);
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
  void abortOvertakesAndASecondCloseReturnsTheSameStage(Cell cell) throws Exception {
    try (Server<Recorder> server = server(cell, LONG);
        Socket s = server.client();
        Socket second = server.client()) {
      Connection c = Await.value(Await.next(server.handlers).opened);
      CompletionStage<CloseReason> stage = c.close();
      assertSame(stage, c.close());
      assertSame(stage, c.close(LONG));
      assertSame(stage, Await.on(c.loop(), c::close));
      assertEquals(Kind.LOCAL_CLOSE, c.closeReason().kind());
      assertEquals(-1, s.getInputStream().read(), "our end has come");
      assertFalse(stage.toCompletableFuture().isDone());
      assertSame(stage, c.abort());
      assertEquals(Kind.LOCAL_ABORT, Await.value(stage).kind());
      Connection d = Await.value(Await.next(server.handlers).opened);
      d.close();
      assertEquals(Kind.LOCAL_CLOSE, Await.value(d.close(SHORT)).kind(), "a deadline shortens a close under way");
    }
  }

  @OnEveryCell
  void aResetAfterEverythingWasAcknowledgedChangesNothing(Cell cell) throws Exception {
    try (Server<Recorder> server = server(cell, LONG);
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
    try (Server<Recorder> server = server(cell, LONG)) {
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

  @OnEveryCell
  void anOutputThatWasEndedBeforeIsNotEndedAgain(Cell cell) throws Exception {
    try (Server<Recorder> server = server(cell, LONG);
        Socket s = server.client()) {
      Recorder r = Await.next(server.handlers);
      Connection c = Await.value(r.opened);
      c.shutdownOutput();
      assertEquals(-1, s.getInputStream().read());
      c.close();
      s.getOutputStream().write(new byte[100]);
      s.close();
      assertEquals(Kind.LOCAL_CLOSE, Await.value(r.closed).kind());
    }
  }

  @OnEveryCell
  void withoutLingerTheKernelIsLeftToFinish(Cell cell) throws Exception {
    try (Server<Recorder> server = server(cell, Duration.ZERO);
        Socket s = server.client()) {
      Connection c = Await.value(Await.next(server.handlers).opened);
      assertEquals(Kind.LOCAL_CLOSE, Await.value(c.close()).kind(), "although the peer's end has not come");
      assertEquals(-1, s.getInputStream().read());
    }
  }

  @OnEveryCell
  void closingInTheFirstAndInEveryOtherCallbackSendsEverything(Cell cell) throws Exception {
    class Greeter extends Recorder {
      @Override
      public void onOpen(Connection c) {
        super.onOpen(c);
        c.send(ByteBuffer.wrap(BYE));
        c.close();
      }
    }
    try (Server<Greeter> server = new Server<>(cell.group(), linger(LONG), Greeter::new);
        Socket s = server.client()) {
      s.getOutputStream().write(new byte[1000]);
      assertEquals("bye", new String(s.getInputStream().readAllBytes(), StandardCharsets.US_ASCII));
      s.close();
      Greeter r = Await.next(server.handlers);
      assertEquals(Kind.LOCAL_CLOSE, Await.value(r.closed).kind());
      assertEquals(List.of("open", "closed"), r.events);
    }
  }

  @OnEveryCell
  void aUnixPeerWithUnreadInputOnOurSideSeesTheEndAndNoReset(Cell cell) throws Exception {
    Path folder = Files.createTempDirectory("slu");
    UnixDomainSocketAddress address = UnixDomainSocketAddress.of(folder.resolve("s"));
    try (Server<Recorder> server = new Server<>(cell.group(), address, linger(LONG), Recorder::new);
        SocketChannel s = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      s.connect(address);
      Recorder r = Await.next(server.handlers);
      Connection c = Await.value(r.opened);
      c.pauseReading();
      s.write(ByteBuffer.allocate(1000));
      c.send(ByteBuffer.wrap(BYE));
      c.close();
      ByteBuffer b = ByteBuffer.allocate(10);
      while (s.read(b) >= 0) {
        s.write(ByteBuffer.wrap(BYE));
      }
      assertEquals(BYE.length, b.position());
      s.close();
      assertEquals(Kind.LOCAL_CLOSE, Await.value(r.closed).kind());
    } finally {
      Files.deleteIfExists(folder);
    }
  }

  @OnEveryCell
  void connectionsThatLingeredThroughTheGraceCountAsClosed(Cell cell) throws Exception {
    Server<Recorder> server = server(cell, LONG);
    List<Socket> silent = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      silent.add(server.client());
      Await.value(Await.next(server.handlers).opened).send(ByteBuffer.wrap(BYE));
    }
    assertEquals(new ShutdownReport(3, 0, 0, 0), Await.value(server.group.shutdown(SHORT)));
    for (Socket s : silent) {
      assertEquals("bye", new String(s.getInputStream().readAllBytes(), StandardCharsets.US_ASCII));
      s.close();
    }
  }

  /** From the peer's FIN to onClosed. The least of several rounds: a turn may find nothing to do. */
  private static long costOfAnsweringAFin(Cell cell, Duration linger, int counter) throws Exception {
    long least = Long.MAX_VALUE;
    try (EventLoopGroup group = cell.builder().callerDriven().build()) {
      EventLoop loop = group.loops().get(0);
      List<Recorder> handlers = new ArrayList<>();
      Listener listener =
          group.listen(
              new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
              linger(linger),
              c -> {
                handlers.add(new Recorder());
                return handlers.get(handlers.size() - 1);
              });
      turnUntil(loop, () -> !listener.addresses().isEmpty());
      for (int i = 0; i < 30; i++) {
        Socket s = new Socket();
        s.connect(listener.addresses().get(0));
        int accepted = i + 1;
        turnUntil(loop, () -> handlers.size() == accepted);
        while (loop.turn(Duration.ofMillis(2))) {}
        long before = Counters.of(loop, counter);
        s.close();
        turnUntil(loop, handlers.get(i).closed::isDone);
        least = Math.min(least, Counters.of(loop, counter) - before);
      }
    }
    return least;
  }

  private static void turnUntil(EventLoop loop, BooleanSupplier condition) {
    while (!condition.getAsBoolean()) {
      loop.turn(Duration.ofSeconds(1));
    }
  }

  @OnEveryEngine
  void answeringThePeersEndCostsNothingMore(Cell cell) throws Exception {
    for (int counter : new int[] {Abi.CTR_SUBMISSIONS, Abi.CTR_SYSCALLS}) {
      assertEquals(costOfAnsweringAFin(cell, Duration.ZERO, counter), costOfAnsweringAFin(cell, LONG, counter));
    }
  }

  @OnEveryEngine
  void wrongLingersFailAtTheCall(Cell cell) {
    ConnectionOptions o = ConnectionOptions.defaults();
    assertEquals(ConnectionOptions.DEFAULT_LINGER, o.linger());
    for (Duration wrong :
        List.of(Duration.ofNanos(-1), ConnectionOptions.MAX_LINGER.plusNanos(1), Duration.ofSeconds(Long.MAX_VALUE))) {
      String m = assertThrows(IllegalArgumentException.class, () -> o.withLinger(wrong)).getMessage();
      assertTrue(m.contains("linger") && m.contains(wrong.toString()) && m.contains("PT24H"), m);
    }
    assertThrows(NullPointerException.class, () -> o.withLinger(null));
  }
}
