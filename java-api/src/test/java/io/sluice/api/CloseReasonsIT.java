package io.sluice.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.CloseReason;
import io.sluice.CloseReason.Initiator;
import io.sluice.CloseReason.Kind;
import io.sluice.ConnectOptions;
import io.sluice.Connection;
import io.sluice.EventLoopGroup;
import io.sluice.SendResult;
import io.sluice.TransportException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;

/** Every end has one typed reason, whoever began it, and ends once. */
class CloseReasonsIT {
  @OnEveryCell
  void finIsPeerClose(Cell cell) throws Exception {
    try (Server<Recorder> server = new Server<>(cell.group(), Recorder::new)) {
      Socket s = server.client();
      s.getOutputStream().write("bye".getBytes(StandardCharsets.UTF_8));
      s.close();
      Recorder r = Await.next(server.handlers);
      CloseReason why = Await.value(r.closed);
      assertEquals(Kind.PEER_CLOSE, why.kind());
      assertEquals(Initiator.PEER, why.initiator());
      assertTrue(why.isExpected());
      assertEquals("bye", r.text());
      assertEquals(List.of("open", "data", "inputClosed", "closed"), r.events);
    }
  }

  @OnEveryCell
  void rstIsPeerReset(Cell cell) throws Exception {
    try (Server<Recorder> server = new Server<>(cell.group(), Recorder::new)) {
      Socket s = server.client();
      Recorder r = Await.next(server.handlers);
      Await.value(r.opened);
      s.setSoLinger(true, 0);
      s.close();
      CloseReason why = Await.value(r.closed);
      assertEquals(Kind.PEER_RESET, why.kind());
      assertEquals(Initiator.PEER, why.initiator());
      assertFalse(why.isExpected());
    }
  }

  @OnEveryCell
  void rstIsNoticedWhileReadingIsPaused(Cell cell) throws Exception {
    try (Server<Recorder> server = new Server<>(cell.group(), Recorder::new)) {
      Socket s = server.client();
      Recorder r = Await.next(server.handlers);
      Await.value(r.opened).pauseReading();
      assertTrue(Await.value(r.opened).isReadingPaused());
      s.setSoLinger(true, 0);
      s.close();
      assertEquals(Kind.PEER_RESET, Await.value(r.closed).kind());
    }
  }

  @OnEveryCell
  void abortResetsThePeer(Cell cell) throws Exception {
    try (Server<Recorder> server = new Server<>(cell.group(), Recorder::new)) {
      Recorder client = new Recorder();
      Connection c = Await.value(server.group.connect(server.address(), ConnectOptions.defaults(), client));
      Recorder r = Await.next(server.handlers);
      Connection accepted = Await.value(r.opened);
      CloseReason mine = Await.value(accepted.abort());
      assertEquals(Kind.LOCAL_ABORT, mine.kind());
      assertEquals(Initiator.LOCAL, mine.initiator());
      assertEquals(Kind.PEER_RESET, Await.value(client.closed).kind());
      assertEquals(SendResult.CLOSED, c.send(ByteBuffer.allocate(1)));
    }
  }

  @OnEveryCell
  void halfCloseLetsTheOtherDirectionGoOn(Cell cell) throws Exception {
    class Late extends Recorder {
      @Override
      public void onInputClosed(Connection c) {
        inputClosed.complete(null);
        c.send(ByteBuffer.wrap("got: ".getBytes(StandardCharsets.UTF_8)));
        c.send(ByteBuffer.wrap(received()));
        c.close();
      }
    }
    try (Server<Late> server = new Server<>(cell.group(), Late::new)) {
      Recorder client = new Recorder();
      Connection c = Await.value(server.group.connect(server.address(), ConnectOptions.defaults(), client));
      c.send(ByteBuffer.wrap("request".getBytes(StandardCharsets.UTF_8)));
      c.shutdownOutput();
      assertEquals(SendResult.CLOSED, c.send(ByteBuffer.allocate(1)));
      assertEquals(Kind.LOCAL_CLOSE, Await.value(client.closed).kind(), "this side ended its direction first");
      assertEquals("got: request", client.text());
      assertEquals(Kind.PEER_CLOSE, Await.value(Await.next(server.handlers).closed).kind());
    }
  }

