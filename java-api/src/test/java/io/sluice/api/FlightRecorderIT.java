package io.sluice.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.sluice.CloseReason;
import io.sluice.CloseReason.Kind;
import io.sluice.Connection;
import io.sluice.EventLoopGroup;
import io.sluice.ListenOptions;
import io.sluice.Listener;
import io.sluice.LoopMetric;
import io.sluice.internal.jfr.Events;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.List;
import jdk.jfr.consumer.RecordedEvent;

/** What the flight recorder gets to know. */
class FlightRecorderIT {
  private static RecordedEvent of(Connection c, List<RecordedEvent> events) {
    List<RecordedEvent> mine = events.stream().filter(e -> e.getLong("connectionId") == c.id()).toList();
    assertEquals(1, mine.size(), () -> c + ": " + events);
    return mine.get(0);
  }

  @OnEveryEngine
  void connectionsAreRecordedWithTheirReasonAlsoWhenTheRecordingStartsLate(Cell cell) throws Exception {
    try (Server<Recorder.Echo> server = new Server<>(cell.group(), Recorder.Echo::new)) {
      Socket early = server.client();
      Connection before = Await.next(server.connections);
      try (FlightRecording recording = new FlightRecording("ConnectionOpened", "ConnectionClosed")) {
        Socket s = server.client();
        Connection c = Await.next(server.connections);
        s.getOutputStream().write(new byte[1000]);
        assertEquals(1000, s.getInputStream().readNBytes(1000).length);
        s.setSoLinger(true, 0);
        s.close();
        CloseReason why = Await.value(c.closed());
        early.close();
        Await.value(before.closed());

        RecordedEvent opened = of(c, recording.events("ConnectionOpened"));
        assertTrue(opened.getBoolean("accepted"));
        assertEquals(String.valueOf(c.remoteAddress()), opened.getString("remote"));
        List<RecordedEvent> ends = recording.events("ConnectionClosed");
        RecordedEvent closed = of(c, ends);
        assertEquals(Kind.PEER_RESET.name(), closed.getString("kind"));
        assertEquals("PEER", closed.getString("initiator"));
        assertEquals(why.osError(), closed.getInt("osError"));
        assertEquals(false, closed.getBoolean("expected"));
        assertEquals(1000, closed.getLong("bytesReceived"));
        assertEquals(1000, closed.getLong("bytesSent"));
        assertEquals(0, closed.getLong("bytesUnsent"));
        assertTrue(closed.getDuration("openTime").toNanos() > 0);
        assertEquals(Kind.PEER_CLOSE.name(), of(before, ends).getString("kind"));
        assertTrue(of(before, ends).getDuration("openTime").compareTo(closed.getDuration("openTime")) > 0);
      }
    }
  }

  /** The peer does not read: what the kernel had taken when this side aborted counts as sent, and only that. */
  @OnEveryEngine
  void bytesSentAreThoseThatTheKernelHadAcceptedAtTheEnd(Cell cell) throws Exception {
    try (Server<Recorder> server = new Server<>(cell.group(), Recorder::new);
        FlightRecording recording = new FlightRecording("ConnectionClosed");
        Socket s = server.client(4096)) {
      Connection c = Await.next(server.connections);
      long taken = 0;
      while (c.send(ByteBuffer.allocate(64 << 10)).accepted()) { // From a thread that is not the loop's.
        taken += 64 << 10;
      }
      taken += Await.on(c.loop(), () -> c.send(ByteBuffer.allocate(100)).accepted() ? 100 : 0);
      Await.until("the kernel has taken some", () -> server.group.stats().value(LoopMetric.BYTES_SENT) > 0);
      CloseReason why = Await.value(c.abort());
      assertTrue(why.bytesUnsent() > 0, why::toString);
      RecordedEvent closed = of(c, recording.events("ConnectionClosed"));
      assertEquals(why.bytesUnsent(), closed.getLong("bytesUnsent"));
      assertEquals(taken - why.bytesUnsent(), closed.getLong("bytesSent"));
      assertEquals(server.group.stats().value(LoopMetric.BYTES_SENT), closed.getLong("bytesSent"), "the engine's own count");
      assertTrue(closed.getLong("bytesSent") > 0);
      assertEquals(0, closed.getLong("bytesReceived"));
    }
  }

  @OnEveryEngine
  void theStatesOfAListenerAreRecorded(Cell cell) throws Exception {
    try (FlightRecording recording = new FlightRecording("ListenerState");
        EventLoopGroup group = cell.group()) {
      InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
      Listener l = group.listen(any, ListenOptions.defaults(), c -> new Recorder());
      Await.value(l.ready());
      int port = l.port();
      l.pause();
      l.resume();
      Await.value(l.close());
      try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
        Await.failure(
            group.listen(taken.getLocalSocketAddress(), ListenOptions.defaults(), c -> new Recorder()).ready());
        List<RecordedEvent> events = recording.events("ListenerState");
        List<String> mine =
            events.stream()
                .filter(e -> e.getString("address").endsWith(":" + port) || e.getString("before").equals("STARTING"))
                .filter(e -> e.getString("cause") == null)
                .map(e -> e.getString("before") + " " + e.getString("now"))
                .toList();
        assertEquals(
            List.of("STARTING LISTENING", "LISTENING PAUSED", "PAUSED LISTENING", "LISTENING CLOSED"), mine,
            events::toString);
        RecordedEvent failed = events.get(events.size() - 1);
        assertEquals("FAILED", failed.getString("now"));
        assertTrue(failed.getString("cause").contains("in use"), failed::toString);
      }
    }
  }

  @OnEveryEngine
  void switchedOffAnEventAllocatesNothing(Cell cell) throws Exception {
    try (Server<Recorder.Echo> server = new Server<>(cell.group(), Recorder.Echo::new);
        Socket s = server.client()) {
      Connection c = Await.next(server.connections);
      CloseReason why = new CloseReason(Kind.PEER_CLOSE, CloseReason.Initiator.PEER, 0, 0, "for the test", 0);
      ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
      long me = Thread.currentThread().getId();
      long bytes = Long.MAX_VALUE;
      // The first round loads classes.
      for (int round = 0; round < 3; round++) {
        long before = threads.getThreadAllocatedBytes(me);
        for (int i = 0; i < 1000; i++) {
          Events.INSTANCE.connectionOpened(c, true);
          Events.INSTANCE.connectionClosed(c, why, 1, 2, 3);
        }
        bytes = threads.getThreadAllocatedBytes(me) - before;
      }
      // The measurement itself may need some; one byte per event would be 2000.
      assertTrue(bytes < 1000, bytes + " bytes for 2000 events that nobody wants");
    }
  }
}
