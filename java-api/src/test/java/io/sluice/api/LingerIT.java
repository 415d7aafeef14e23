package io.sluice.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.BufferLease;
import io.sluice.CloseReason;
import io.sluice.CloseReason.Kind;
import io.sluice.Connection;
import io.sluice.ConnectionOptions;
import io.sluice.EventLoopGroup.ShutdownReport;
import io.sluice.ListenOptions;
import io.sluice.SendResult;
import io.sluice.internal.abi.Abi;
import io.sluice.internal.loop.Counters;
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

/** A close in good order waits for the peer's end, so that the kernel's answer to unread input does not destroy what was sent. */
class LingerIT {
  private static final Duration LONG = Duration.ofHours(1);
  private static final Duration SHORT = Duration.ofMillis(100);
  private static final int SMALL_BUFFER = 4096;
  private static final byte[] BYE = "bye".getBytes(StandardCharsets.US_ASCII);

  static ListenOptions linger(Duration d) {
    return ListenOptions.defaults().withConnections(ConnectionOptions.defaults().withLinger(d));
  }

  static Server<Recorder> server(Cell cell, Duration linger) {
    return new Server<>(cell.group(), linger(linger), Recorder::new);
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
  void abortOvertakesAndASecondCloseReturnsTheSameStage(Cell cell) throws Exception {
    try (Server<Recorder> server = server(cell, LONG);
        Socket s = server.client();
        Socket second = server.client()) {
      Connection c = Await.value(Await.next(server.handlers).opened);
      CompletionStage<CloseReason> stage = c.close();
      assertSame(stage, c.close());
      assertSame(stage, c.close(LONG));
      assertSame(stage, Await.on(c.loop(), c::close));
      assertNull(c.closeReason(), "it is not over");
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
