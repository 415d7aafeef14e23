package io.sluice.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.management.UnixOperatingSystemMXBean;
import io.sluice.BufferLease;
import io.sluice.Connection;
import io.sluice.ConnectionHandler;
import io.sluice.EventLoop;
import io.sluice.LoopMetric;
import io.sluice.api.Await;
import io.sluice.api.Cell;
import io.sluice.api.OnEveryCell;
import io.sluice.api.Server;
import io.sluice.contract.Content;
import io.sluice.internal.abi.Abi;
import io.sluice.internal.loop.Counters;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Assumptions;

/**
 * Replays a failure of an HTTP server: an application closed a request's body, and the framework closed it again. The body's
 * buffer went into the pool twice, was handed to two connections at once, and about once a week a client received what was
 * meant for another one.
 *
 * <p>Here a thousand clients send messages whose every byte tells whose it is. Each connection of the server keeps its last
 * messages, answers with the oldest, closes that, and closes the one before it a second time: when its buffer has long been
 * another connection's. Odd clients' messages are closed by other threads. Every second close must be refused at its place, and
 * no byte may be wrong: not in what is kept, not at any client.
 */
class MessageToTheWrongClientReplayIT {
  private static final int CLIENTS = 1000;
  private static final int CLIENT_THREADS = 4;
  private static final int ROUNDS = 16;
  private static final int MESSAGE_BYTES = 64;
  /** Messages that a connection keeps: buffers are in other hands for several rounds before they come round again. */
  private static final int KEPT = 3;
  private static final int POOL_BUFFERS = 4096;
  private static final int POOL_BUFFER_BYTES = 256;
  private static final long DESCRIPTORS = 2 * CLIENTS + 500;

  private final AtomicReference<AssertionError> wrong = new AtomicReference<>();
  private final AtomicLong refused = new AtomicLong();
  private final AtomicLong notRefused = new AtomicLong();
  private final ExecutorService closers = Executors.newFixedThreadPool(2);

  /** Verifies what it keeps against what its client must have sent, for as long as it keeps it. */
  private final class Service implements ConnectionHandler {
    private final Deque<BufferLease> kept = new ArrayDeque<>();
    private BufferLease closed;
    private long client;
    private int received;

    @Override
    public void onOpen(Connection c) {
      client = ((InetSocketAddress) c.remoteAddress()).getPort();
    }

    @Override
    public void onData(Connection c, BufferLease data) {
      kept.add(data.retain());
      received++;
      int number = received - kept.size();
      for (BufferLease message : kept) {
        verify(message, number++);
      }
      if (kept.size() <= KEPT) {
        c.send(kept.getLast().buffer());
        return;
      }
      BufferLease oldest = kept.remove();
      c.send(oldest.buffer());
      BufferLease again = closed;
      closed = oldest;
      if ((client & 1) == 0) {
        close(oldest, again);
      } else {
        closers.execute(() -> close(oldest, again));
      }
    }

    private void verify(BufferLease message, long number) {
      byte[] bytes = new byte[message.length()];
      message.copyTo(0, bytes, 0, bytes.length);
      try {
        assertEquals(MESSAGE_BYTES, bytes.length);
        Content.verify(bytes, client, number * MESSAGE_BYTES);
      } catch (AssertionError e) {
        wrong.compareAndSet(null, e);
      }
    }

    private void close(BufferLease first, BufferLease again) {
      first.release();
      if (again == null) {
        return;
      }
      try {
        again.release();
        notRefused.incrementAndGet();
      } catch (IllegalStateException expected) {
        refused.incrementAndGet();
      }
    }
  }

  private static void talk(List<Socket> clients) throws Exception {
    byte[] answer = new byte[MESSAGE_BYTES];
    for (int round = 0; round < ROUNDS; round++) {
      for (Socket s : clients) {
        s.getOutputStream().write(Content.of(s.getLocalPort(), (long) round * MESSAGE_BYTES, MESSAGE_BYTES));
      }
      long expected = round < KEPT ? round : round - KEPT;
      for (Socket s : clients) {
        assertEquals(MESSAGE_BYTES, s.getInputStream().readNBytes(answer, 0, MESSAGE_BYTES), "the server closed " + s);
        Content.verify(answer, s.getLocalPort(), expected * MESSAGE_BYTES);
      }
    }
  }

  @OnEveryCell
  void aBodyThatIsClosedTwiceIsNeverInTwoConnectionsHands(Cell cell) throws Exception {
    Assumptions.assumeTrue(
        ((UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getMaxFileDescriptorCount() >= DESCRIPTORS,
        "needs " + DESCRIPTORS + " descriptors");
    ExecutorService talkers = Executors.newFixedThreadPool(CLIENT_THREADS);
    List<Socket> clients = new ArrayList<>();
    try (Server<Service> server =
        new Server<>(cell.builder().receiveBuffers(POOL_BUFFER_BYTES, POOL_BUFFERS).build(), Service::new)) {
      for (int i = 0; i < CLIENTS; i++) {
        clients.add(server.client());
      }
      List<Future<Void>> talks = new ArrayList<>();
      for (int i = 0; i < CLIENT_THREADS; i++) {
        List<Socket> mine = clients.subList(i * CLIENTS / CLIENT_THREADS, (i + 1) * CLIENTS / CLIENT_THREADS);
        talks.add(talkers.submit(() -> {
          talk(mine);
          return null;
        }));
      }
      AssertionError atAClient = null;
      for (Future<Void> f : talks) {
        try {
          f.get();
        } catch (java.util.concurrent.ExecutionException e) {
          atAClient = new AssertionError("at a client", e.getCause());
        }
      }
      closers.shutdown();
      Await.until("all were closed", closers::isTerminated);
      if (wrong.get() != null) {
        throw new AssertionError(notRefused + " second closes went through, and in what the server keeps ", wrong.get());
      }
      if (atAClient != null) {
        throw atAClient;
      }
      assertEquals(0, notRefused.get());
      assertEquals((long) CLIENTS * (ROUNDS - KEPT - 1), refused.get());
      EventLoop loop = server.group.loops().get(0);
      Await.until("only what is kept is out", () -> {
        loop.execute(() -> {});
        return loop.stats().value(LoopMetric.LEASES_RETAINED) == (long) CLIENTS * KEPT;
      });
      assertEquals(0, Counters.of(loop, Abi.CTR_BAD_RETURNS));
    } finally {
      closers.shutdownNow();
      talkers.shutdownNow();
      for (Socket s : clients) {
        s.close();
      }
    }
  }
}
