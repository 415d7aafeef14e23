package io.sluice.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.BufferLease;
import io.sluice.CloseReason;
import io.sluice.CloseReason.Kind;
import io.sluice.Connection;
import io.sluice.ConnectionHandler;
import io.sluice.ConnectionOptions;
import io.sluice.ConnectionRegistry;
import io.sluice.EventLoop;
import io.sluice.EventLoopGroup;
import io.sluice.IdlePolicy;
import io.sluice.ListenOptions;
import io.sluice.api.Await;
import io.sluice.api.Cell;
import io.sluice.api.OnEveryCell;
import io.sluice.api.Server;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Replays a failure of a chat server: "came" and "gone" of its connections went through a queue, "gone" was handled first,
 * and its handler left the connection in the table when it was not the user's current one. A heartbeat sweep then found the
 * dead entry again and again, and reported its timeout for ever.
 *
 * <p>Here the same user connects again and again while the loop's task queue is flooded, every connection falls silent, and
 * all are ended by their heartbeat. Each must open before it closes, close exactly once, and be found by nothing from
 * onClosed on, while the user's newer connections stay.
 */
class UnregisterBeforeRegisterIT {
  private static final int CONNECTIONS = 200;
  private static final String USER = "user";

  private final AtomicReference<String> wrong = new AtomicReference<>();
  private final AtomicInteger open = new AtomicInteger();
  private final BlockingQueue<CloseReason> ends = new LinkedBlockingQueue<>();

  private final class Member implements ConnectionHandler {
    private final EventLoopGroup group;
    private int opened;
    private int closed;
    private boolean timedOut;

    Member(EventLoopGroup group) {
      this.group = group;
    }

    private void check(boolean right, String what) {
      if (!right) {
        wrong.compareAndSet(null, what);
      }
    }

    @Override
    public void onOpen(Connection c) {
      check(++opened == 1 && closed == 0, "opened " + opened + " times, closed " + closed);
      check(group.connections().register(USER, c), "not registered in onOpen");
      open.incrementAndGet();
    }

    @Override
    public void onData(Connection c, BufferLease data) {
      check(opened == 1 && closed == 0, "data when not open");
    }

    @Override
    public void onHeartbeat(Connection c) {
      check(opened == 1 && closed == 0, "a heartbeat of a connection that is not open");
    }

    @Override
    public void onClosed(Connection c, CloseReason why) {
      check(opened == 1 && ++closed == 1, "closed " + closed + " times, opened " + opened);
      ConnectionRegistry registry = group.connections();
      check(registry.byId(c.id()).isEmpty(), "found by id in onClosed");
      check(!registry.byKey(USER).contains(c), "found by its key in onClosed");
      registry.forEach(other -> check(other != c, "found by iteration in onClosed"));
      check(registry.byKey(USER).size() == open.decrementAndGet(), "the user's other connections were touched");
      ends.add(why);
    }
  }

  /** Keeps the loop's queue full of tasks from another thread, and of tasks that submit themselves again. */
  private static Thread flood(EventLoop loop, AtomicBoolean stop) {
    Runnable again =
        new Runnable() {
          @Override
          public void run() {
            if (!stop.get()) {
              loop.execute(this);
            }
          }
        };
    for (int i = 0; i < 1000; i++) {
      loop.execute(again);
    }
    AtomicInteger waiting = new AtomicInteger();
    Thread t =
        new Thread(
            () -> {
              while (!stop.get()) {
                if (waiting.get() < 2000) {
                  waiting.incrementAndGet();
                  loop.execute(waiting::decrementAndGet);
                } else {
                  Thread.onSpinWait();
                }
              }
            });
    t.start();
    return t;
  }

  @OnEveryCell
  void aHeartbeatThatTimesOutUnderAFloodOfTasksEndsEachConnectionOnceAndForGood(Cell cell) throws Exception {
    ListenOptions options =
        ListenOptions.defaults()
            .withConnections(
                ConnectionOptions.defaults()
                    .withIdle(IdlePolicy.none().withHeartbeat(Duration.ofMillis(30), Duration.ofMillis(30))));
    EventLoopGroup group = cell.group();
    AtomicBoolean stop = new AtomicBoolean();
    List<Socket> clients = new ArrayList<>();
    try (Server<Member> server = new Server<>(group, options, () -> new Member(group))) {
      Thread flooder = flood(group.loops().get(0), stop);
      try {
        for (int i = 0; i < CONNECTIONS; i++) {
          Socket s = server.client();
          s.getOutputStream().write('x'); // A sign of life, and never another one.
          clients.add(s);
        }
        List<Connection> connections = new ArrayList<>();
        for (int i = 0; i < CONNECTIONS; i++) {
          assertEquals(Kind.HEARTBEAT_TIMEOUT, Await.next(ends).kind());
          connections.add(Await.next(server.connections));
        }
        assertEquals(null, wrong.get());
        ConnectionRegistry registry = group.connections();
        assertEquals(0, registry.count());
        assertEquals(0, registry.keyCount());
        for (Connection c : connections) {
          assertTrue(registry.byId(c.id()).isEmpty());
        }
        // Many times the heartbeat later nothing more is reported: the loop's own clock is the witness.
        Await.on(group.loops().get(0), () -> null);
        java.util.concurrent.CompletableFuture<Void> later = new java.util.concurrent.CompletableFuture<>();
        group.loops().get(0).schedule(Duration.ofMillis(300), () -> later.complete(null));
        Await.value(later);
        assertTrue(ends.isEmpty());
        assertEquals(null, wrong.get());
      } finally {
        stop.set(true);
        flooder.join();
      }
    } finally {
      for (Socket s : clients) {
        s.close();
      }
    }
  }
}
