package io.sluice.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.BufferLease;
import io.sluice.CloseReason;
import io.sluice.CloseReason.Initiator;
import io.sluice.CloseReason.Kind;
import io.sluice.Connection;
import io.sluice.ConnectionOptions;
import io.sluice.EventLoopGroup;
import io.sluice.IdleKind;
import io.sluice.IdlePolicy;
import io.sluice.ListenOptions;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/** Idle policies and heartbeats on real sockets. The clock rules are proved by IdleWatchTest. */
class IdleIT {
  private static final Duration SHORT = Duration.ofMillis(40);
  private static final Duration LONG = Duration.ofHours(1);

  /** Answers late, and notes when. */
  private static final class Slow extends Recorder {
    static final long WORKS_NANOS = 4 * SHORT.toNanos();
    volatile long sentAt;

    @Override
    public void onData(Connection c, BufferLease data) {
      long begin = System.nanoTime();
      while (System.nanoTime() - begin < WORKS_NANOS) {
        LockSupport.parkNanos(WORKS_NANOS);
      }
      c.send(data);
      sentAt = System.nanoTime();
    }
  }

  /** The callback takes longer than the limit: the clock of the turn knows nothing of what it sends at its end. */
  @OnEveryCell
  void whatALongCallbackSendsCountsFromItsEnd(Cell cell) throws Exception {
    try (Server<Slow> server = server(cell, IdlePolicy.none().withClose(IdleKind.WRITE, SHORT.multipliedBy(2)), Slow::new);
        Socket s = server.client()) {
      s.getOutputStream().write(1);
      Slow h = Await.next(server.handlers);
      assertEquals(1, s.getInputStream().read());
      CloseReason why = Await.value(h.closed);
      long silent = System.nanoTime() - h.sentAt;
      assertEquals(Kind.IDLE_TIMEOUT, why.kind());
      assertTrue(silent >= 2 * SHORT.toNanos(), "closed " + silent + " ns after it sent");
    }
  }

  /** Notes the calls that a policy makes. */
  private static class Silent extends Recorder {
    final BlockingQueue<String> calls = new LinkedBlockingQueue<>();
    final AtomicReference<Throwable> thrown = new AtomicReference<>();

    @Override
    public void onIdle(Connection c, IdleKind kind) {
      noted(c, kind.toString());
    }

    @Override
    public void onHeartbeat(Connection c) {
      noted(c, "ping");
    }

    private void noted(Connection c, String what) {
      if (!c.loop().inLoop() || !c.isOpen()) {
        thrown.set(new AssertionError(what + " on " + Thread.currentThread() + ", open: " + c.isOpen()));
      }
      calls.add(what);
    }
  }

  private static ListenOptions with(IdlePolicy policy) {
    return ListenOptions.defaults().withConnections(ConnectionOptions.defaults().withIdle(policy));
  }

  private static <H extends Recorder> Server<H> server(
      Cell cell, IdlePolicy policy, java.util.function.Supplier<H> factory) {
    return new Server<>(cell.group(), with(policy), factory);
  }

  private static void assertGone(EventLoopGroup group, Connection c) {
    assertTrue(group.connections().byId(c.id()).isEmpty());
    assertEquals(0, group.connections().count());
  }

  @OnEveryCell
  void aSilentConnectionIsClosedOnceWithIdleTimeoutAndCannotBeFound(Cell cell) throws Exception {
    for (IdleKind kind : IdleKind.values()) {
      long start = System.nanoTime();
      try (Server<Silent> server = server(cell, IdlePolicy.none().withClose(kind, SHORT), Silent::new);
          Socket s = server.client()) {
        Silent h = Await.next(server.handlers);
        Connection c = Await.value(h.opened);
        CloseReason why = Await.value(h.closed);
        assertTrue(System.nanoTime() - start >= SHORT.toNanos(), "never early");
        assertEquals(Kind.IDLE_TIMEOUT, why.kind());
        assertEquals(Initiator.LOOP, why.initiator());
        assertTrue(why.detail().contains("40 ms") && why.detail().contains(kind.toString()), why.detail());
        assertFalse(why.isExpected());
        assertSame(why, Await.value(c.close()));
        assertEquals(-1, s.getInputStream().read(), "the peer sees the end of the stream");
        assertGone(server.group, c);
        assertFalse(h.fault.isDone());
      }
    }
  }

