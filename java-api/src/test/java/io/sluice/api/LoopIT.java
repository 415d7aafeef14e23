package io.sluice.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.CloseReason.Kind;
import io.sluice.ConnectOptions;
import io.sluice.Connection;
import io.sluice.EventLoop;
import io.sluice.EventLoopGroup;
import io.sluice.EventLoopGroup.ShutdownReport;
import io.sluice.ListenOptions;
import io.sluice.Listener;
import io.sluice.ListenerState;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;

/** Tasks, timers, turns driven by the caller, and the end of a group. */
class LoopIT {
  @OnEveryCell
  void tasksRunInOrderOnTheLoop(Cell cell) {
    try (EventLoopGroup group = cell.group()) {
      EventLoop loop = group.loops().get(0);
      List<Integer> order = new ArrayList<>();
      for (int i = 0; i < 5000; i++) {
        int n = i;
        loop.execute(() -> order.add(loop.inLoop() ? n : -1));
      }
      Await.on(loop, () -> null);
      for (int i = 0; i < 5000; i++) {
        assertEquals(i, order.get(i));
      }
      assertFalse(loop.inLoop());
    }
  }

  @OnEveryCell
  void scheduledTasksRunInTimeOrderAndCancelledOnesDoNot(Cell cell) {
    try (EventLoopGroup group = cell.group()) {
      EventLoop loop = group.loops().get(0);
      List<String> ran = new ArrayList<>();
      CompletableFuture<Void> last = new CompletableFuture<>();
      long start = System.nanoTime();
      loop.schedule(Duration.ofMillis(1500), () -> last.complete(null)); // more than one turn of the wheel
      loop.schedule(Duration.ofMillis(40), () -> ran.add("second"));
      loop.schedule(Duration.ofMillis(5), () -> ran.add("first"));
      loop.schedule(Duration.ofMillis(20), () -> ran.add("never")).cancel();
      Await.value(last);
      assertTrue(System.nanoTime() - start >= 1_500_000_000L, "a timer never fires early");
      assertEquals(List.of("first", "second"), ran);
    }
  }

  @OnEveryCell
  void aTaskThatComesBackForEverDoesNotStarveConnections(Cell cell) throws Exception {
    try (Server<Recorder.Echo> server = new Server<>(cell.group(), Recorder.Echo::new);
        Socket s = server.client()) {
      EventLoop loop = server.group.loops().get(0);
      CompletableFuture<Void> stop = new CompletableFuture<>();
      loop.execute(
          new Runnable() {
            @Override
            public void run() {
              if (!stop.isDone()) {
                loop.execute(this);
              }
            }
          });
      s.getOutputStream().write(3);
      assertEquals(3, s.getInputStream().read());
      stop.complete(null);
    }
  }

  @OnEveryCell
  void aCallerDrivenLoopRunsOnlyInItsTurns(Cell cell) throws Exception {
    try (EventLoopGroup group = cell.builder().callerDriven().build()) {
      EventLoop loop = group.loops().get(0);
      AtomicInteger ran = new AtomicInteger();
      loop.execute(ran::incrementAndGet);
      assertEquals(0, ran.get());
      assertTrue(loop.turn(Duration.ZERO));
      assertEquals(1, ran.get());
      assertFalse(loop.turn(Duration.ZERO));
      assertTrue(loop.inLoop());
      Listener l =
          group.listen(
              new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
              ListenOptions.defaults(),
              c -> new Recorder.Echo());
      assertTrue(l.addresses().isEmpty());
      assertEquals(ListenerState.STARTING, l.state());
      while (l.addresses().isEmpty()) {
        loop.turn(Duration.ofSeconds(1));
      }
      Recorder r = new Recorder();
      Connection c = null;
      CompletableFuture<Connection> f =
          group.connect(l.addresses().get(0), ConnectOptions.defaults(), r).toCompletableFuture();
      while (!f.isDone()) {
        loop.turn(Duration.ofSeconds(1));
      }
      c = f.get();
      c.send(ByteBuffer.wrap(new byte[] {'x'}));
      while (r.bytes() == 0) {
        loop.turn(Duration.ofSeconds(1));
      }
      Thread other =
          new Thread(() -> ran.set(assertThrows(IllegalStateException.class, () -> loop.turn(Duration.ZERO)).getMessage().length()));
      other.start();
      other.join();
      assertTrue(ran.get() > 1);
    }
  }

  @OnEveryCell
  void aLoopWithItsOwnThreadHasNoTurns(Cell cell) {
    try (EventLoopGroup group = cell.group()) {
      assertThrows(IllegalStateException.class, () -> group.loops().get(0).turn(Duration.ZERO));
    }
  }

  @OnEveryCell
  void shutdownClosesWhatItCanAbortsTheRestAndReports(Cell cell) throws Exception {
    EventLoopGroup group = cell.builder().threads(2).build();
    List<Socket> clients = new ArrayList<>();
    Server<Recorder> server = new Server<>(group, Recorder::new);
    for (int i = 0; i < 4; i++) {
      clients.add(server.client());
    }
    List<Recorder> handlers = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      handlers.add(Await.next(server.handlers));
    }
    Connection stuck = Await.value(handlers.get(3).opened);
    while (stuck.send(ByteBuffer.allocate(64 << 10)).accepted()) {
      Await.on(stuck.loop(), () -> null);
    }
    var stage = group.shutdown(Duration.ofMillis(200));
    assertSame(stage, group.shutdown(Duration.ofHours(1)));
    ShutdownReport report = Await.value(stage);
    assertEquals(3, report.connectionsClosed(), report::toString);
    assertEquals(1, report.connectionsAborted(), report::toString);
    assertTrue(report.bytesUnsent() > 0);
    for (Recorder r : handlers) {
      assertEquals(Kind.LOOP_SHUTDOWN, Await.value(r.closed).kind());
    }
    assertEquals(ListenerState.CLOSED, server.listener.state());
    assertThrows(RejectedExecutionException.class, () -> group.loops().get(0).execute(() -> {}));
    Await.failure(group.connect(new InetSocketAddress("127.0.0.1", 9), ConnectOptions.defaults(), new Recorder()));
    Await.failure(
        group.listen(new InetSocketAddress("127.0.0.1", 0), ListenOptions.defaults(), c -> new Recorder()).ready());
    for (Socket s : clients) {
      s.close();
    }
    group.close();
  }

  @OnEveryCell
  void closeFromALoopThreadDoesNotWaitForItself(Cell cell) {
    EventLoopGroup group = cell.group();
    Await.on(
        group.loops().get(0),
        () -> {
          group.close();
          return null;
        });
    assertEquals(new ShutdownReport(0, 0, 0, 0), Await.value(group.shutdown(Duration.ZERO)));
  }

  @OnEveryCell
  void threadsEndWithTheGroup(Cell cell) {
    String name = "loop-of-the-test";
    EventLoopGroup group = cell.builder().threadFactory(r -> new Thread(r, name)).build();
    assertTrue(Thread.getAllStackTraces().keySet().stream().anyMatch(t -> t.getName().equals(name)));
    group.close();
    assertTrue(Thread.getAllStackTraces().keySet().stream().noneMatch(t -> t.getName().equals(name)));
  }
}
