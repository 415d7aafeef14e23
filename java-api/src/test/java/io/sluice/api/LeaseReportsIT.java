package io.sluice.api;

import static io.sluice.api.CheckedLeases.acquiredHere;
import static io.sluice.api.CheckedLeases.assertAllCameBack;
import static io.sluice.api.CheckedLeases.assertLocated;
import static io.sluice.api.CheckedLeases.closes;
import static io.sluice.api.CheckedLeases.endedHere;
import static io.sluice.api.CheckedLeases.read;
import static io.sluice.api.CheckedLeases.send;
import static io.sluice.api.CheckedLeases.server;
import static io.sluice.api.CheckedLeases.value;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.BufferLease;
import io.sluice.Connection;
import io.sluice.LoopMetric;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import jdk.jfr.consumer.RecordedEvent;
import org.junit.jupiter.api.function.Executable;

/** What no call can throw, checked mode reports: leases that were lost, outstanding, or in use when they ended. */
class LeaseReportsIT {
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
        Server<CheckedLeases.Keeper> server = server(cell, CheckedLeases.Keeper::new);
        Socket s = server.client()) {
      Connection c = Await.next(server.connections);
      CheckedLeases.Keeper k = Await.next(server.handlers);
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
    try (Server<CheckedLeases.Keeper> server = server(cell, CheckedLeases.Keeper::new);
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
}