  @OnEveryCell
  void notificationsAreRepeatedAndDoNotClose(Cell cell) throws Exception {
    IdlePolicy policy = IdlePolicy.none().withNotify(IdleKind.READ, SHORT).withNotify(IdleKind.WRITE, SHORT);
    try (Server<Silent> server = server(cell, policy, Silent::new);
        Socket s = server.client()) {
      Silent h = Await.next(server.handlers);
      int reads = 0;
      int writes = 0;
      while (reads < 3 || writes < 3) {
        if (Await.next(h.calls).equals("READ")) {
          reads++;
        } else {
          writes++;
        }
      }
      assertTrue(Await.value(h.opened).isOpen());
      assertEquals(null, h.thrown.get());
    }
  }

  @OnEveryCell
  void anAnsweredHeartbeatKeepsTheConnectionAndAnUnansweredOneEndsIt(Cell cell) throws Exception {
    IdlePolicy policy = IdlePolicy.none().withHeartbeat(SHORT, Duration.ofSeconds(2));
    class Pinging extends Silent {
      @Override
      public void onHeartbeat(Connection c) {
        super.onHeartbeat(c);
        c.send(ByteBuffer.wrap(new byte[] {'p'}));
      }
    }
    try (Server<Pinging> server = server(cell, policy, Pinging::new);
        Socket s = server.client()) {
      Pinging h = Await.next(server.handlers);
      Connection c = Await.value(h.opened);
      for (int i = 0; i < 5; i++) {
        assertEquals('p', s.getInputStream().read());
        s.getOutputStream().write('a');
        int answers = i + 1;
        Await.until("the answer arrived", () -> h.bytes() == answers);
      }
      assertTrue(c.isOpen());
      CloseReason why = Await.value(h.closed); // No more answers.
      assertEquals(Kind.HEARTBEAT_TIMEOUT, why.kind());
      assertEquals(Initiator.LOOP, why.initiator());
      assertTrue(why.detail().contains("2 s"), why.detail());
      assertTrue(h.calls.size() > 5);
      assertGone(server.group, c);
      assertEquals(null, h.thrown.get());
    }
  }

  /** The write notification tells that time passes; the read rules would have closed long before. */
  @OnEveryCell
  void aPausedConnectionIsNotBlamedForWhatIsNotRead(Cell cell) throws Exception {
    IdlePolicy policy =
        IdlePolicy.none().withClose(IdleKind.READ, SHORT).withClose(IdleKind.ALL, SHORT).withHeartbeat(SHORT, SHORT)
            .withNotify(IdleKind.WRITE, SHORT.multipliedBy(4));
    class Paused extends Silent {
      @Override
      public void onOpen(Connection c) {
        c.pauseReading();
        super.onOpen(c);
      }
    }
    try (Server<Paused> server = server(cell, policy, Paused::new);
        Socket s = server.client()) {
      Paused h = Await.next(server.handlers);
      Connection c = Await.value(h.opened);
      int pings = 0;
      for (int writes = 0; writes < 3; ) {
        if (Await.next(h.calls).equals("WRITE")) {
          writes++;
        } else {
          pings++;
        }
      }
      assertTrue(c.isOpen(), () -> "closed with " + c.closeReason());
      assertTrue(pings > 0, "the peer may wait for pings");
      c.resumeReading();
      assertEquals(Kind.IDLE_TIMEOUT, Await.value(h.closed).kind());
    }
  }

  @OnEveryCell
  void aHalfClosedPeerIsNotReadIdle(Cell cell) throws Exception {
    IdlePolicy policy =
        IdlePolicy.none().withClose(IdleKind.READ, Duration.ofSeconds(1)).withNotify(IdleKind.ALL, Duration.ofSeconds(2));
    class HalfOpen extends Silent {
      @Override
      public void onInputClosed(Connection c) {
        inputClosed.complete(null);
      }
    }
    try (Server<HalfOpen> server = server(cell, policy, HalfOpen::new);
        Socket s = server.client()) {
      HalfOpen h = Await.next(server.handlers);
      s.shutdownOutput();
      Await.value(h.inputClosed);
      assertEquals("ALL", Await.next(h.calls));
      assertTrue(Await.value(h.opened).isOpen());
    }
  }

