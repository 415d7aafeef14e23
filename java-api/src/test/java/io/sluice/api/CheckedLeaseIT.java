package io.sluice.api;

import static io.sluice.api.CheckedLeases.assertAllCameBack;
import static io.sluice.api.CheckedLeases.assertLocated;
import static io.sluice.api.CheckedLeases.closes;
import static io.sluice.api.CheckedLeases.endedHere;
import static io.sluice.api.CheckedLeases.read;
import static io.sluice.api.CheckedLeases.retainedElsewhere;
import static io.sluice.api.CheckedLeases.send;
import static io.sluice.api.CheckedLeases.server;
import static io.sluice.api.CheckedLeases.value;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.BufferLease;
import io.sluice.Connection;
import io.sluice.LoopMetric;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import jdk.jfr.consumer.RecordedEvent;
import org.junit.jupiter.api.function.Executable;

/** Checked mode finds every misuse of a lease, says where it was made, and makes it harmless. */
class CheckedLeaseIT {
  @OnEveryCell
  void everyUseAfterTheReleaseIsThrownWithWhereItEndedAndWhereItBegan(Cell cell) throws Exception {
    try (Server<CheckedLeases.Keeper> server = server(cell, CheckedLeases.Keeper::new);
        Socket s = server.client()) {
      send(s, "data");
      Connection c = Await.next(server.connections);
      BufferLease l = Await.next(Await.next(server.handlers).kept);
      endedHere(l);
      assertFalse(l.isActive());
      Map<String, Executable> mistakes = new LinkedHashMap<>();
      mistakes.put("release", l::release);
      mistakes.put("retain", l::retain);
      mistakes.put("send", () -> c.send(l));
      mistakes.put("length", l::length);
      mistakes.put("get", () -> l.get(0));
      mistakes.put("copyTo", () -> l.copyTo(0, new byte[1], 0, 1));
      mistakes.put("buffer", l::buffer);
      mistakes.forEach((name, mistake) -> assertLocated(c, "endedHere", mistake));
      assertEquals(mistakes.size(), value(server.group, LoopMetric.LEASES_MISUSED));
      assertAllCameBack(server.group);
    }
  }

  @OnEveryCell
  void aReleaseAfterTheSendIsThrownAndTheBytesGoOutOnce(Cell cell) throws Exception {
    try (Server<CheckedLeases.Keeper> server = server(cell, CheckedLeases.Keeper::new);
        Socket s = server.client()) {
      send(s, "echo");
      Connection c = Await.next(server.connections);
      CheckedLeases.Keeper k = Await.next(server.handlers);
      BufferLease l = Await.next(k.kept);
      assertTrue(c.send(l).accepted());
      assertLocated(c, "aReleaseAfterTheSendIsThrownAndTheBytesGoOutOnce", l::release);
      assertEquals("echo", read(s, 4));
      send(s, "more");
      BufferLease second = Await.next(k.kept);
      BufferLease successor = Await.on(c.loop(), () -> retainedElsewhere(second));
      assertEquals('m', successor.get(0));
      assertLocated(c, "retainedElsewhere", second::release);
      assertTrue(Await.on(c.loop(), () -> c.send(successor)).accepted());
      assertEquals("more", read(s, 4));
      assertAllCameBack(server.group);
    }
  }

  @OnEveryCell
  void aCallbacksLeaseThatWasStoredIsNoticedWhileALaterCallbackRuns(Cell cell) throws Exception {
    class Careless extends Recorder {
      private BufferLease stored;
      final BlockingQueue<IllegalStateException> thrown = new LinkedBlockingQueue<>();

      @Override
      public void onData(Connection c, BufferLease lease) {
        if (stored == null) {
          stored = lease;
        } else {
          thrown.add(assertThrows(IllegalStateException.class, () -> stored.get(0)));
          thrown.add(assertThrows(IllegalStateException.class, () -> c.send(stored)));
          thrown.add(assertThrows(IllegalStateException.class, stored::release));
          assertEquals('2', lease.get(0));
        }
        c.send(ByteBuffer.allocate(1));
      }
    }
    try (Server<Careless> server = server(cell, Careless::new);
        Socket s = server.client()) {
      send(s, "1");
      read(s, 1);
      send(s, "2");
      read(s, 1);
      Careless careless = Await.next(server.handlers);
      for (int i = 0; i < 3; i++) {
        String ended = Await.next(careless.thrown).getCause().getMessage();
        assertTrue(ended.contains("onData returned"), ended);
      }
      assertFalse(careless.closed.isDone());
      assertAllCameBack(server.group);
    }
  }

