package io.sluice.api;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.BufferLease;
import io.sluice.CloseReason;
import io.sluice.Connection;
import io.sluice.ConnectionHandler;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/**
 * Open, data, input closed, closed: in that order, on one thread, nothing after closed. With peers that end in every way,
 * calls of other threads at any moment, and callbacks that take their time.
 */
class OrderingIT {
  private static final int CONNECTIONS = 300;
  private static final int AT_ONCE = 12;
  private static final long SEED = Long.getLong("sluice.test.seed", 20_260_101L);
  /** The longest delay of a callback. */
  private static final int MOST_DELAY_NANOS = 300_000;

  /** Every state that a handler may be in, in order. */
  private enum Stage {
    NEW,
    OPEN,
    INPUT_CLOSED,
    CLOSED
  }

  private static final AtomicReference<String> WRONG = new AtomicReference<>();

  private static final class Checked implements ConnectionHandler {
    private final Random random;
    private final CountDownLatch all;
    private final ExecutorService others;
    private volatile Stage stage = Stage.NEW;
    private Thread thread;

    Checked(long seed, CountDownLatch all, ExecutorService others) {
      this.random = new Random(seed);
      this.all = all;
      this.others = others;
    }

    private void step(Connection c, String what, Stage next, Stage... from) {
      Stage now = stage;
      boolean allowed = false;
      for (Stage s : from) {
        allowed |= s == now;
      }
      if (thread == null) {
        thread = Thread.currentThread();
      }
      if (!allowed || !c.loop().inLoop() || thread != Thread.currentThread()) {
        WRONG.compareAndSet(null, what + " in state " + now + " on " + Thread.currentThread() + ", " + c);
      }
      stage = next;
      if (random.nextInt(4) == 0) {
        LockSupport.parkNanos(random.nextInt(MOST_DELAY_NANOS));
      }
    }

    private void something(Connection c) {
      switch (random.nextInt(10)) {
        case 0:
          c.pauseReading();
          others.execute(c::resumeReading);
          break;
        case 1:
          others.execute(() -> c.send(ByteBuffer.allocate(3000), (x, why) -> sent(c)));
          break;
        case 2:
          others.execute(c::close);
          break;
        case 3:
          c.shutdownOutput();
          break;
        case 4:
          others.execute(c::abort);
          break;
        default:
          c.send(ByteBuffer.allocate(100), (x, why) -> sent(c));
          break;
      }
    }

    private void sent(Connection c) {
      if (stage == Stage.CLOSED || stage == Stage.NEW) {
        WRONG.compareAndSet(null, "a send listener in state " + stage + ", " + c);
      }
    }

    @Override
    public void onOpen(Connection c) {
      step(c, "onOpen", Stage.OPEN, Stage.NEW);
    }

    @Override
    public void onData(Connection c, BufferLease lease) {
      step(c, "onData", Stage.OPEN, Stage.OPEN);
      something(c);
    }

    @Override
    public void onWritable(Connection c) {
      step(c, "onWritable", stage, Stage.OPEN, Stage.INPUT_CLOSED);
    }

    @Override
    public void onInputEnding(Connection c) {
      step(c, "onInputEnding", Stage.OPEN, Stage.OPEN);
    }

    @Override
    public void onInputClosed(Connection c) {
      step(c, "onInputClosed", Stage.INPUT_CLOSED, Stage.OPEN);
      c.close();
    }

    @Override
    public void onClosed(Connection c, CloseReason why) {
      step(c, "onClosed", Stage.CLOSED, Stage.OPEN, Stage.INPUT_CLOSED);
      others.execute(c::close);
      all.countDown();
    }
  }

  private static void peer(Server<?> server, long seed) {
    Random random = new Random(seed);
    try (Socket s = server.client()) {
      for (int i = random.nextInt(6); i >= 0; i--) {
        s.getOutputStream().write(new byte[1 + random.nextInt(20_000)]);
        if (random.nextBoolean()) {
          LockSupport.parkNanos(random.nextInt(MOST_DELAY_NANOS));
        }
      }
      switch (random.nextInt(3)) {
        case 0:
          s.setSoLinger(true, 0);
          break;
        case 1:
          s.shutdownOutput();
          s.getInputStream().readAllBytes();
          break;
        default:
          break;
      }
    } catch (IOException theServerWasFaster) {
      // It closed or reset the connection.
    }
  }

  @OnEveryCell
  void callbacksComeInOrderUnderLoadChurnAndDelays(Cell cell) throws Exception {
    WRONG.set(null);
    CountDownLatch all = new CountDownLatch(CONNECTIONS);
    ExecutorService peers = Executors.newFixedThreadPool(AT_ONCE);
    ExecutorService others = Executors.newFixedThreadPool(2);
    AtomicInteger number = new AtomicInteger();
    try (Server<Checked> server =
        new Server<>(
            cell.builder().receiveBuffers(1024, 64).build(),
            () -> new Checked(SEED + number.incrementAndGet(), all, others))) {
      for (int i = 0; i < CONNECTIONS; i++) {
        long seed = SEED - i;
        peers.execute(() -> peer(server, seed));
      }
      Await.until("every connection has ended, seed " + SEED, () -> all.getCount() == 0);
      Await.on(server.group.loops().get(0), () -> null);
      assertEquals(null, WRONG.get(), "seed " + SEED);
    } finally {
      peers.shutdownNow();
      others.shutdown();
    }
  }
}
