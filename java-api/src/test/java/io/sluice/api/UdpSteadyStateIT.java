package io.sluice.api;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.sluice.EventLoopGroup;
import io.sluice.LoopMetric;
import io.sluice.UdpDestination;
import io.sluice.UdpHandler;
import io.sluice.UdpOptions;
import io.sluice.UdpSendListener;
import io.sluice.UdpSocket;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/** In the steady state a datagram costs no garbage, and so many system calls. Counts, not times. */
class UdpSteadyStateIT {
  private static final int MEASURED = 10_000;
  /** The measurement's own calls on the loop's thread; not one byte per datagram. */
  private static final long ALLOWED_BYTES = MEASURED / 2;
  /** On a busy machine the optimising compiler, which removes short-lived objects, may come late. */
  private static final int MOST_ROUNDS = 40;

  private static long allocated(UdpSocket s) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    return Await.on(s.loop(), () -> threads.getThreadAllocatedBytes(Thread.currentThread().getId()));
  }

  private static void assertNoGarbage(Cell cell, int peers, UdpHandler handler) throws Exception {
    List<DatagramChannel> clients = new ArrayList<>();
    try (EventLoopGroup group = cell.group()) {
      UdpSocket s = UdpPeer.bind(group, handler);
      for (int i = 0; i < peers; i++) {
        clients.add(DatagramChannel.open().bind(UdpPeer.LOOPBACK4).connect(s.localAddress()));
      }
      long bytes = Long.MAX_VALUE;
      for (int round = 0; round < MOST_ROUNDS && bytes >= ALLOWED_BYTES; round++) {
        long before = allocated(s);
        pingPong(clients, MEASURED);
        bytes = allocated(s) - before;
      }
      assertTrue(bytes < ALLOWED_BYTES, bytes + " bytes for " + MEASURED + " datagrams, also after the warm-up");
    } finally {
      for (DatagramChannel c : clients) {
        c.close();
      }
    }
  }

  /** A datagram that the kernel drops on loopback would hang this: with so few in flight it has no reason to. */
  private static void pingPong(List<DatagramChannel> clients, int datagrams) throws IOException {
    ByteBuffer b = ByteBuffer.allocateDirect(64);
    for (int i = 0; i < datagrams; i += clients.size()) {
      for (DatagramChannel c : clients) {
        c.write(b.clear());
      }
      for (DatagramChannel c : clients) {
        c.read(b.clear());
        assertTrue(b.position() == 64);
      }
    }
  }

  /** The JDK makes an address object whenever the sender changes. */
  private static int peersOf(Cell cell) {
    return cell.isNio() ? 1 : 16;
  }

  @OnEveryCell
  void repliesWithTheLeaseAllocateNothing(Cell cell) throws Exception {
    assertNoGarbage(cell, peersOf(cell), (s, data, info) -> s.reply(data, info));
  }

  @OnEveryCell
  void repliesWithACopyAllocateNothing(Cell cell) throws Exception {
    assertNoGarbage(cell, peersOf(cell), (s, data, info) -> s.reply(data.buffer(), info));
  }

  @OnEveryCell
  void sendsToTheSourceAllocateNothing(Cell cell) throws Exception {
    // The JDK copies the bytes of the address when it writes to one.
    assertNoGarbage(cell, peersOf(cell), (s, data, info) -> s.send(data.buffer(), info.source()));
  }

  @OnEveryCell
  void sendsWithAListenerAllocateNothing(Cell cell) throws Exception {
    UdpSendListener listener = (s, failure) -> {};
    InetSocketAddress[] last = new InetSocketAddress[1];
    UdpDestination[] to = new UdpDestination[1];
    assertNoGarbage(
        cell, 1,
        (s, data, info) -> {
          if (last[0] != info.source()) {
            last[0] = info.source();
            to[0] = info.reply();
          }
          s.send(data, to[0], listener);
        });
  }

  @OnEveryCell
  void systemCallsPerDatagramOfOnePeer(Cell cell) throws Exception {
    Assumptions.assumeFalse(cell.isNio(), "the JDK's own calls are its business");
    double most = cell.engine().equals("io_uring") ? 1.05 : oneByOne(cell) ? 4.05 : 3.05;
    expectSyscalls(cell, 1, most);
  }

  @OnEveryCell
  void systemCallsPerDatagramOf64Peers(Cell cell) throws Exception {
    Assumptions.assumeFalse(cell.isNio(), "the JDK's own calls are its business");
    expectSyscalls(cell, 64, oneByOne(cell) ? 2.2 : 1.1);
  }

  /** macOS has no call for several datagrams, and only the one that would block says that there are no more. */
  private static boolean oneByOne(Cell cell) {
    return cell.engine().equals("kqueue");
  }

  private static void expectSyscalls(Cell cell, int peers, double most) throws Exception {
    List<DatagramChannel> clients = new ArrayList<>();
    try (EventLoopGroup group = cell.group()) {
      UdpSocket s = Await.value(group.bindUdp(UdpPeer.LOOPBACK4, UdpOptions.defaults(), (x, data, info) -> x.reply(data, info)));
      for (int i = 0; i < peers; i++) {
        clients.add(DatagramChannel.open().bind(UdpPeer.LOOPBACK4).connect(s.localAddress()));
      }
      pingPong(clients, 2000);
      long before = group.stats().value(LoopMetric.SYSCALLS);
      pingPong(clients, MEASURED);
      double each = (double) (group.stats().value(LoopMetric.SYSCALLS) - before) / MEASURED;
      System.out.printf("UdpSteadyStateIT %s: %.3f system calls per echo at %d peers%n", cell, each, peers);
      assertTrue(each <= most, each + " system calls per echo at " + peers + " peers");
    } finally {
      for (DatagramChannel c : clients) {
        c.close();
      }
    }
  }
}
