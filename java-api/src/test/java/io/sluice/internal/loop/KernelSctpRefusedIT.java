package io.sluice.internal.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sluice.BufferLease;
import io.sluice.CloseReason.Kind;
import io.sluice.EventLoopGroup;
import io.sluice.ListenerState;
import io.sluice.LoopMetric;
import io.sluice.api.Await;
import io.sluice.api.Cell;
import io.sluice.api.OnEveryEngine;
import io.sluice.contract.Census;
import io.sluice.internal.engine.Engine;
import io.sluice.internal.engine.EngineConfig;
import io.sluice.internal.load.Engines;
import io.sluice.sctp.SctpAddress;
import io.sluice.sctp.SctpAssociation;
import io.sluice.sctp.SctpAvailability;
import io.sluice.sctp.SctpBackend;
import io.sluice.sctp.SctpClose;
import io.sluice.sctp.SctpException;
import io.sluice.sctp.SctpHandler;
import io.sluice.sctp.SctpListener;
import io.sluice.sctp.SctpMessageInfo;
import io.sluice.sctp.SctpOptions;
import io.sluice.sctp.SctpStackOptions;
import io.sluice.sctp.SctpTransport;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;

/** Associations of the kernel's SCTP whose socket the loop has no room for: both sides are told why, and nothing is left behind. */
class KernelSctpRefusedIT {
  private static final int PORT = 5000;
  private static final Duration TURN = Duration.ofMillis(5);

  private static final class Recorded implements SctpHandler {
    final List<String> events = new CopyOnWriteArrayList<>();
    final CompletableFuture<SctpClose> closed = new CompletableFuture<>();

    @Override
    public void onOpen(SctpAssociation a) {
      events.add("open");
    }

    @Override
    public void onMessage(SctpAssociation a, BufferLease data, SctpMessageInfo info) {
      events.add("message");
    }

    @Override
    public void onClosed(SctpAssociation a, SctpClose close) {
      events.add("closed " + close.kind());
      closed.complete(close);
    }
  }

  /** A loop with room for so many sockets, driven by the test's thread. */
  private static final class Small implements AutoCloseable {
    final EventLoopGroup group;
    final Loop loop;
    final SctpTransport sctp;

    Small(Cell cell, int handles) {
      assumeTrue(!cell.isNio(), "sockets of the kernel's SCTP need io_uring or epoll");
      SctpAvailability found = SctpTransport.availability(SctpBackend.KERNEL);
      assumeTrue(found.usable(), found::toString);
      group = cell.builder().callerDriven().stallThreshold(Duration.ZERO).build();
      List<Loop> loops = ((LoopGroup) group).loopList();
      loops.get(0).engine.destroy(true);
      Engine engine = Engines.open(
          Engines.select(cell.engine(), cell.binding()), new EngineConfig(0, 0, 0, 0, handles, 0, 0, 0, 0, 0));
      loop = new Loop((LoopGroup) group, 0, engine, new LoopMemory(1024, 16, 1 << 20, false));
      loops.set(0, loop);
      sctp = SctpTransport.over(group, SctpBackend.KERNEL, SctpStackOptions.defaults());
      loop.turn(TURN); // From here on this is the loop's thread.
    }

    void drive(BooleanSupplier done) {
      Await.until("the loop has done it", () -> {
        loop.turn(TURN);
        return done.getAsBoolean();
      });
    }

    <T> T driven(CompletionStage<T> stage) {
      drive(() -> stage.toCompletableFuture().isDone());
      return Await.value(stage);
    }

    long handles() {
      return loop.stats().value(LoopMetric.HANDLES_OPENED) - loop.stats().value(LoopMetric.HANDLES_CLOSED);
    }

    @Override
    public void close() {
      group.shutdown(Duration.ZERO);
      drive(loop::hasEnded);
      group.close();
    }
  }

  /** Of this process, whoever has them. */
  private static int sockets() {
    return Census.take().descriptors().getOrDefault("socket", 0);
  }

  private static SctpAddress at(int port) {
    return SctpAddress.overIp(InetAddress.getLoopbackAddress(), port);
  }

