package io.sluice.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.sluice.BufferLease;
import io.sluice.Connection;
import io.sluice.ConnectionHandler;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;

/** What costs nothing must go on costing nothing: garbage per message, heap per idle connection. */
class SteadyStateIT {
  private static final int MEASURED = 10_000;
  /** The measurement's own calls on the loop's thread; not one byte per message. */
  private static final long ALLOWED_BYTES = MEASURED / 2;
  /** On a busy machine the optimising compiler, which removes short-lived objects, may come late. */
  private static final int MOST_ROUNDS = 40;

  private static long allocated(Connection c) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    return Await.on(c.loop(), () -> threads.getThreadAllocatedBytes(Thread.currentThread().getId()));
  }

  private static void pingPong(Socket s, int rounds) throws Exception {
    byte[] b = new byte[64];
    OutputStream out = s.getOutputStream();
    InputStream in = s.getInputStream();
    for (int i = 0; i < rounds; i++) {
      out.write(b);
      assertEquals(64, in.readNBytes(b, 0, 64));
    }
  }

  private static void assertNoGarbage(Cell cell, ConnectionHandler handler) throws Exception {
    try (Server<ConnectionHandler> server = new Server<>(cell.group(), () -> handler);
        Socket s = server.client()) {
      Connection c = Await.next(server.connections);
      long bytes = Long.MAX_VALUE;
      for (int round = 0; round < MOST_ROUNDS && bytes >= ALLOWED_BYTES; round++) {
        long before = allocated(c);
        pingPong(s, MEASURED);
        bytes = allocated(c) - before;
      }
      assertTrue(bytes < ALLOWED_BYTES, bytes + " bytes for " + MEASURED + " messages, also after the warm-up");
    }
  }

  @OnEveryCell
  void echoingALeaseAllocatesNothing(Cell cell) throws Exception {
    assertNoGarbage(
        cell,
        new ConnectionHandler() {
          @Override
          public void onData(Connection c, BufferLease lease) {
            c.send(lease);
          }
        });
  }

  @OnEveryCell
  void echoingACopyAllocatesNothing(Cell cell) throws Exception {
    assertNoGarbage(
        cell,
        new ConnectionHandler() {
          @Override
          public void onData(Connection c, BufferLease lease) {
            c.send(lease.buffer());
          }
        });
  }

  @OnEveryCell
  void sendingWithAListenerAllocatesNothing(Cell cell) throws Exception {
    ByteBuffer answer = ByteBuffer.allocateDirect(64);
    assertNoGarbage(
        cell,
        new ConnectionHandler() {
          private int missing;

          @Override
          public void onData(Connection c, BufferLease lease) {
            missing += lease.length();
            while (missing >= 64) {
              missing -= 64;
              answer.clear();
              c.send(answer, (x, failure) -> {});
            }
          }
        });
  }

  @OnEveryEngine
  @Tag("slow")
  void anIdleConnectionIsSmall(Cell cell) throws Exception {
    org.junit.jupiter.api.Assumptions.assumeFalse(
        cell.isNio(), "the JDK's channels are larger than the bound by themselves");
    int n = 2000;
    ConnectionHandler shared =
        new ConnectionHandler() {
          @Override
          public void onData(Connection c, BufferLease lease) {}
        };
    List<Socket> clients = new ArrayList<>();
    try (Server<ConnectionHandler> server = new Server<>(cell.group(), () -> shared)) {
      // The first ones grow tables and load classes; the clients' own heap is measured apart.
      for (int i = 0; i < 64; i++) {
        clients.add(server.client());
        Await.next(server.connections);
        Await.next(server.handlers);
      }
      List<Socket> plain = new ArrayList<>();
      long empty = heap();
      try (java.net.ServerSocket other = new java.net.ServerSocket(0, n, java.net.InetAddress.getLoopbackAddress())) {
        for (int i = 0; i < n; i++) {
          Socket s = new Socket();
          s.setSoTimeout(60_000);
          s.setTcpNoDelay(true);
          s.connect(other.getLocalSocketAddress());
          plain.add(s);
        }
        long clientBytes = heap() - empty;
        long before = heap();
        for (int i = 0; i < n; i++) {
          clients.add(server.client());
          Await.next(server.connections);
          Await.next(server.handlers);
        }
        long each = (heap() - before - clientBytes) / n;
        assertTrue(each <= 512, each + " bytes per connection");
      }
      for (Socket s : plain) {
        s.close();
      }
    } finally {
      for (Socket s : clients) {
        s.close();
      }
    }
  }

  private static long heap() {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 4; i++) {
      System.gc();
      least = Math.min(least, ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
    }
    return least;
  }
}
