package io.sluice.api;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.sluice.Connection;
import io.sluice.ConnectionOptions;
import io.sluice.ConnectionRegistry;
import io.sluice.ConnectionRegistry.BroadcastResult;
import io.sluice.ListenOptions;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** One message to many: each connection's own answer, counted. */
class BroadcastIT {
  private static final int MESSAGE = 1024;

  private static ByteBuffer message(int fill) {
    ByteBuffer b = ByteBuffer.allocate(MESSAGE + 8);
    for (int i = 0; i < b.capacity(); i++) {
      b.put((byte) (fill + i));
    }
    return b.position(8);
  }

  private static void assertReceives(Socket s, ByteBuffer sent) throws Exception {
    byte[] expected = new byte[sent.remaining()];
    sent.get(sent.position(), expected);
    assertArrayEquals(expected, s.getInputStream().readNBytes(expected.length));
  }

  @OnEveryCell
  void everyConnectionOfEveryLoopGetsItFromAnyThread(Cell cell) throws Exception {
    List<Socket> clients = new ArrayList<>();
    try (Server<Recorder> server = new Server<>(cell.builder().threads(2).build(), Recorder::new)) {
      ConnectionRegistry registry = server.group.connections();
      List<Connection> all = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        clients.add(server.client());
      }
      for (int i = 0; i < 8; i++) {
        Connection c = Await.value(Await.next(server.handlers).opened);
        all.add(c);
        registry.register(all.size() % 2 == 0 ? "even" : "odd", c);
      }
      ByteBuffer one = message(1);
      assertEquals(new BroadcastResult(8, 0, 0, 0), registry.broadcast(one));
      assertEquals(MESSAGE, one.remaining(), "the position stays");
      ByteBuffer first = message(1);
      one.put(20, (byte) ~one.get(20)); // Copied already: what the caller does now reaches nobody.
      ByteBuffer two = message(2);
      assertEquals(
          new BroadcastResult(8, 0, 0, 0), Await.on(all.get(0).loop(), () -> registry.broadcast(two)));
      for (Socket s : clients) {
        assertReceives(s, first);
        assertReceives(s, two);
      }
      assertEquals(4, registry.broadcastTo("even", message(3)).accepted());
      assertEquals(4, registry.broadcastIf(c -> registry.byKey("odd").contains(c), message(3)).accepted());
      for (Socket s : clients) {
        assertReceives(s, message(3));
      }
      assertEquals(new BroadcastResult(0, 0, 0, 0), registry.broadcastTo("nobody", message(4)));
    } finally {
      for (Socket s : clients) {
        s.close();
      }
    }
  }

  @OnEveryCell
  void aConnectionThatDoesNotReadHoldsUpNobodyAndIsCounted(Cell cell) throws Exception {
    ListenOptions small =
        ListenOptions.defaults()
            .withConnections(ConnectionOptions.defaults().withSendBounds(MESSAGE, 2 * MESSAGE, 3 * MESSAGE));
    try (Server<Recorder> server = new Server<>(cell.group(), small, Recorder::new);
        Socket slow = server.client();
        Socket good = server.client()) {
      ConnectionRegistry registry = server.group.connections();
      Connection a = Await.value(Await.next(server.handlers).opened);
      Connection b = Await.value(Await.next(server.handlers).opened);
      Connection stuck = a.remoteAddress().equals(slow.getLocalSocketAddress()) ? a : b;
      // Within one task nothing reaches the kernel, so the queue stays as full as it was made.
      List<BroadcastResult> results =
          Await.on(
              stuck.loop(),
              () -> {
                while (stuck.send(ByteBuffer.allocate(MESSAGE)).accepted()) {}
                BroadcastResult here = registry.broadcast(message(1));
                BroadcastResult elsewhere = CompletableFuture.supplyAsync(() -> registry.broadcast(message(2))).join();
                return List.of(here, elsewhere);
              });
      for (BroadcastResult r : results) {
        assertEquals(1, r.rejected(), r::toString);
        assertEquals(1, r.accepted(), r::toString);
        assertEquals(2, r.total());
      }
      assertReceives(good, message(1));
      assertReceives(good, message(2));
      Connection reading = a == stuck ? b : a;
      Await.until("the kernel has taken it all", () -> reading.pendingSendBytes() == 0);
      BroadcastResult large = registry.broadcastIf(c -> c != stuck, ByteBuffer.allocate(2 * MESSAGE));
      assertEquals(new BroadcastResult(0, 1, 0, 0), large);
      BroadcastResult closing =
          Await.on(
              stuck.loop(),
              () -> {
                stuck.close();
                return registry.broadcastIf(c -> c == stuck, message(2));
              });
      assertEquals(new BroadcastResult(0, 0, 0, 1), closing);
      stuck.abort();
    }
  }

  @OnEveryCell
  void wrongArgumentsFailAndAThrowingPredicateEndsTheCall(Cell cell) throws Exception {
    try (Server<Recorder> server = new Server<>(cell.group(), Recorder::new);
        Socket s = server.client()) {
      Await.value(Await.next(server.handlers).opened);
      ConnectionRegistry registry = server.group.connections();
      assertThrows(NullPointerException.class, () -> registry.broadcast(null));
      assertThrows(NullPointerException.class, () -> registry.broadcastTo(null, message(1)));
      assertThrows(NullPointerException.class, () -> registry.broadcastTo("k", null));
      assertThrows(NullPointerException.class, () -> registry.broadcastIf(null, message(1)));
      RuntimeException mine = new RuntimeException();
      assertSame(
          mine,
          assertThrows(
              RuntimeException.class,
              () ->
                  registry.broadcastIf(
                      c -> {
                        throw mine;
                      },
                      message(1))));
      assertEquals(1, registry.broadcast(message(1)).queued(), "and harms nothing");
    }
  }
}
