package io.sluice.api;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.BufferLease;
import io.sluice.Connection;
import io.sluice.EventLoopGroup;
import io.sluice.LoopMetric;
import io.sluice.internal.abi.Abi;
import io.sluice.internal.loop.Counters;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Supplier;
import jdk.jfr.consumer.RecordedEvent;
import org.junit.jupiter.api.function.Executable;

/** Checked mode finds every misuse of a lease, says where it was made, and makes it harmless. */
class CheckedLeaseIT {
  /** From this JDK on access to the buffer of an ended lease fails; before, its memory is filled with a pattern. */
  private static final int FIRST_JDK_THAT_CLOSES = 22;

  private static boolean closes() {
    return Runtime.version().feature() >= FIRST_JDK_THAT_CLOSES;
  }

  /** Hands out retained leases. */
  static class Keeper extends Recorder {
    final BlockingQueue<BufferLease> kept = new LinkedBlockingQueue<>();

    @Override
    public void onData(Connection c, BufferLease lease) {
      kept.add(acquiredHere(lease));
    }
  }

  static BufferLease acquiredHere(BufferLease lease) {
    return lease.retain();
  }

  private static void endedHere(BufferLease lease) {
    lease.release();
  }

  private static BufferLease retainedElsewhere(BufferLease lease) {
    return lease.retain();
  }

  private static <H extends Recorder> Server<H> server(Cell cell, Supplier<H> factory) {
    return new Server<>(cell.builder().checkedLeases(true).build(), factory);
  }