  @OnEveryCell
  void aCallbacksLeaseIsRefusedToOtherThreadsAndStaysUnharmed(Cell cell) throws Exception {
    class Sharing extends Recorder {
      @Override
      public void onData(Connection c, BufferLease lease) {
        List<String> thrown = CompletableFuture.supplyAsync(() -> List.of(
            assertThrows(IllegalStateException.class, () -> lease.get(0)).getMessage(),
            assertThrows(IllegalStateException.class, lease::release).getMessage(),
            assertThrows(IllegalStateException.class, lease::retain).getMessage())).join();
        for (String m : thrown) {
          assertTrue(m.contains("thread"), m);
        }
        c.send(lease);
      }
    }
    try (Server<Sharing> server = server(cell, Sharing::new);
        Socket s = server.client()) {
      send(s, "mine");
      assertEquals("mine", read(s, 4));
      assertAllCameBack(server.group);
    }
  }

  @OnEveryCell
  void theBufferOfAnEndedLeaseShowsNothingAndAWriteIntoItIsReported(Cell cell) throws Exception {
    try (FlightRecording recording = new FlightRecording("LeaseMisused");
        Server<CheckedLeases.Keeper> server = server(cell, CheckedLeases.Keeper::new);
        Socket s = server.client()) {
      send(s, "secret");
      CheckedLeases.Keeper k = Await.next(server.handlers);
      BufferLease l = Await.next(k.kept);
      ByteBuffer b = l.buffer();
      ByteBuffer derived = b.slice(1, 3);
      assertEquals(6, b.capacity(), "what lies behind the bytes cannot be reached");
      assertEquals("secret", StandardCharsets.UTF_8.decode(b.duplicate()).toString());
      endedHere(l);
      if (closes()) {
        for (ByteBuffer stale : List.of(b, derived)) {
          assertThrows(IllegalStateException.class, () -> stale.get(0));
          assertThrows(IllegalStateException.class, () -> stale.put(0, (byte) 1));
        }
      } else {
        for (int i = 0; i < 6; i++) {
          assertEquals((byte) 0xDB, b.get(i));
        }
        derived.put(1, (byte) 7);
        Await.until("the write is found", () -> value(server.group, LoopMetric.LEASES_MISUSED) == 1);
        List<RecordedEvent> events = recording.events("LeaseMisused");
        RecordedEvent e = events.get(events.size() - 1);
        assertTrue(e.getString("what").contains("byte 2 "), e::toString);
        assertTrue(e.getString("places").contains("endedHere"), e::toString);
        assertTrue(e.getString("places").contains("acquiredHere"), e::toString);
      }
      // Whatever was done with the stale buffer, the receive buffer behind it is intact.
      send(s, "public");
      BufferLease next = Await.next(k.kept);
      assertEquals("public", StandardCharsets.UTF_8.decode(next.buffer()).toString());
      next.release();
      assertAllCameBack(server.group);
    }
  }

  @OnEveryCell
  void theBufferOfACallbackEndsWithIt(Cell cell) throws Exception {
    BlockingQueue<ByteBuffer> buffers = new LinkedBlockingQueue<>();
    class Careless extends Recorder {
      @Override
      public void onData(Connection c, BufferLease lease) {
        ByteBuffer b = lease.buffer();
        buffers.add(b);
        b.put(0, (byte) Character.toUpperCase(b.get(0)));
        assertEquals(b.get(0), lease.get(0), "the buffer and the lease are the same bytes");
        c.send(lease);
      }
    }
    try (Server<Careless> server = server(cell, Careless::new);
        Socket s = server.client()) {
      send(s, "word");
      assertEquals("Word", read(s, 4));
      ByteBuffer b = Await.next(buffers);
      if (closes()) {
        assertThrows(IllegalStateException.class, () -> b.get(0));
      } else {
        assertEquals((byte) 0xDB, b.get(0));
      }
      assertAllCameBack(server.group);
    }
  }

  /** Copies and their originals: with a pool this short most leases are heap leases. */
  @OnEveryCell
  void leasesOnTheHeapAreCheckedTheSame(Cell cell) throws Exception {
    try (Server<CheckedLeases.Keeper> server =
            new Server<>(cell.builder().checkedLeases(true).receiveBuffers(256, 16).build(), CheckedLeases.Keeper::new);
        Socket s = server.client()) {
      Connection c = Await.next(server.connections);
      CheckedLeases.Keeper k = Await.next(server.handlers);
      BufferLease[] leases = new BufferLease[40];
      for (int i = 0; i < leases.length; i++) {
        s.getOutputStream().write(i);
        leases[i] = Await.next(k.kept);
      }
      for (int i = 0; i < leases.length; i++) {
        byte[] one = new byte[1];
        leases[i].copyTo(0, one, 0, 1);
        assertArrayEquals(new byte[] {(byte) i}, one);
        BufferLease l = leases[i];
        endedHere(l);
        assertLocated(c, "endedHere", l::release);
      }
      assertAllCameBack(server.group);
    }
  }
}
