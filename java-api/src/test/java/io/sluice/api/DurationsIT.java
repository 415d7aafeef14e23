package io.sluice.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.ConnectOptions;
import io.sluice.Connection;
import io.sluice.ConnectionOptions;
import io.sluice.EventLoop;
import io.sluice.EventLoop.Scheduled;
import io.sluice.EventLoopGroup;
import io.sluice.IdleKind;
import io.sluice.IdlePolicy;
import io.sluice.ListenOptions;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Durations at and beyond what a number of nanoseconds can hold: refused by name, or as long as it says. */
class DurationsIT {
  private static final Duration FOR_EVER = Duration.ofSeconds(Long.MAX_VALUE, 999_999_999);
  private static final List<Duration> BAD = List.of(Duration.ofNanos(-1), Duration.ofSeconds(Long.MIN_VALUE), FOR_EVER);

  private static void refused(String name, Consumer<Duration> call) {
    for (Duration d : BAD) {
      IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> call.accept(d), name + " " + d);
      assertTrue(e.getMessage().contains(name) && e.getMessage().contains(d.toString()), e.getMessage());
    }
  }

  @Test
  void optionsRefuseWhatIsOutOfRangeAndNameIt() {
    refused("connectTimeout", ConnectOptions.defaults()::withConnectTimeout);
    refused("linger", ConnectionOptions.defaults()::withLinger);
    refused("stallThreshold", EventLoopGroup.builder()::stallThreshold);
    for (IdleKind kind : IdleKind.values()) {
      refused("notify " + kind, d -> IdlePolicy.none().withNotify(kind, d));
      refused("close " + kind, d -> IdlePolicy.none().withClose(kind, d));
    }
    refused("heartbeat interval", d -> IdlePolicy.none().withHeartbeat(d, IdlePolicy.SHORTEST));
    refused("heartbeat timeout", d -> IdlePolicy.none().withHeartbeat(IdlePolicy.SHORTEST, d));
  }

  @OnEveryEngine
  void callsRefuseWhatIsOutOfRangeAndChangeNothing(Cell cell) throws Exception {
    try (Server<Recorder> server = new Server<>(cell.group(), Recorder::new);
        Socket s = server.client()) {
      Connection c = Await.value(Await.next(server.handlers).opened);
      refused("deadline", c::close);
      refused("grace", server.group::shutdown);
      assertTrue(c.isOpen());
      assertThrows(IllegalArgumentException.class, () -> c.loop().schedule(Duration.ofNanos(-1), () -> {}));
      assertThrows(
          IllegalArgumentException.class, () -> c.loop().schedule(Duration.ofSeconds(Long.MIN_VALUE), () -> {}));
    }
  }

  @OnEveryEngine
  void aTaskThatIsScheduledForEverNeverRunsAndHoldsNobodyUp(Cell cell) throws Exception {
    try (EventLoopGroup group = cell.group()) {
      EventLoop loop = group.loops().get(0);
      AtomicInteger early = new AtomicInteger();
      Scheduled[] never = new Scheduled[2];
      never[0] = loop.schedule(FOR_EVER, early::incrementAndGet);
      never[1] = Await.on(loop, () -> loop.schedule(Duration.ofNanos(Long.MAX_VALUE), early::incrementAndGet));
      for (int i = 0; i < 3; i++) {
        CompletableFuture<Void> soon = new CompletableFuture<>();
        loop.schedule(Duration.ofMillis(i), () -> soon.complete(null));
        Await.value(soon);
      }
      assertEquals(0, early.get());
      never[0].cancel();
      never[1].cancel();
      Await.on(loop, () -> null);
    }
  }

  @OnEveryEngine
  void theLongestDurationsWorkTogether(Cell cell) throws Exception {
    IdlePolicy idle = IdlePolicy.none()
        .withNotify(IdleKind.READ, IdlePolicy.LONGEST)
        .withClose(IdleKind.ALL, IdlePolicy.LONGEST)
        .withHeartbeat(IdlePolicy.LONGEST, IdlePolicy.LONGEST);
    ConnectionOptions longest =
        ConnectionOptions.defaults().withLinger(ConnectionOptions.MAX_LINGER).withIdle(idle);
    try (Server<Recorder.Echo> server =
            new Server<>(cell.group(), ListenOptions.defaults().withConnections(longest), Recorder.Echo::new)) {
      Recorder client = new Recorder();
      ConnectOptions options =
          ConnectOptions.defaults().withConnection(longest).withConnectTimeout(ConnectOptions.MAX_CONNECT_TIMEOUT);
      Connection c = Await.value(server.group.connect(server.address(), options, client));
      c.send(ByteBuffer.allocate(1));
      Await.until("the echo is back", () -> client.bytes() == 1);
      assertFalse(client.closed.isDone());
      assertTrue(Await.value(c.close(ConnectionOptions.MAX_LINGER)).isExpected());
    }
  }
}
