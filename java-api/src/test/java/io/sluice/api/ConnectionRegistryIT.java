package io.sluice.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.BufferLease;
import io.sluice.CloseReason;
import io.sluice.ConnectOptions;
import io.sluice.Connection;
import io.sluice.ConnectionHandler;
import io.sluice.ConnectionRegistry;
import io.sluice.EventLoopGroup;
import io.sluice.SendResult;
import java.net.Socket;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/** The registry is never behind the connections: in with onOpen, out of every index with onClosed. */
class ConnectionRegistryIT {
  private static boolean iterates(ConnectionRegistry registry, Connection c) {
    for (Connection other : registry) {
      if (other == c) {
        return true;
      }
    }
    return false;
  }

  private static String traces(ConnectionRegistry registry, Connection c, Object... keys) {
    StringBuilder s = new StringBuilder();
    if (registry.byId(c.id()).isPresent()) {
      s.append("by id; ");
    }
    if (iterates(registry, c)) {
      s.append("by iteration; ");
    }
    for (Object key : keys) {
      if (registry.byKey(key).contains(c)) {
        s.append("under ").append(key).append("; ");
      }
    }
    return s.toString();
  }

  @OnEveryCell
  void aConnectionIsInWhenOnOpenRunsAndOutOfEveryIndexWhenOnClosedRuns(Cell cell) throws Exception {
    CompletableFuture<String> atOpen = new CompletableFuture<>();
    CompletableFuture<String> atClose = new CompletableFuture<>();
    try (EventLoopGroup group = cell.builder().threads(2).build()) {
      ConnectionRegistry registry = group.connections();
      class Watching extends Recorder {
        @Override
        public void onOpen(Connection c) {
          atOpen.complete(
              registry.count() + " " + (registry.byId(c.id()).orElse(null) == c) + " " + iterates(registry, c) + " "
                  + registry.register("user", c) + " " + registry.register("room", c) + " " + registry.byKey("user").contains(c));
        }

        @Override
        public void onClosed(Connection c, CloseReason why) {
          atClose.complete(
              registry.count() + " " + traces(registry, c, "user", "room") + registry.keyCount() + " "
                  + registry.register("user", c) + " " + registry.keyCount());
        }
      }
      try (Server<Watching> server = new Server<>(group, Watching::new);
          Socket s = server.client()) {
        assertEquals("1 true true true true true", Await.value(atOpen));
        Connection c = Await.next(server.connections);
        assertEquals(List.of(c), registry.byKey("user"));
        assertEquals(2, registry.keyCount());
        s.close();
        assertEquals("0 0 false 0", Await.value(atClose));
      }
    }
  }

  @OnEveryCell
  void removingAnOldConnectionOfAKeyKeepsTheNewOne(Cell cell) throws Exception {
    try (Server<Recorder> server = new Server<>(cell.group(), Recorder::new);
        Socket a = server.client()) {
      ConnectionRegistry registry = server.group.connections();
      Connection old = Await.value(Await.next(server.handlers).opened);
      assertTrue(registry.register(new String("user"), old));
      try (Socket b = server.client()) {
        Recorder h = Await.next(server.handlers);
        Connection young = Await.value(h.opened);
        assertTrue(registry.register("user", young));
        assertEquals(List.of(old, young), registry.byKey("user"));
        a.close();
        Await.value(old.closed());
        assertEquals(List.of(young), registry.byKey("user"));
        assertFalse(registry.unregister("user", old));
        assertEquals(List.of(young), registry.byKey("user"));
        assertTrue(registry.unregister("user", young));
        assertFalse(registry.unregister("user", young));
        assertEquals(0, registry.keyCount());
        assertTrue(registry.register("user", young));
        assertTrue(registry.register("user", young), "again is no change");
        assertEquals(List.of(young), registry.byKey("user"));
      }
    }
  }

  @OnEveryCell
  void aConnectionWhoseEndHasBegunIsRefused(Cell cell) throws Exception {
    try (Server<Recorder> server = new Server<>(cell.group(), Recorder::new);
        Socket s = server.client()) {
      ConnectionRegistry registry = server.group.connections();
      Connection c = Await.value(Await.next(server.handlers).opened);
      boolean taken =
          Await.on(
              c.loop(),
              () -> {
                c.close();
                return registry.register("late", c);
              });
      assertFalse(taken);
      s.close(); // A close in good order waits for the peer's.
      Await.value(c.closed());
      assertFalse(registry.register("late", c));
      assertFalse(registry.unregister("late", c));
      assertEquals(0, registry.keyCount());
    }
  }