  @OnEveryEngine
  void anAcceptedAssociationThatFindsNoRoomIsAbortedWithAReason(Cell cell) {
    try (Small s = new Small(cell, 1);
        EventLoopGroup clients = cell.group()) {
      Recorded server = new Recorded();
      SctpListener l = s.driven(s.sctp.listen(at(PORT), SctpOptions.defaults(), a -> server).ready());
      SctpTransport there = SctpTransport.over(clients, SctpBackend.KERNEL, SctpStackOptions.defaults());
      int before = sockets();
      Recorded client = new Recorded();
      CompletionStage<SctpAssociation> connecting = there.connect(at(PORT), SctpOptions.defaults(), client);
      s.drive(() -> server.closed.isDone() && connecting.toCompletableFuture().isDone());
      SctpClose why = Await.value(server.closed);
      assertEquals(Kind.RESOURCE_LIMIT, why.kind());
      assertTrue(why.reason().detail().startsWith("SCTP socket: "), why.toString());
      assertEquals(List.of("open", "closed RESOURCE_LIMIT"), server.events);
      if (connecting.toCompletableFuture().isCompletedExceptionally()) { // It was over before the client had a socket for it.
        SctpException e = assertInstanceOf(SctpException.class, Await.failure(connecting));
        assertEquals(Kind.REFUSED, e.reason().kind());
        assertTrue(e.close().isByPeer());
      } else {
        assertEquals(Kind.PEER_ABORT, Await.value(client.closed).kind());
      }
      s.drive(() -> sockets() <= before);
      assertEquals(1, s.handles(), "the listener");
      assertEquals(0, l.associations());
      assertEquals(0, s.sctp.stats().live());
    }
  }

  @OnEveryEngine
  void aConnectThatFindsNoRoomFailsWithAReasonAlsoWhenItWasGivenUp(Cell cell) {
    try (Small s = new Small(cell, 1);
        EventLoopGroup servers = cell.group()) {
      SctpTransport there = SctpTransport.over(servers, SctpBackend.KERNEL, SctpStackOptions.defaults());
      Await.value(there.listen(at(PORT + 1), SctpOptions.defaults(), a -> new Recorded()).ready());
      s.driven(s.sctp.listen(at(PORT), SctpOptions.defaults(), a -> new Recorded()).ready()); // Takes the room.
      int before = sockets();
      Throwable refused = failure(s, s.sctp.connect(at(PORT + 1), SctpOptions.defaults(), new Recorded()));
      assertTrue(refused.toString().contains("SCTP socket: "), refused.toString());
      CompletableFuture<SctpAssociation> givenUp =
          s.sctp.connect(at(PORT + 1), SctpOptions.defaults(), new Recorded()).toCompletableFuture();
      givenUp.cancel(true); // Within the turn: its end is known before the loop has refused its socket.
      s.drive(() -> s.sctp.stats().live() == 0 && sockets() <= before);
      assertEquals(1, s.handles());
    }
  }

  private static Throwable failure(Small s, CompletionStage<SctpAssociation> stage) {
    s.drive(() -> stage.toCompletableFuture().isDone());
    return Await.failure(stage);
  }

  /** What it was bound to is free again. */
  @OnEveryEngine
  void aListenerThatFindsNoRoomIsClosedAndItsPortIsFree(Cell cell) {
    try (Small s = new Small(cell, 1);
        EventLoopGroup others = cell.group()) {
      s.driven(s.sctp.listen(at(PORT), SctpOptions.defaults(), a -> new Recorded()).ready());
      SctpListener second = s.sctp.listen(at(PORT + 2), SctpOptions.defaults(), a -> new Recorded());
      s.drive(() -> second.state() == ListenerState.CLOSED);
      SctpListener third = s.sctp.listen(at(PORT + 3), SctpOptions.defaults(), a -> new Recorded());
      s.driven(third.close()); // Within the turn.
      s.drive(() -> s.loop.messages.sockets.live() == 1);
      SctpTransport there = SctpTransport.over(others, SctpBackend.KERNEL, SctpStackOptions.defaults());
      Await.value(there.listen(at(PORT + 2), SctpOptions.defaults(), a -> new Recorded()).ready());
      Await.value(there.listen(at(PORT + 3), SctpOptions.defaults(), a -> new Recorded()).ready());
      assertEquals(1, s.handles());
    }
  }
}