  /**
   * The loop is held up for longer than the policy allows while the peer's byte waits in the socket: who looks at the clock
   * before the socket closes a connection that is alive.
   */
  @OnEveryCell
  void whatArrivedWhileTheLoopWasHeldUpIsASignOfLife(Cell cell) throws Exception {
    Duration limit = Duration.ofSeconds(1);
    IdlePolicy policy = IdlePolicy.none().withClose(IdleKind.READ, limit);
    try (Server<Silent> server = server(cell, policy, Silent::new);
        Socket s = server.client()) {
      Silent h = Await.next(server.handlers);
      Connection c = Await.value(h.opened);
      CompletableFuture<Void> held = new CompletableFuture<>();
      CompletableFuture<Void> written = new CompletableFuture<>();
      c.loop()
          .execute(
              () -> {
                long start = System.nanoTime();
                held.complete(null);
                written.join();
                while (System.nanoTime() - start < limit.toNanos()) {
                  Thread.onSpinWait();
                }
              });
      Await.value(held);
      s.getOutputStream().write('x');
      written.complete(null);
      CloseReason why = Await.value(h.closed);
      assertEquals(java.util.List.of("open", "data", "closed"), h.events, why::toString);
      assertEquals(Kind.IDLE_TIMEOUT, why.kind());
    }
  }

  @OnEveryCell
  void thePolicyCanBeChangedWhileItRuns(Cell cell) throws Exception {
    IdlePolicy first = IdlePolicy.none().withNotify(IdleKind.READ, SHORT);
    try (Server<Silent> server =
            server(
                cell, first,
                () ->
                    new Silent() {
                      @Override
                      public void onIdle(Connection c, IdleKind kind) {
                        super.onIdle(c, kind);
                        c.idlePolicy(
                            kind == IdleKind.READ ? IdlePolicy.none().withNotify(IdleKind.WRITE, SHORT) : IdlePolicy.none());
                      }
                    });
        Socket s = server.client()) {
      Silent h = Await.next(server.handlers);
      Connection c = Await.value(h.opened);
      assertEquals("READ", Await.next(h.calls));
      assertEquals("WRITE", Await.next(h.calls));
      assertSame(IdlePolicy.none(), Await.on(c.loop(), c::idlePolicy));
      assertThrows(IllegalStateException.class, () -> c.idlePolicy(first));
      assertThrows(IllegalStateException.class, c::idlePolicy);
      assertThrows(NullPointerException.class, () -> c.idlePolicy(null));
      // None of the rules that were replaced is left: the one that is set now is the next to be heard of.
      Await.on(
          c.loop(),
          () -> {
            c.idlePolicy(IdlePolicy.none().withClose(IdleKind.ALL, SHORT));
            return null;
          });
      assertEquals(Kind.IDLE_TIMEOUT, Await.value(h.closed).kind());
      assertTrue(h.calls.isEmpty(), h.calls::toString);
      Await.on(
          c.loop(),
          () -> {
            c.idlePolicy(first); // After the end: no effect.
            return null;
          });
      assertSame(IdlePolicy.none(), Await.on(c.loop(), c::idlePolicy));
    }
  }

  @OnEveryCell
  void callbacksThatThrowCloseTheConnection(Cell cell) throws Exception {
    class Throwing extends Recorder {
      @Override
      public void onIdle(Connection c, IdleKind kind) {
        throw new IllegalStateException("idle " + kind);
      }

      @Override
      public void onHeartbeat(Connection c) {
        throw new IllegalStateException("heartbeat");
      }
    }
    for (IdlePolicy p :
        new IdlePolicy[] {
          IdlePolicy.none().withNotify(IdleKind.ALL, SHORT), IdlePolicy.none().withHeartbeat(SHORT, SHORT)
        }) {
      try (Server<Throwing> server = server(cell, p, Throwing::new);
          Socket s = server.client()) {
        Throwing h = Await.next(server.handlers);
        CloseReason why = Await.value(h.closed);
        assertEquals(Kind.HANDLER_FAILED, why.kind());
        assertTrue(why.detail().contains("IllegalStateException"), why.detail());
      }
    }
  }

  /** A policy that the handler factory sets is not overridden by that of the listener. */
  @OnEveryCell
  void theHandlerFactoryMayChooseThePolicy(Cell cell) throws Exception {
    CompletableFuture<IdlePolicy> seen = new CompletableFuture<>();
    try (EventLoopGroup group = cell.group()) {
      var listener =
          group.listen(
              new java.net.InetSocketAddress(java.net.InetAddress.getLoopbackAddress(), 0),
              with(IdlePolicy.none().withClose(IdleKind.ALL, LONG)),
              c -> {
                c.idlePolicy(IdlePolicy.none());
                return new Recorder() {
                  @Override
                  public void onData(Connection connection, BufferLease data) {
                    seen.complete(connection.idlePolicy());
                  }
                };
              });
      Await.value(listener.ready());
      try (Socket s = new Socket()) {
        s.connect(listener.addresses().get(0));
        s.getOutputStream().write(1);
        assertSame(IdlePolicy.none(), Await.value(seen));
      }
    }
  }
}
