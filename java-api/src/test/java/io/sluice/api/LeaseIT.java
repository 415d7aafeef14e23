package io.sluice.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.BufferLease;
import io.sluice.Connection;
import io.sluice.ConnectionOptions;
import io.sluice.EventLoop;
import io.sluice.ListenOptions;
import io.sluice.LoopMetric;
import io.sluice.LoopStats;
import io.sluice.SendResult;
import io.sluice.internal.abi.Abi;
import io.sluice.internal.loop.Counters;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;

/** Who owns received memory is always clear, and a mistake is reported where it is made. */
class LeaseIT {
  /** Hands out retained leases. */
  static final class Keeper extends Recorder {
    final BlockingQueue<BufferLease> kept = new LinkedBlockingQueue<>();

    @Override
    public void onData(Connection c, BufferLease lease) {
      super.onData(c, lease);
      kept.add(lease.retain());
    }
  }

  @OnEveryCell
  void aRetainedLeaseLastsUntilItsOneRelease(Cell cell) throws Exception {
    try (Server<Keeper> server = new Server<>(cell.group(), Keeper::new);
        Socket s = server.client()) {
      s.getOutputStream().write("keep me".getBytes(StandardCharsets.UTF_8));
      BufferLease l = Await.next(Await.next(server.handlers).kept);
      assertEquals(7, l.length());
      assertEquals('k', l.get(0));
      assertThrows(IndexOutOfBoundsException.class, () -> l.get(7));
      ByteBuffer b = l.buffer();
      assertEquals("keep me", StandardCharsets.UTF_8.decode(b.duplicate()).toString());
      assertEquals(0, b.position());
      BufferLease successor = l.retain();
      assertFalse(l.isActive());
      assertThrows(IllegalStateException.class, l::length);
      assertEquals('k', successor.get(0));
      successor.release();
      assertFalse(successor.isActive());
      assertThrows(IllegalStateException.class, successor::release);
      assertThrows(IllegalStateException.class, () -> successor.get(0));
    }
  }

  @OnEveryCell
  void theLeaseOfACallbackEndsWithIt(Cell cell) throws Exception {
    CompletableFuture<BufferLease> stored = new CompletableFuture<>();
    CompletableFuture<List<String>> mistakes = new CompletableFuture<>();
    class Careless extends Recorder {
      @Override
      public void onData(Connection c, BufferLease lease) {
        List<String> thrown = new ArrayList<>();
        assertTrue(lease.isActive());
        lease.release();
        thrown.add(message(lease::release));
        thrown.add(message(() -> lease.get(0)));
        thrown.add(message(() -> c.send(lease)));
        thrown.add(message(lease::retain));
        mistakes.complete(thrown);
        stored.complete(lease);
      }
    }
    try (Server<Careless> server = new Server<>(cell.group(), Careless::new);
        Socket s = server.client()) {
      s.getOutputStream().write(1);
      for (String m : Await.value(mistakes)) {
        assertTrue(m.contains("ended"), m);
      }
      BufferLease lease = Await.value(stored);
      Connection c = Await.next(server.connections);
      String later = Await.on(c.loop(), () -> message(() -> lease.get(0)));
      assertTrue(later.contains("ended"), later);
      assertTrue(message(() -> lease.get(0)).contains("thread"));
      assertTrue(c.isOpen());
    }
  }

  private static String message(Runnable r) {
    return assertThrows(IllegalStateException.class, r::run).getMessage();
  }

  @OnEveryCell
  void sendEndsALeaseWhateverTheAnswer(Cell cell) throws Exception {
    try (Server<Keeper> server = new Server<>(cell.group(), Keeper::new);
        Socket s = server.client()) {
      s.getOutputStream().write("ab".getBytes(StandardCharsets.UTF_8));
      Keeper k = Await.next(server.handlers);
      Connection c = Await.value(k.opened);
      BufferLease l = Await.next(k.kept);
      CompletableFuture<Object> sent = new CompletableFuture<>();
      assertTrue(c.send(l, (x, failure) -> sent.complete(failure == null ? "sent" : failure)).accepted());
      assertThrows(IllegalStateException.class, l::release);
      assertEquals("sent", Await.value(sent));
      int first = s.getInputStream().read();
      assertEquals('a', first);
      s.getOutputStream().write("cd".getBytes(StandardCharsets.UTF_8));
      BufferLease l2 = Await.next(k.kept);
      Await.value(c.abort());
      assertEquals(SendResult.CLOSED, c.send(l2));
      assertFalse(l2.isActive());
    }
  }

  @OnEveryCell
  void leasesAreReleasedByOtherThreadsAndBuffersComeBack(Cell cell) throws Exception {
    try (Server<Keeper> server = new Server<>(cell.builder().receiveBuffers(256, 16).build(), Keeper::new);
        Socket s = server.client()) {
      Keeper k = Await.next(server.handlers);
      for (int i = 0; i < 500; i++) {
        s.getOutputStream().write(i);
        BufferLease l = Await.next(k.kept);
        assertEquals((byte) i, l.get(0));
        l.release();
      }
    }
  }