  @OnEveryCell
  void manyConnectionsUnderOneKeyLeaveOneByOne(Cell cell) throws Exception {
    int n = 60;
    List<Socket> clients = new ArrayList<>();
    try (Server<Recorder> server = new Server<>(cell.builder().threads(2).build(), Recorder::new)) {
      ConnectionRegistry registry = server.group.connections();
      List<Connection> all = new ArrayList<>();
      for (int i = 0; i < n; i++) {
        clients.add(server.client());
        Connection c = Await.value(Await.next(server.handlers).opened);
        all.add(c);
        assertTrue(registry.register("room", c));
        assertTrue(registry.register(i, c));
        assertTrue(registry.register("half " + i % 2, c));
      }
      assertEquals(all, registry.byKey("room"));
      assertEquals(n + 3, registry.keyCount());
      for (int i = 0; i < n; i += 3) {
        clients.get(i).close();
        Await.value(all.get(i).closed());
      }
      List<Connection> rest = all.stream().filter(Connection::isOpen).toList();
      assertEquals(rest, registry.byKey("room"));
      assertEquals(rest.size(), registry.count());
      server.close();
      assertEquals(0, registry.keyCount());
      assertEquals(0, registry.count());
      assertFalse(registry.iterator().hasNext());
    } finally {
      for (Socket s : clients) {
        s.close();
      }
    }
  }

  /** Foreign threads register, unregister and look up while connections come and go: nothing may be left or found late. */
  @OnEveryCell
  void foreignRegistrationsThatRaceWithTheEndLeaveNothing(Cell cell) throws Exception {
    int connections = 1500;
    int keys = 8;
    AtomicReference<String> wrong = new AtomicReference<>();
    AtomicInteger finished = new AtomicInteger();
    CompletableFuture<Void> all = new CompletableFuture<>();
    ConcurrentLinkedQueue<Connection> prey = new ConcurrentLinkedQueue<>();
    try (Server<Recorder.Echo> server = new Server<>(cell.group(), Recorder.Echo::new);
        EventLoopGroup clients = cell.builder().threads(2).build()) {
      ConnectionRegistry registry = clients.connections();
      Object[] names = new Object[keys];
      for (int i = 0; i < keys; i++) {
        names[i] = "key " + i;
      }
      class Client implements ConnectionHandler {
        @Override
        public void onOpen(Connection c) {
          if (registry.byId(c.id()).orElse(null) != c) {
            wrong.compareAndSet(null, c + " is open and not found");
          }
          prey.add(c);
          c.loop().execute(c::abort);
        }

        @Override
        public void onData(Connection c, BufferLease data) {}

        @Override
        public void onClosed(Connection c, CloseReason why) {
          String traces = traces(registry, c, names);
          if (!traces.isEmpty()) {
            wrong.compareAndSet(null, c + " has ended and is found " + traces);
          }
          if (finished.incrementAndGet() == connections) {
            all.complete(null);
          }
        }
      }
      AtomicInteger stop = new AtomicInteger();
      List<Thread> hunters = new ArrayList<>();
      for (int t = 0; t < 2; t++) {
        Random random = new Random(t);
        Thread hunter =
            new Thread(
                () -> {
                  List<Connection> known = new ArrayList<>();
                  while (stop.get() == 0) {
                    for (Connection c; (c = prey.poll()) != null; ) {
                      known.add(c);
                    }
                    known.removeIf(c -> c.closed().toCompletableFuture().isDone());
                    for (Connection c : known) {
                      Object key = names[random.nextInt(keys)];
                      if (random.nextInt(3) == 0) {
                        registry.unregister(key, c);
                      } else {
                        registry.register(key, c);
                      }
                    }
                    Set<Connection> seen = new HashSet<>();
                    registry.forEach(
                        c -> {
                          if (!seen.add(c)) {
                            wrong.compareAndSet(null, c + " came twice");
                          }
                        });
                  }
                });
        hunter.start();
        hunters.add(hunter);
      }
      for (int i = 0; i < connections; i++) {
        Await.value(clients.connect(server.address(), ConnectOptions.defaults(), new Client()));
      }
      Await.value(all);
      stop.set(1);
      for (Thread t : hunters) {
        t.join();
      }
      assertEquals(null, wrong.get());
      assertEquals(0, registry.keyCount());
      assertEquals(0, registry.count());
    }
  }

