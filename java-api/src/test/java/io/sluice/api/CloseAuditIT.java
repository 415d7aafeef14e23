package io.sluice.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.BufferLease;
import io.sluice.CloseReason;
import io.sluice.CloseReason.Initiator;
import io.sluice.CloseReason.Kind;
import io.sluice.ConnectOptions;
import io.sluice.Connection;
import io.sluice.ConnectionHandler;
import io.sluice.EventLoopGroup;
import io.sluice.ListenOptions;
import io.sluice.SendResult;
import io.sluice.internal.abi.Abi;
import io.sluice.internal.loop.Counters;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** {@code close()} in every state: never throws, never logs, one completion, one close of the descriptor, one onClosed. */
class CloseAuditIT {
  /** Closes in every callback, in every way. */
  private static final class Closer implements ConnectionHandler {
    final Set<CompletionStage<CloseReason>> stages = ConcurrentHashMap.newKeySet();
    final AtomicInteger closedCalls = new AtomicInteger();
    final CompletableFuture<Connection> ended = new CompletableFuture<>();
    volatile Throwable thrown;
    /** What onClosed was told. */
    volatile CloseReason lastWord;
    /** The callback from which on everything is closed: 0 onOpen, 1 onData, 2 onInputClosed. */
    final int from;

    Closer(int from) {
      this.from = from;
    }

    private void everything(Connection c) {
      try {
        stages.add(c.close());
        stages.add(c.close(Duration.ofSeconds(30)));
        Thread other = new Thread(() -> stages.add(c.close()));
        other.start();
        other.join();
        stages.add(c.closed());
        assertFalse(c.isOpen());
        CloseReason known = c.closeReason();
        assertTrue(known == null || known == lastWord, () -> "a reason that did not stay: " + known);
        assertEquals(SendResult.CLOSED, c.send(ByteBuffer.allocate(1)));
        c.shutdownOutput();
        c.pauseReading();
        c.resumeReading();
      } catch (Throwable t) {
        thrown = t;
      }
    }

    @Override
    public void onOpen(Connection c) {
      if (from == 0) {
        everything(c);
      }
    }

    @Override
    public void onData(Connection c, BufferLease lease) {
      if (from == 1) {
        everything(c);
      }
    }

    @Override
    public void onInputClosed(Connection c) {
      everything(c);
    }

    @Override
    public void onClosed(Connection c, CloseReason why) {
      closedCalls.incrementAndGet();
      lastWord = why;
      everything(c);
      if (c.closeReason() != why) {
        thrown = new AssertionError("in onClosed the connection says " + c.closeReason());
      }
      ended.complete(c);
    }
  }

