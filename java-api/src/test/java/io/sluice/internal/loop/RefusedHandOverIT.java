package io.sluice.internal.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.EventLoopGroup;
import io.sluice.ListenOptions;
import io.sluice.ListenOptions.Distribution;
import io.sluice.Listener;
import io.sluice.LoopMetric;
import io.sluice.api.Await;
import io.sluice.api.Cell;
import io.sluice.api.OnEveryCell;
import io.sluice.api.Recorder;
import io.sluice.internal.engine.Engine;
import io.sluice.internal.engine.EngineConfig;
import io.sluice.internal.load.Engines;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/** One loop accepts and hands over to one that cannot take it: nobody is served, nothing leaks, and the peer is told. */
class RefusedHandOverIT {
  private static final Duration TURN = Duration.ofMillis(20);

  /** A group of two loops that this thread drives, so that nothing happens between the steps. */
  private static final class Group implements AutoCloseable {
    final EventLoopGroup group;
    final Loop accepting;
    final Loop other;
    final Listener listener;
    final List<Recorder> served = new ArrayList<>();

    Group(Cell cell) {
      this(cell, false);
    }

    /** With {@code small} the loop that does not accept has room for one socket. */
    Group(Cell cell, boolean small) {
      group = cell.builder().threads(2).callerDriven().stallThreshold(Duration.ZERO).build();
      if (small) {
        makeSmall(cell);
      }
      listener = group.listen(
          new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
          ListenOptions.defaults().withDistribution(Distribution.HAND_OFF),
          c -> {
            Recorder r = new Recorder();
            served.add(r);
            return r;
          });
      List<Loop> loops = List.of((Loop) group.loops().get(0), (Loop) group.loops().get(1));
      drive(() -> listener.ready().toCompletableFuture().isDone(), loops.get(0), loops.get(1));
      accepting = loops.get(0).listeners.live() > 0 ? loops.get(0) : loops.get(1);
      other = accepting == loops.get(0) ? loops.get(1) : loops.get(0);
    }

    /** In the place of the second loop, which nobody has driven yet. */
    private void makeSmall(Cell cell) {
      List<Loop> loops = ((LoopGroup) group).loopList();
      loops.get(1).engine.destroy(true);
      Engine engine = Engines.open(
          Engines.select(cell.engine(), cell.isNio() ? null : cell.binding()),
          new EngineConfig(0, 0, 0, 0, 1, 0, 0, 0, 0, 0));
      loops.set(1, new Loop((LoopGroup) group, 1, engine, new LoopMemory(1024, 16, 1 << 20, false)));
    }

    static void drive(BooleanSupplier done, Loop... loops) {
      Await.until("the loops have done it", () -> {
        for (Loop l : loops) {
          l.turn(TURN);
        }
        return done.getAsBoolean();
      });
    }

    /** Connects; returns when the accepted socket is on its way to the other loop. */
    Socket connectIntoHandOver() throws IOException {
      for (;;) {
        int before = served.size();
        Socket s = new Socket(InetAddress.getLoopbackAddress(), listener.port());
        s.setSoTimeout((int) Await.LIMIT_SECONDS * 1000);
        drive(() -> served.size() > before || accepting.handOffs.live() > 0, accepting);
        if (served.size() == before) {
          return s;
        }
        s.close(); // It was the accepting loop's own turn.
      }
    }

    void expectTheSocketIsGone(Socket s, int servedBefore) {
      drive(() -> accepting.sockets.live() - accepting.connections.count() == 1, accepting);
      assertEquals(servedBefore, served.size(), "nobody is served by a loop that ends");
      assertEquals(0, accepting.handOffs.live());
      try {
        assertEquals(-1, s.getInputStream().read());
      } catch (SocketTimeoutException nothing) {
        throw new AssertionError("the peer was not told: a descriptor is lost", nothing);
      } catch (IOException reset) {
        // The peer is told in either way.
      }
      assertEquals(1 + accepting.connections.count(), handles(accepting), "the listener and its own connections");
    }

    static long handles(Loop loop) {
      return loop.stats().value(LoopMetric.HANDLES_OPENED) - loop.stats().value(LoopMetric.HANDLES_CLOSED);
    }

    @Override
    public void close() {
      group.shutdown(Duration.ZERO);
      group.close();
    }
  }

  @OnEveryCell
  void aLoopThatEndedBeforeTheHandOver(Cell cell) throws Exception {
    try (Group g = new Group(cell);
        Socket s = g.connectIntoHandOver()) {
      int served = g.served.size();
      g.other.shutdown().begin(0);
      Group.drive(g.other::hasEnded, g.other);
      g.expectTheSocketIsGone(s, served);
    }
  }