  @OnEveryCell
  void oneHoarderDoesNotStarveTheLoop(Cell cell) throws Exception {
    ListenOptions few =
        ListenOptions.defaults().withConnections(ConnectionOptions.defaults().withMaxLeasedBuffers(32768));
    try (Server<Keeper> server = new Server<>(cell.builder().receiveBuffers(256, 16).build(), few, Keeper::new);
        Socket hoard = server.client();
        Socket other = server.client()) {
      Keeper k = Await.next(server.handlers);
      Keeper k2 = Await.next(server.handlers);
      List<BufferLease> held = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        hoard.getOutputStream().write(i);
        held.add(Await.next(k.kept));
      }
      other.getOutputStream().write(7);
      assertEquals(7, Await.next(k2.kept).get(0));
      for (int i = 0; i < held.size(); i++) {
        assertEquals((byte) i, held.get(i).get(0));
        held.get(i).release();
        assertThrows(IllegalStateException.class, held.get(i)::release);
      }
    }
  }

  @OnEveryCell
  void aLeaseGoesToAConnectionOfAnotherLoop(Cell cell) throws Exception {
    try (Server<Recorder> back = new Server<>(cell.group(), Recorder::new);
        Server<Recorder> front =
            new Server<>(
                cell.group(),
                () ->
                    new Recorder() {
                      @Override
                      public void onData(Connection c, BufferLease lease) {
                        ((Connection) c.attachment()).send(lease);
                      }
                    });
        Socket s = front.client()) {
      Connection in = Await.value(Await.next(front.handlers).opened);
      in.attachment(
          Await.value(back.group.connect(back.address(), io.sluice.ConnectOptions.defaults(), new Recorder())));
      Recorder target = Await.next(back.handlers);
      Await.on(in.loop(), () -> null);
      s.getOutputStream().write("through".getBytes(StandardCharsets.UTF_8));
      Await.until("the bytes on the other side", () -> target.text().equals("through"));
    }
  }

  @OnEveryCell
  void ofManyThreadsThatReleaseExactlyOneSucceeds(Cell cell) throws Exception {
    try (Server<Keeper> server = new Server<>(cell.group(), Keeper::new);
        Socket s = server.client()) {
      Keeper k = Await.next(server.handlers);
      Connection c = Await.value(k.opened);
      for (int i = 0; i < 200; i++) {
        s.getOutputStream().write(i);
        BufferLease l = Await.next(k.kept);
        Callable<Boolean> release = () -> succeeds(l::release);
        Callable<Boolean> retain = () -> succeeds(() -> l.retain().release());
        Callable<Boolean> send = () -> succeeds(() -> c.send(l));
        long succeeded =
            RACERS.invokeAll(List.of(release, retain, i % 2 == 0 ? release : send)).stream().filter(LeaseIT::get).count();
        assertEquals(1, succeeded);
      }
      assertAllCameBack(server);
    }
  }

  private static final ExecutorService RACERS = Executors.newFixedThreadPool(3, r -> {
    Thread t = new Thread(r);
    t.setDaemon(true);
    return t;
  });

  private static boolean get(Future<Boolean> f) {
    try {
      return f.get();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static boolean succeeds(Runnable r) {
    try {
      r.run();
      return true;
    } catch (IllegalStateException ended) {
      return false;
    }
  }

  private static void assertAllCameBack(Server<?> server) {
    EventLoop loop = server.group.loops().get(0);
    Await.until("every buffer is back", () -> {
      loop.execute(() -> {}); // What was released elsewhere is taken at the next turn.
      LoopStats now = loop.stats();
      return now.value(LoopMetric.BUFFERS_OUT) == 0 && now.value(LoopMetric.LEASES_RETAINED) == 0;
    });
    assertEquals(0, Counters.of(loop, Abi.CTR_BAD_RETURNS), "a buffer was given back twice");
  }

  /** From its own loop, from another loop, from a thread that is no loop; refused, or too late. */
  @OnEveryCell
  void aSendThatIsRefusedEndsTheLeaseWhereverItComesFrom(Cell cell) throws Exception {
    ListenOptions small =
        ListenOptions.defaults().withConnections(ConnectionOptions.defaults().withSendBounds(1, 2, 2));
    try (Server<Keeper> source = new Server<>(cell.group(), Keeper::new);
        Server<Recorder> target = new Server<>(cell.group(), small, Recorder::new);
        Server<Keeper> own = new Server<>(cell.group(), small, Keeper::new);
        Socket s = source.client();
        Socket t = target.client();
        Socket o = own.client()) {
      Keeper k = Await.next(source.handlers);
      Keeper ownKeeper = Await.next(own.handlers);
      Connection other = Await.next(target.connections);
      Connection same = Await.next(own.connections);
      List<Connection> targets = List.of(same, other);
      for (SendResult expected : List.of(SendResult.REJECTED, SendResult.CLOSED)) {
        for (Connection c : targets) {
          for (Executor from : List.of(c.loop(), (Executor) Runnable::run)) {
            if (expected == SendResult.REJECTED || c != same) { // A connection that has ended receives nothing more.
              (c == same ? o : s).getOutputStream().write(new byte[3]);
              BufferLease l = gathered(c == same ? ownKeeper : k);
              assertEquals(expected, Await.on(from, () -> c.send(l)));
              assertFalse(l.isActive());
              assertThrows(IllegalStateException.class, l::release);
            }
          }
        }
        for (Connection c : targets) {
          Await.value(c.abort());
        }
      }
      assertAllCameBack(source);
      assertAllCameBack(own);
      assertAllCameBack(target);
    }
  }

  /** Three bytes are one segment and arrive as one lease. */
  private static BufferLease gathered(Keeper k) {
    BufferLease l = Await.next(k.kept);
    assertEquals(3, l.length());
    return l;
  }

  @OnEveryCell
  void bytesChangedInPlaceAreWhatIsRetainedAndSent(Cell cell) throws Exception {
    class Upper extends Recorder {
      @Override
      public void onData(Connection c, BufferLease lease) {
        ByteBuffer b = lease.buffer();
        b.put(0, (byte) Character.toUpperCase(b.get(0)));
        BufferLease kept = lease.retain();
        ByteBuffer k = kept.buffer();
        k.put(1, (byte) Character.toUpperCase(k.get(1)));
        c.send(kept);
      }
    }
    for (boolean checked : new boolean[] {false, true}) {
      try (Server<Upper> server = new Server<>(cell.builder().checkedLeases(checked).build(), Upper::new);
          Socket s = server.client()) {
        s.getOutputStream().write("ab".getBytes(StandardCharsets.UTF_8));
        assertEquals("AB", new String(s.getInputStream().readNBytes(2), StandardCharsets.UTF_8));
      }
    }
  }

  @OnEveryCell
  void aConnectionThatHoardsEveryLeaseDoesNotStopFiftyOthersFromEchoing(Cell cell) throws Exception {
    int others = 50;
    class Mixed extends Recorder {
      final List<BufferLease> hoard = new ArrayList<>();

      @Override
      public void onData(Connection c, BufferLease lease) {
        if (c.attachment() == null) {
          c.send(lease);
        } else {
          hoard.add(lease.retain());
          c.send(ByteBuffer.allocate(1));
        }
      }
    }
    ListenOptions uncapped =
        ListenOptions.defaults().withConnections(ConnectionOptions.defaults().withMaxLeasedBuffers(32768));
    List<Socket> clients = new ArrayList<>();
    try (Server<Mixed> server = new Server<>(cell.builder().receiveBuffers(256, 64).build(), uncapped, Mixed::new);
        Socket hoarder = server.client()) {
      Connection h = Await.next(server.connections);
      Mixed hoarding = Await.next(server.handlers);
      h.attachment("hoarder");
      for (int i = 0; i < others; i++) {
        clients.add(server.client());
      }
      for (int round = 0; round < 10; round++) {
        for (int i = 0; i < 50; i++) {
          hoarder.getOutputStream().write(round);
          assertEquals(0, hoarder.getInputStream().read());
        }
        for (Socket c : clients) {
          c.getOutputStream().write(round);
        }
        for (Socket c : clients) {
          assertEquals(round, c.getInputStream().read());
        }
      }
      long retained = server.group.stats().value(LoopMetric.LEASES_RETAINED);
      assertTrue(retained >= 40 && retained <= 49, retained + " of 64 buffers are with the hoarder: a quarter stays free");
      List<BufferLease> hoard = Await.on(h.loop(), () -> List.copyOf(hoarding.hoard));
      assertEquals(500, hoard.size());
      for (int i = 0; i < 500; i++) {
        assertEquals(i / 50, hoard.get(i).get(0));
        hoard.get(i).release();
      }
      assertAllCameBack(server);
    } finally {
      for (Socket c : clients) {
        c.close();
      }
    }
  }

  @OnEveryCell
  void aConnectionHoldsNoMoreBuffersThanItsShare(Cell cell) throws Exception {
    ListenOptions four =
        ListenOptions.defaults().withConnections(ConnectionOptions.defaults().withMaxLeasedBuffers(4));
    try (Server<Keeper> server = new Server<>(cell.group(), four, Keeper::new);
        Socket s = server.client()) {
      Keeper k = Await.next(server.handlers);
      List<BufferLease> held = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        s.getOutputStream().write(i);
        held.add(Await.next(k.kept));
      }
      assertEquals(4, server.group.stats().value(LoopMetric.LEASES_RETAINED));
      for (int i = 0; i < 20; i++) {
        assertEquals(i, held.get(i).get(0));
        held.get(i).release();
      }
      assertAllCameBack(server);
    }
  }
}
