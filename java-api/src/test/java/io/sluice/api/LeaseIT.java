package io.sluice.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.BufferLease;
import io.sluice.Connection;
import io.sluice.ConnectionOptions;
import io.sluice.ListenOptions;
import io.sluice.SendResult;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
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
}