  private static void send(Socket s, String text) throws Exception {
    s.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String read(Socket s, int n) throws Exception {
    return new String(s.getInputStream().readNBytes(n), StandardCharsets.UTF_8);
  }

  private static long value(EventLoopGroup group, LoopMetric metric) {
    return group.stats().value(metric);
  }

  private static void assertAllCameBack(EventLoopGroup group) {
    Await.until("every buffer is back", () -> {
      group.loops().get(0).execute(() -> {}); // What was released elsewhere is taken at the next turn.
      return value(group, LoopMetric.BUFFERS_OUT) == 0 && value(group, LoopMetric.LEASES_RETAINED) == 0;
    });
    assertEquals(0, Counters.of(group.loops().get(0), Abi.CTR_BAD_RETURNS), "a buffer was given back twice");
  }

  private static boolean passed(Throwable place, String method) {
    return Arrays.stream(place.getStackTrace()).anyMatch(f -> f.getMethodName().equals(method));
  }

  private static void mistakeHere(Executable mistake) throws Throwable {
    mistake.execute();
  }

  /** The mistake throws, and the exception tells the three places. */
  private static void assertLocated(Connection c, String endedBy, Executable mistake) {
    IllegalStateException e = assertThrows(IllegalStateException.class, () -> mistakeHere(mistake));
    assertTrue(passed(e, "mistakeHere"), e::toString);
    assertNotNull(e.getCause(), e::toString);
    assertTrue(passed(e.getCause(), endedBy), () -> Arrays.toString(e.getCause().getStackTrace()));
    assertTrue(passed(e.getCause().getCause(), "acquiredHere"), e::toString);
    assertTrue(e.getCause().getMessage().contains("connection " + c.id() + " "), e.getCause().getMessage());
  }

  @OnEveryCell
  void everyUseAfterTheReleaseIsThrownWithWhereItEndedAndWhereItBegan(Cell cell) throws Exception {
    try (Server<Keeper> server = server(cell, Keeper::new);
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
    try (Server<Keeper> server = server(cell, Keeper::new);
        Socket s = server.client()) {
      send(s, "echo");
      Connection c = Await.next(server.connections);
      Keeper k = Await.next(server.handlers);
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
        Server<Keeper> server = server(cell, Keeper::new);
        Socket s = server.client()) {
      send(s, "secret");
      Keeper k = Await.next(server.handlers);
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

  @OnEveryCell
  void aLeaseThatIsLostIsReportedOnceAndItsBufferGivenBack(Cell cell) throws Exception {
    class Leaky extends Recorder {
      @Override
      public void onData(Connection c, BufferLease lease) {
        acquiredHere(lease);
        c.send(ByteBuffer.allocate(1));
      }
    }
    try (FlightRecording recording = new FlightRecording("LeaseMisused");
        Server<Leaky> server = server(cell, Leaky::new);
        Socket s = server.client()) {
      send(s, "lost");
      read(s, 1);
      Connection c = Await.next(server.connections);
      Await.until("the loss is noticed", () -> {
        System.gc();
        return value(server.group, LoopMetric.LEASES_LOST) > 0;
      });
      assertAllCameBack(server.group);
      List<RecordedEvent> events = recording.events("LeaseMisused").stream()
          .filter(e -> e.getString("places").contains("connection " + c.id() + " ")).toList();
      assertEquals(1, events.size(), events::toString);
      assertTrue(events.get(0).getString("what").contains("lost"), events::toString);
      assertTrue(events.get(0).getString("places").contains("acquiredHere"), events::toString);
      System.gc();
      assertEquals(1, value(server.group, LoopMetric.LEASES_LOST));
    }
  }

  @OnEveryCell
  void whatIsOutstandingWhenTheLoopEndsIsReportedAndStaysUsable(Cell cell) throws Exception {
    try (FlightRecording recording = new FlightRecording("LeaseMisused");
        Server<Keeper> server = server(cell, Keeper::new);
        Socket s = server.client()) {
      Connection c = Await.next(server.connections);
      Keeper k = Await.next(server.handlers);
      send(s, "a");
      BufferLease first = Await.next(k.kept);
      send(s, "b");
      BufferLease second = Await.next(k.kept);
      first.release();
      assertEquals(1, Await.value(server.group.shutdown(Duration.ZERO)).leasesOutstanding());
      RecordedEvent e = recording.events("LeaseMisused").stream()
          .filter(x -> x.getString("places").contains("connection " + c.id() + " ")).findFirst().orElseThrow();
      assertTrue(e.getString("what").contains("outstanding"), e::toString);
      assertTrue(e.getString("places").contains("acquiredHere"), e::toString);
      assertEquals('b', second.get(0));
      endedHere(second);
      assertLocated(c, "endedHere", second::release);
    }
  }

  /** Writes more than the pipe takes, so that the call is still under way when the lease ends. */
  @OnEveryEngine
  void anEndWhileAnotherThreadsCallUsesTheBufferIsReported(Cell cell) throws Exception {
    org.junit.jupiter.api.Assumptions.assumeTrue(closes(), "before JDK 22 nothing tells that a buffer is in use");
    java.nio.channels.Pipe pipe = java.nio.channels.Pipe.open();
    try (Server<Keeper> server = server(cell, Keeper::new);
        Socket s = server.client();
        java.nio.channels.Pipe.SinkChannel sink = pipe.sink();
        java.nio.channels.Pipe.SourceChannel source = pipe.source()) {
      fill(sink);
      send(s, "in use");
      BufferLease l = Await.next(Await.next(server.handlers).kept);
      ByteBuffer b = l.buffer();
      Thread writer = new Thread(() -> assertThrowsNothing(() -> sink.write(b)));
      writer.start();
      Await.until("the call blocks", () -> Arrays.stream(writer.getStackTrace()).anyMatch(f -> f.isNativeMethod()
          && f.getMethodName().startsWith("write")));
      l.release();
      assertEquals(1, value(server.group, LoopMetric.LEASES_MISUSED));
      assertAllCameBack(server.group);
      ByteBuffer drain = ByteBuffer.allocate(1 << 20);
      while (writer.isAlive()) {
        source.read(drain.clear());
        writer.join(1);
      }
      Await.until("the memory is closed after the call", () -> throwsWhenRead(b));
    }
  }

  private static void fill(java.nio.channels.Pipe.SinkChannel sink) throws Exception {
    sink.configureBlocking(false);
    for (int size : new int[] {4096, 1}) { // A pipe counts pages: the last one is filled to the last byte.
      ByteBuffer b = ByteBuffer.allocate(size);
      while (sink.write(b.clear()) > 0) {
        // On until it is full.
      }
    }
    sink.configureBlocking(true);
  }

  private static boolean throwsWhenRead(ByteBuffer b) {
    try {
      b.get(0);
      return false;
    } catch (IllegalStateException closed) {
      return true;
    }
  }

  private static void assertThrowsNothing(Executable e) {
    org.junit.jupiter.api.Assertions.assertDoesNotThrow(e);
  }

  /** Copies and their originals: with a pool this short most leases are heap leases. */
  @OnEveryCell
  void leasesOnTheHeapAreCheckedTheSame(Cell cell) throws Exception {
    try (Server<Keeper> server =
            new Server<>(cell.builder().checkedLeases(true).receiveBuffers(256, 16).build(), Keeper::new);
        Socket s = server.client()) {
      Connection c = Await.next(server.connections);
      Keeper k = Await.next(server.handlers);
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