  @OnEveryCell
  void anIterationDeliversWhatStaysExactlyOnce(Cell cell) throws Exception {
    List<Socket> clients = new ArrayList<>();
    try (Server<Recorder> server = new Server<>(cell.builder().threads(2).build(), Recorder::new)) {
      ConnectionRegistry registry = server.group.connections();
      Set<Connection> staying = new HashSet<>();
      for (int i = 0; i < 20; i++) {
        clients.add(server.client());
        staying.add(Await.value(Await.next(server.handlers).opened));
      }
      // The walk has begun; then the table grows and some leave.
      List<Connection> seen = new ArrayList<>();
      for (Connection c : registry) {
        if (seen.isEmpty()) {
          for (int i = 0; i < 300; i++) {
            clients.add(server.client());
            Await.next(server.handlers);
          }
          for (int i = 0; i < 10; i++) {
            Connection gone = staying.stream().filter(x -> x != c).findFirst().orElseThrow();
            staying.remove(gone);
            Await.value(gone.abort());
          }
        }
        assertTrue(c.isOpen(), c + " had ended before the iteration came to it");
        seen.add(c);
      }
      assertEquals(seen.size(), new HashSet<>(seen).size());
      assertTrue(seen.containsAll(staying));
    } finally {
      for (Socket s : clients) {
        s.close();
      }
    }
  }

  @OnEveryCell
  void wrongArgumentsFailAtTheCall(Cell cell) throws Exception {
    try (Server<Recorder> server = new Server<>(cell.group(), Recorder::new);
        EventLoopGroup other = cell.group();
        Socket s = server.client()) {
      Connection c = Await.value(Await.next(server.handlers).opened);
      ConnectionRegistry registry = server.group.connections();
      assertThrows(NullPointerException.class, () -> registry.register(null, c));
      assertThrows(NullPointerException.class, () -> registry.register("k", null));
      assertThrows(NullPointerException.class, () -> registry.unregister(null, c));
      assertThrows(NullPointerException.class, () -> registry.unregister("k", null));
      assertThrows(NullPointerException.class, () -> registry.byKey(null));
      assertThrows(NullPointerException.class, () -> registry.forEach(null));
      String message =
          assertThrows(IllegalArgumentException.class, () -> other.connections().register("k", c)).getMessage();
      assertTrue(message.contains(c.toString()), message);
      assertThrows(IllegalArgumentException.class, () -> other.connections().unregister("k", c));
      assertEquals(0, other.connections().keyCount());
      RuntimeException mine = new RuntimeException();
      assertSame(
          mine,
          assertThrows(
              RuntimeException.class,
              () ->
                  registry.forEach(
                      x -> {
                        throw mine;
                      })));
      assertTrue(registry.byId(-1).isEmpty());
      assertTrue(registry.byId(Long.MAX_VALUE).isEmpty());
      assertTrue(registry.byKey("unknown").isEmpty());
      assertThrows(UnsupportedOperationException.class, () -> registry.byKey("unknown").add(c));
    }
  }

  /** A key whose hashCode fails or changes when the loop takes its connection out. */
  @OnEveryCell
  void aBrokenKeyLeavesNoConnectionAndHarmsNoOther(Cell cell) throws Exception {
    class Moody {
      volatile boolean broken;

      @Override
      public int hashCode() {
        if (broken) {
          throw new IllegalStateException("no hash");
        }
        return 1;
      }

      @Override
      public boolean equals(Object o) {
        return o == this;
      }
    }
    Moody key = new Moody();
    try (Server<Recorder> server = new Server<>(cell.group(), Recorder::new);
        Socket s = server.client()) {
      Recorder h = Await.next(server.handlers);
      Connection c = Await.value(h.opened);
      ConnectionRegistry registry = server.group.connections();
      key.broken = true;
      assertThrows(IllegalStateException.class, () -> registry.register(key, c));
      key.broken = false;
      assertTrue(registry.register(key, c));
      assertTrue(registry.register("other", c));
      key.broken = true;
      s.close();
      assertEquals(CloseReason.Kind.PEER_CLOSE, Await.value(h.closed).kind());
      assertTrue(registry.byKey("other").isEmpty());
      key.broken = false;
      assertTrue(registry.byKey(key).isEmpty());
      try (Socket again = server.client()) {
        Connection next = Await.value(Await.next(server.handlers).opened);
        assertTrue(registry.register(key, next));
        assertEquals(List.of(next), registry.byKey(key));
        assertEquals(SendResult.QUEUED, next.send(java.nio.ByteBuffer.wrap(new byte[1])));
      }
    }
  }
}