  @OnEveryCell
  void aLoopThatEndsDuringTheHandOver(Cell cell) throws Exception {
    try (Group g = new Group(cell);
        Socket s = g.connectIntoHandOver()) {
      int served = g.served.size();
      g.other.shutdown().begin(0);
      Group.drive(() -> g.accepting.handOffs.live() == 0, g.accepting); // The descriptor is in the other's queue.
      Group.drive(g.other::hasEnded, g.other);
      assertEquals(0, Group.handles(g.other));
      g.expectTheSocketIsGone(s, served);
    }
  }

  @OnEveryCell
  void aLoopThatBreaksDuringTheHandOver(Cell cell) throws Exception {
    try (Group g = new Group(cell);
        Socket s = g.connectIntoHandOver()) {
      int served = g.served.size();
      Group.drive(() -> g.accepting.handOffs.live() == 0, g.accepting);
      g.other.shutdown().breakUp(CloseReasons.loopBroken(1)); // What is submitted now is never carried out.
      g.expectTheSocketIsGone(s, served);
    }
  }

  /** The descriptor is in a completion that nobody will read. */
  @OnEveryCell
  void anAcceptingLoopThatBreaksBehindTheDetach(Cell cell) throws Exception {
    try (Group g = new Group(cell);
        Socket s = g.connectIntoHandOver()) {
      int served = g.served.size();
      g.accepting.submissions.enter(0);
      g.accepting.submissions.enter(0); // NIO answers a DETACH when a select is over.
      g.accepting.shutdown().breakUp(CloseReasons.loopBroken(1));
      Group.drive(() -> g.served.size() > served, g.other); // It lives, and takes the socket.
      assertEquals(0, g.accepting.handOffs.live());
      Await.value(g.served.get(served).opened).abort();
      Group.drive(() -> g.other.connections.count() == 0, g.other);
      expectReset(s);
    }
  }

  @OnEveryCell
  void twoLoopsThatBreakOneAfterTheOther(Cell cell) throws Exception {
    try (Group g = new Group(cell);
        Socket s = g.connectIntoHandOver()) {
      g.accepting.submissions.enter(0);
      g.accepting.submissions.enter(0);
      g.other.shutdown().breakUp(CloseReasons.loopBroken(1));
      g.accepting.shutdown().breakUp(CloseReasons.loopBroken(1));
      expectReset(s);
    }
  }

  /** Submitted, and never carried out. */
  @OnEveryCell
  void aLoopThatBreaksInFrontOfTheAdopt(Cell cell) throws Exception {
    try (Group g = new Group(cell);
        Socket s = g.connectIntoHandOver()) {
      Group.drive(() -> g.accepting.handOffs.live() == 0, g.accepting);
      g.other.runTasks();
      assertEquals(1, g.other.handOffs.live());
      g.other.shutdown().breakUp(CloseReasons.loopBroken(1));
      assertEquals(0, g.other.handOffs.live());
      expectReset(s);
    }
  }

  /** Carried out, and the handle is in a completion that nobody will read: it ends with the engine. */
  @OnEveryCell
  void aLoopThatBreaksBehindTheAdopt(Cell cell) throws Exception {
    try (Group g = new Group(cell);
        Socket s = g.connectIntoHandOver()) {
      int served = g.served.size();
      Group.drive(() -> g.accepting.handOffs.live() == 0, g.accepting);
      g.other.runTasks();
      g.other.submissions.enter(0);
      g.other.shutdown().breakUp(CloseReasons.loopBroken(1));
      Group.drive(g.other::hasEnded, g.other);
      assertEquals(served, g.served.size());
      expectReset(s);
    }
  }

  private static void expectReset(Socket s) {
    SocketException e = assertThrows(SocketException.class, () -> s.getInputStream().read());
    assertTrue(e.getMessage().contains("reset"), e.getMessage());
  }

  @OnEveryCell
  void aLoopWithoutRoomForIt(Cell cell) throws Exception {
    try (Group g = new Group(cell, true);
        Socket first = g.connectIntoHandOver()) {
      int before = g.served.size();
      Group.drive(() -> g.served.size() > before, g.accepting, g.other);
      assertEquals(1, Group.handles(g.other), "it is full");
      try (Socket second = g.connectIntoHandOver()) {
        int served = g.served.size();
        Group.drive(() -> g.accepting.handOffs.live() == 0, g.accepting);
        Group.drive(() -> g.other.handOffs.live() == 0, g.other);
        g.expectTheSocketIsGone(second, served);
        assertEquals(1, Group.handles(g.other));
      }
    }
  }

  @OnEveryCell
  void aLoopThatHasEndedIsPassedOver(Cell cell) throws Exception {
    try (Group g = new Group(cell)) {
      g.other.shutdown().begin(0);
      Group.drive(g.other::hasEnded, g.other);
      for (int i = 1; i <= 6; i++) {
        int n = i;
        try (Socket s = new Socket(InetAddress.getLoopbackAddress(), g.listener.port())) {
          Group.drive(() -> g.served.size() == n, g.accepting);
        }
      }
      assertTrue(g.listener.addresses().size() > 0);
    }
  }
}