  @OnEveryCell
  void refusedConnectFailsTheStageAndNeverCallsTheHandler(Cell cell) throws Exception {
    try (RefusingPort port = new RefusingPort();
        EventLoopGroup group = cell.group()) {
      Recorder r = new Recorder();
      Throwable t =
          Await.failure(
              group.connect(port.address(), ConnectOptions.defaults(), r));
      CloseReason why = assertInstanceOf(TransportException.class, t).reason();
      assertEquals(Kind.REFUSED, why.kind());
      assertTrue(t.getMessage().contains(Integer.toString(port.address().getPort())), t.getMessage());
      assertTrue(r.events.isEmpty());
    }
  }

  @OnEveryCell
  void connectThatNobodyAnswersTimesOut(Cell cell) throws Exception {
    // A listener whose backlog is full drops further SYNs: nobody answers, and nothing leaves the machine.
    try (EventLoopGroup group = cell.group();
        ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      List<Recorder> pending = new ArrayList<>();
      CompletionStage<Connection> last = null;
      for (int i = 0; i < 8; i++) {
        Recorder r = new Recorder();
        pending.add(r);
        last =
            group.connect(
                full.getLocalSocketAddress(),
                ConnectOptions.defaults().withConnectTimeout(Duration.ofMillis(300)),
                r);
      }
      Throwable t = Await.failure(last);
      assertEquals(Kind.CONNECT_TIMEOUT, assertInstanceOf(TransportException.class, t).reason().kind());
      assertTrue(pending.get(7).events.isEmpty());
    }
  }

  @OnEveryCell
  void unreachableHostIsTyped(Cell cell) {
    try (EventLoopGroup group = cell.group()) {
      // TCP to a broadcast address is refused by the routing itself (ENETUNREACH); nothing leaves the machine.
      Throwable t =
          Await.failure(
              group.connect(
                  new InetSocketAddress("127.255.255.255", 9), ConnectOptions.defaults(), new Recorder()));
      assertEquals(Kind.UNREACHABLE, assertInstanceOf(TransportException.class, t).reason().kind(), t.getMessage());
    }
  }

  @OnEveryCell
  void unresolvedAddressFailsTheStageWithTheRemedy(Cell cell) {
    try (EventLoopGroup group = cell.group()) {
      Throwable t =
          Await.failure(
              group.connect(
                  InetSocketAddress.createUnresolved("no.such.host.invalid", 80),
                  ConnectOptions.defaults(),
                  new Recorder()));
      assertTrue(t.getMessage().contains("no.such.host.invalid") && t.getMessage().contains("resolve"), t.getMessage());
    }
  }

  @OnEveryCell
  void closeIsIdempotentFromManyThreads(Cell cell) throws Exception {
    try (Server<Recorder> server = new Server<>(cell.group(), Recorder::new)) {
      for (int round = 0; round < 20; round++) {
        Recorder r = new Recorder();
        Connection c = Await.value(server.group.connect(server.address(), ConnectOptions.defaults(), r));
        CountDownLatch go = new CountDownLatch(1);
        List<CompletionStage<CloseReason>> stages = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
          int kind = t;
          Thread thread =
              new Thread(
                  () -> {
                    try {
                      go.await();
                    } catch (InterruptedException e) {
                      return;
                    }
                    CompletionStage<CloseReason> s =
                        kind == 0 ? c.abort() : kind == 1 ? c.close(Duration.ofSeconds(5)) : c.close();
                    synchronized (stages) {
                      stages.add(s);
                    }
                  });
          threads.add(thread);
          thread.start();
        }
        go.countDown();
        for (Thread t : threads) {
          t.join();
        }
        CloseReason why = Await.value(c.closed());
        assertTrue(why.kind() == Kind.LOCAL_CLOSE || why.kind() == Kind.LOCAL_ABORT, why::toString);
        for (CompletionStage<CloseReason> s : stages) {
          assertSame(c.closed(), s);
        }
        assertEquals(1, r.events.stream().filter("closed"::equals).count());
        assertSame(why, c.closeReason());
        assertFalse(r.fault.isDone());
        assertEquals(why, Await.value(c.close()), "closing a connection that has ended");
      }
    }
  }

  @OnEveryCell
  void closeWithDeadlineAbortsWhenThePeerDoesNotRead(Cell cell) throws Exception {
    try (Server<Recorder> server = new Server<>(cell.group(), Recorder::new);
        Socket s = server.client()) {
      Connection c = Await.value(Await.next(server.handlers).opened);
      while (c.send(ByteBuffer.allocate(64 << 10)).accepted()) {
        Await.on(c.loop(), () -> null);
      }
      CloseReason why = Await.value(c.close(Duration.ofMillis(50)));
      assertEquals(Kind.CLOSE_TIMEOUT, why.kind());
      assertTrue(why.bytesUnsent() > 0);
      assertFalse(why.isExpected());
    }
  }
}