  private static Handler collect(List<String> lines) {
    Handler h =
        new Handler() {
          @Override
          public void publish(LogRecord r) {
            lines.add(r.getMessage());
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    Logger.getLogger("io.sluice").addHandler(h);
    return h;
  }

  @OnEveryCell
  void closingInEveryStateEndsOnceInSilence(Cell cell) throws Exception {
    List<String> lines = new ArrayList<>();
    Handler log = collect(lines);
    try (Server<Closer> server = new Server<>(cell.group(), Closers.inTurn())) {
      for (int i = 0; i < 60; i++) {
        Socket s = server.client();
        Closer h = Await.next(server.handlers);
        s.getOutputStream().write(1);
        if (i % 2 == 0) {
          s.setSoLinger(true, 0); // An error is in progress while everything is closed.
        }
        s.close();
        Connection c = Await.value(h.ended);
        CloseReason why = Await.value(c.closed());
        assertEquals(null, h.thrown);
        assertEquals(Set.of(c.closed()), h.stages);
        assertEquals(1, h.closedCalls.get());
        assertSame(why, c.closeReason());
        assertSame(c.closed(), c.abort(), "after the end");
        assertSame(why, Await.value(c.close(Duration.ZERO)));
      }
      var loop = server.group.loops().get(0);
      Await.value(server.listener.close());
      assertEquals(Counters.of(loop, Abi.CTR_OPENED), Counters.of(loop, Abi.CTR_CLOSED), "each handle ends once");
      assertEquals(0, Counters.of(loop, Abi.CTR_STALE), "no operation named a handle that was gone");
    } finally {
      Logger.getLogger("io.sluice").removeHandler(log);
    }
    assertEquals(List.of(), lines);
  }

  private static final class Closers {
    static java.util.function.Supplier<Closer> inTurn() {
      AtomicInteger n = new AtomicInteger();
      return () -> new Closer(n.getAndIncrement() % 3);
    }
  }

  @OnEveryCell
  void closingInTheHandlerFactoryEndsTheConnection(Cell cell) throws Exception {
    try (EventLoopGroup group = cell.group()) {
      CompletableFuture<CompletionStage<CloseReason>> stage = new CompletableFuture<>();
      Recorder r = new Recorder();
      var listener =
          group.listen(
              new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
              ListenOptions.defaults(),
              c -> {
                stage.complete(c.close());
                return r;
              });
      Await.value(listener.ready());
      try (Socket s = new Socket()) {
        s.connect(listener.addresses().get(0));
        assertEquals(-1, s.getInputStream().read());
      }
      assertEquals(Kind.LOCAL_CLOSE, Await.value(Await.value(stage)).kind());
      assertEquals(List.of("open", "closed"), r.events);
    }
  }

  @OnEveryCell
  void aSendToAConnectionThatIsEndingAnswersAtOnceAndTheReasonFollowsWhenItIsFinal(Cell cell) throws Exception {
    try (Server<Recorder> server = new Server<>(cell.group(), Recorder::new)) {
      Connection c =
          Await.value(server.group.connect(server.address(), ConnectOptions.defaults(), new Recorder()));
      CompletableFuture<Void> block = new CompletableFuture<>();
      c.loop().execute(block::join);
      try {
        c.close();
        assertEquals(SendResult.CLOSED, c.send(ByteBuffer.allocate(1)), "the loop does not know yet");
        assertNull(c.closeReason(), "the abort that comes now will be the reason, or something that the loop finds");
        c.abort();
        assertNull(c.closeReason());
      } finally {
        block.complete(null);
      }
      assertSame(Await.value(c.closed()), c.closeReason());
      assertEquals(SendResult.CLOSED, c.send(ByteBuffer.allocate(1)));
      Socket s = server.client();
      Await.next(server.handlers);
      Recorder reset = Await.next(server.handlers);
      Connection d = Await.value(reset.opened);
      s.setSoLinger(true, 0);
      s.close();
      Await.value(reset.closed);
      assertEquals(SendResult.CLOSED, d.send(ByteBuffer.allocate(1)));
      assertEquals(Kind.PEER_RESET, d.closeReason().kind());
    }
  }

  /** The loop finds the reset, which came first, before it hears of the abort. */
  @OnEveryCell
  void aForeignThreadNeverReadsAReasonThatAnEarlierResetReplaces(Cell cell) throws Exception {
    try (Server<Recorder> server = new Server<>(cell.group(), Recorder::new)) {
      Socket s = server.client();
      Recorder r = Await.next(server.handlers);
      Connection c = Await.value(r.opened);
      while (c.send(ByteBuffer.allocate(64 << 10)).accepted()) {
        Await.on(c.loop(), () -> null); // So that a close has something to lose.
      }
      CompletableFuture<Void> blocked = new CompletableFuture<>();
      CompletableFuture<Void> block = new CompletableFuture<>();
      c.loop().execute(
          () -> {
            blocked.complete(null);
            block.join();
          });
      Await.value(blocked);
      s.setSoLinger(true, 0);
      s.close();
      c.close();
      assertFalse(c.isOpen());
      CloseReason early = c.closeReason();
      block.complete(null);
      CloseReason why = Await.value(r.closed);
      assertEquals(Kind.PEER_RESET, why.kind(), "the close could not send what was taken");
      assertNull(early, "told before the end was known");
      assertSame(why, c.closeReason());
    }
  }

  @OnEveryCell
  void whilePausedThePeersCloseIsToldWithoutReading(Cell cell) throws Exception {
    class Paused extends Recorder {
      final CompletableFuture<Void> ending = new CompletableFuture<>();

      @Override
      public void onInputEnding(Connection c) {
        events.add("inputEnding");
        ending.complete(null);
      }
    }
    try (Server<Paused> server = new Server<>(cell.group(), Paused::new)) {
      Socket s = server.client();
      Paused r = Await.next(server.handlers);
      Connection c = Await.value(r.opened);
      Await.on(
          c.loop(),
          () -> {
            c.pauseReading();
            return null;
          });
      s.getOutputStream().write(new byte[100]);
      s.close();
      Await.value(r.ending);
      assertEquals(0, r.bytes(), "nothing was read for it");
      assertTrue(c.isOpen());
      c.resumeReading();
      assertEquals(Kind.PEER_CLOSE, Await.value(r.closed).kind());
      assertEquals(100, r.bytes());
      assertEquals(List.of("open", "inputEnding", "data", "inputClosed", "closed"), r.events);
    }
  }

  @OnEveryCell
  void whilePausedAResetIsToldAlsoWithDataOfOursQueued(Cell cell) throws Exception {
    try (Server<Recorder> server = new Server<>(cell.group(), Recorder::new)) {
      Socket s = server.client(4096);
      Recorder r = Await.next(server.handlers);
      Connection c = Await.value(r.opened);
      c.pauseReading();
      while (c.send(ByteBuffer.allocate(64 << 10)).accepted()) {
        Await.on(c.loop(), () -> null);
      }
      s.setSoLinger(true, 0);
      s.close();
      CloseReason why = Await.value(r.closed);
      assertEquals(Kind.PEER_RESET, why.kind());
      assertEquals(Initiator.PEER, why.initiator());
      assertTrue(why.bytesUnsent() > 0);
    }
  }

  @OnEveryEngine
  void noCallerCompletesACommonStageForTheOthers(Cell cell) throws Exception {
    EventLoopGroup group = cell.builder().callerDriven().build();
    var listener =
        group.listen(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), ListenOptions.defaults(), c -> new Recorder());
    CompletableFuture<?> ready = listener.ready().toCompletableFuture();
    spoil(ready);
    while (!ready.isDone()) {
      group.loops().get(0).turn(Duration.ofSeconds(1));
    }
    assertSame(listener, ready.join());
    CompletableFuture<?> closed = listener.close().toCompletableFuture();
    spoil(closed);
    CompletableFuture<?> ended = group.shutdown(Duration.ZERO).toCompletableFuture();
    spoil(ended);
    group.close();
    assertTrue(closed.isDone() && !closed.isCompletedExceptionally());
    assertTrue(ended.isDone() && !ended.isCompletedExceptionally());
  }

  @SuppressWarnings("unchecked")
  private static void spoil(CompletableFuture<?> f) {
    assertFalse(f.cancel(true));
    assertFalse(f.completeExceptionally(new IllegalStateException()));
    assertFalse(((CompletableFuture<Object>) f).complete(null));
    assertThrows(UnsupportedOperationException.class, () -> ((CompletableFuture<Object>) f).obtrudeValue(null));
    assertThrows(UnsupportedOperationException.class, () -> f.obtrudeException(new IllegalStateException()));
    assertThrows(UnsupportedOperationException.class, () -> ((CompletableFuture<Object>) f).completeAsync(() -> null));
    Await.failure(f.orTimeout(1, TimeUnit.MILLISECONDS));
    assertFalse(f.isDone());
    f.thenApply(x -> x).cancel(true);
    f.copy().cancel(true);
    assertFalse(f.isDone());
  }

  @OnEveryCell
  void aConnectThatIsGivenUpNeverCallsTheHandlerAndLeavesNothing(Cell cell) throws Exception {
    try (EventLoopGroup group = cell.group();
        ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      List<Recorder> handlers = new ArrayList<>();
      List<CompletableFuture<Connection>> attempts = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        Recorder r = new Recorder();
        handlers.add(r);
        attempts.add(
            group.connect(full.getLocalSocketAddress(), ConnectOptions.defaults(), r).toCompletableFuture());
      }
      CompletableFuture<Connection> waiting = attempts.get(7); // The backlog is full: nobody answers.
      assertFalse(waiting.isDone());
      assertTrue(waiting.cancel(false));
      assertTrue(waiting.isCancelled() && waiting.cancel(false));
      assertTrue(attempts.get(6).completeExceptionally(new IllegalStateException("given up")));
      Await.failure(attempts.get(5).orTimeout(1, TimeUnit.MILLISECONDS));
      var loop = group.loops().get(0);
      for (int i = 0; i < 5; i++) {
        if (!attempts.get(i).cancel(false)) { // Too late: it is open, or about to be.
          Await.value(attempts.get(i)).abort();
        }
      }
      Await.until(
          "nothing is left",
          () -> Counters.of(loop, Abi.CTR_OPENED) == Counters.of(loop, Abi.CTR_CLOSED)
              && Await.on(loop, () -> true));
      for (int i = 5; i < 8; i++) {
        assertEquals(List.of(), handlers.get(i).events);
      }
    }
  }

  @OnEveryCell
  void aConnectGivenUpWhileItSucceedsIsClosedUnseen(Cell cell) throws Exception {
    try (Server<Recorder> server = new Server<>(cell.group(), Recorder::new)) {
      var loop = server.group.loops().get(0);
      for (int i = 0; i < 50; i++) {
        Recorder r = new Recorder();
        CompletableFuture<Connection> f =
            server.group.connect(server.address(), ConnectOptions.defaults(), r).toCompletableFuture();
        boolean given = f.cancel(false);
        if (given) {
          Await.on(loop, () -> null);
        } else {
          Await.value(f).abort();
        }
        assertEquals(given, f.isCancelled());
        assertTrue(!given || r.events.isEmpty(), "given up, and yet " + r.events);
      }
    }
  }
}
