package io.sluice.internal.bind;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;

import io.sluice.EngineUnavailableException;
import io.sluice.contract.EngineCell;
import io.sluice.internal.abi.Abi;
import io.sluice.internal.abi.CompletionRing;
import io.sluice.internal.abi.SubmissionRing;
import io.sluice.internal.engine.Engine;
import io.sluice.internal.engine.EngineConfig;
import io.sluice.internal.load.Engines;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The engine in C behind each binding: life, threads, memory. What the rings mean is the contract suite's business. */
@Timeout(120)
class NativeEngineIT {
  /** A lost wake then shows in the count of wakes, instead of in a test that never ends. */
  private static final long LIMIT_NANOS = 10_000_000_000L;

  private static final int INET4_LOOPBACK = 0x0100007f;

  static Stream<Arguments> cells() {
    return EngineCell.engines().stream().filter(e -> !e.equals("nio")).flatMap(e -> Bindings.NAMES.stream().map(b -> Arguments.of(e, b)));
  }

  private static Engine open(String engine, String binding) {
    skipUnlessSelected("sluice.test.bindings", binding);
    try {
      return Engines.open(Engines.select(engine, binding), EngineConfig.DEFAULTS);
    } catch (EngineUnavailableException e) {
      return abort(e.getMessage());
    }
  }

  private static void skipUnlessSelected(String property, String name) {
    String selected = System.getProperty(property, "");
    if (!selected.isBlank() && !List.of(selected.split("[, ]+")).contains(name)) {
      abort(name + " is not in -D" + property + "=" + selected);
    }
  }

  private static <T> T inAnotherThread(java.util.concurrent.Callable<T> task) throws Exception {
    FutureTask<T> future = new FutureTask<>(task);
    new Thread(future).start();
    return future.get();
  }

  /** The one completion that the next turns bring. */
  private static long[] complete(Engine engine) {
    CompletionRing ring = new CompletionRing(engine.shared());
    while (ring.available() == 0) {
      assertTrue(engine.enter(-1) >= 0);
    }
    long[] result = {ring.token(), ring.result(), ring.handle()};
    ring.advance();
    ring.release();
    return result;
  }

  private static long[] submit(Engine engine, int op, int len, long handle, long token, long addr) {
    SubmissionRing ring = new SubmissionRing(engine.shared());
    assertTrue(ring.offer(op, 0, 0, len, handle, token, addr, 0, 0, 0));
    ring.publish();
    return complete(engine);
  }

  private static long listen(Engine engine) {
    ByteBuffer shared = engine.shared();
    int scratch = shared.getInt(Abi.HDR_SCRATCH_OFFSET);
    for (int i = 0; i < Abi.ADDR_BYTES_TOTAL; i += Long.BYTES) {
      shared.putLong(scratch + i, 0);
    }
    shared.putShort(scratch + Abi.ADDR_FAMILY, (short) Abi.FAMILY_INET4);
    shared.putInt(scratch + Abi.ADDR_BYTES, INET4_LOOPBACK);
    long[] done = submit(engine, Abi.OP_LISTEN, 16, 0, 7, scratch);
    assertEquals(0, done[1]);
    return done[2];
  }

  @ParameterizedTest
  @MethodSource("cells")
  void submissionComesBackAsCompletion(String engineName, String binding) {
    Engine engine = open(engineName, binding);
    assertEquals(engineName, engine.name());
    assertEquals(binding, engine.binding());
    assertEquals(Abi.MAGIC, engine.shared().getInt(Abi.HDR_MAGIC));
    long[] done = submit(engine, Abi.OP_NOP, 0, 0, 0x1234567890abcdefL, 0);
    assertEquals(0x1234567890abcdefL, done[0]);
    assertEquals(0, done[1]);
    assertEquals(0, engine.destroy(false));
  }

  @ParameterizedTest
  @MethodSource("cells")
  void queryAndControlReachTheHandle(String engineName, String binding, @TempDir Path dir) throws Exception {
    Engine engine = open(engineName, binding);
    long listener = listen(engine);

    ByteBuffer address = ByteBuffer.allocateDirect(Abi.ADDR_BYTES_TOTAL).order(ByteOrder.LITTLE_ENDIAN);
    assertEquals(Abi.ADDR_BYTES_TOTAL, engine.query(listener, Abi.QUERY_LOCAL_ADDR, address));
    assertEquals(INET4_LOOPBACK, address.getInt(Abi.ADDR_BYTES));
    assertNotEquals(0, address.getShort(Abi.ADDR_PORT));
    assertEquals(-Abi.ESTALE, engine.query(listener + (1L << 32), Abi.QUERY_LOCAL_ADDR, address));

    byte[] path = Files.writeString(dir.resolve("file"), "content").toString().getBytes(StandardCharsets.UTF_8);
    ByteBuffer in = ByteBuffer.allocateDirect(path.length).put(path).flip();
    int file = engine.control(0, Abi.CONTROL_OPEN_FILE, in);
    assertTrue(file >= 0, "OPEN_FILE: " + file);
    ByteBuffer number = ByteBuffer.allocateDirect(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN).putInt(file).flip();
    assertEquals(0, engine.control(0, Abi.CONTROL_CLOSE_FILE, number));

    assertEquals(-Abi.EBUSY, engine.destroy(false));
    assertEquals(0, submit(engine, Abi.OP_CLOSE, 0, listener, 8, 0)[1]);
    assertEquals(0, engine.destroy(false));
  }

  @ParameterizedTest
  @MethodSource("cells")
  void anotherThreadIsNotTheOwner(String engineName, String binding) throws Exception {
    Engine engine = open(engineName, binding);
    assertEquals(0, engine.enter(0));
    ByteBuffer out = ByteBuffer.allocateDirect(Abi.ADDR_BYTES_TOTAL);
    assertEquals(-Abi.EOWNER, inAnotherThread(() -> engine.enter(0)));
    assertEquals(-Abi.EOWNER, inAnotherThread(() -> engine.query(1L << 32, Abi.QUERY_LOCAL_ADDR, out)));
    assertEquals(-Abi.EOWNER, inAnotherThread(() -> engine.control(0, Abi.CONTROL_CLOSE_FILE, out)));
    assertEquals(-Abi.EOWNER, inAnotherThread(() -> engine.destroy(true)));
    assertEquals(0, engine.destroy(false));
  }

  @ParameterizedTest
  @MethodSource("cells")
  void wakeEndsABlockingEnterAlsoAfterARefusedDestroy(String engineName, String binding) throws Exception {
    Engine engine = open(engineName, binding);
    long listener = listen(engine);
    assertEquals(-Abi.EBUSY, engine.destroy(false));
    ByteBuffer shared = engine.shared();
    int wakes = shared.getInt(Abi.HDR_COUNTERS_OFFSET) + Long.BYTES * Abi.CTR_WAKES;
    // Wakes were turned away meanwhile: this turn makes up for them and does not block.
    long before = shared.getLong(wakes);
    assertEquals(0, engine.enter(LIMIT_NANOS));
    assertEquals(before + 1, shared.getLong(wakes));
    for (int i = 0; i < 100; i++) {
      Thread waker =
          new Thread(
              () -> {
                while (shared.getInt(Abi.HDR_WAKE_WORD) != Abi.WAKE_SLEEPING) {
                  Thread.yield();
                }
                engine.wake();
              });
      waker.start();
      assertEquals(0, engine.enter(LIMIT_NANOS));
      waker.join();
    }
    assertEquals(before + 101, shared.getLong(wakes));
    assertEquals(0, submit(engine, Abi.OP_CLOSE, 0, listener, 8, 0)[1]);
    assertEquals(0, engine.destroy(false));
  }

  @ParameterizedTest
  @MethodSource("cells")
  void destroyWhileOthersWakeHarmsNobody(String engineName, String binding) throws Exception {
    for (int round = 0; round < 20; round++) {
      Engine engine = open(engineName, binding);
      assertEquals(0, engine.enter(0));
      CountDownLatch running = new CountDownLatch(2);
      CountDownLatch destroyed = new CountDownLatch(1);
      Runnable wakes =
          () -> {
            running.countDown();
            while (destroyed.getCount() > 0) {
              engine.wake();
            }
            engine.wake();
          };
      Thread a = new Thread(wakes);
      Thread b = new Thread(wakes);
      a.start();
      b.start();
      running.await();
      assertEquals(0, engine.destroy(false));
      destroyed.countDown();
      a.join();
      b.join();
    }
  }

  @ParameterizedTest
  @MethodSource("cells")
  void afterDestroyCallsAnswerEinvalAndMemoryStaysReadable(String engineName, String binding) {
    Engine engine = open(engineName, binding);
    ByteBuffer shared = engine.shared();
    ByteBuffer direct = ByteBuffer.allocateDirect(4096);
    listen(engine);
    assertEquals(0, engine.destroy(true));
    assertEquals(-Abi.EINVAL, engine.enter(0));
    assertEquals(-Abi.EINVAL, engine.addPool(0, direct, 1024, 4));
    assertEquals(-Abi.EINVAL, engine.query(1, Abi.QUERY_LOCAL_ADDR, direct));
    assertEquals(-Abi.EINVAL, engine.control(0, Abi.CONTROL_CLOSE_FILE, direct));
    assertEquals(-Abi.EINVAL, engine.destroy(true));
    engine.wake();
    assertEquals(Abi.MAGIC, shared.getInt(Abi.HDR_MAGIC));
    assertTrue(shared.getLong(shared.getInt(Abi.HDR_COUNTERS_OFFSET) + Long.BYTES * Abi.CTR_TURNS) > 0);
  }

  @ParameterizedTest
  @MethodSource("cells")
  void memoryThatCCouldOverrunIsRefusedInJava(String engineName, String binding) {
    Engine engine = open(engineName, binding);
    ByteBuffer slab = ByteBuffer.allocateDirect(4096);
    assertEquals(-Abi.EINVAL, engine.addPool(16, slab, 1024, 4));
    assertEquals(-Abi.EINVAL, engine.addPool(0, slab, 1024, 3));
    assertThrows(IllegalArgumentException.class, () -> engine.addPool(0, slab, 1024, 8));
    assertThrows(IllegalArgumentException.class, () -> engine.addPool(0, ByteBuffer.allocate(4096), 1024, 4));
    assertThrows(IllegalArgumentException.class, () -> engine.addPool(0, slab.asReadOnlyBuffer(), 1024, 4));
    assertThrows(IllegalArgumentException.class, () -> engine.registerMemory(ByteBuffer.allocate(16)));
    assertEquals(0, engine.addPool(0, slab, 1024, 4));
    assertEquals(0, engine.destroy(false));
  }

  @ParameterizedTest
  @MethodSource("cells")
  void addressesAreThoseOfByteZero(String engineName, String binding) {
    Engine engine = open(engineName, binding);
    ByteBuffer memory = ByteBuffer.allocateDirect(64);
    long base = engine.registerMemory(memory);
    assertEquals(base, engine.registerMemory(memory.duplicate().position(8)));
    assertEquals(base + 16, engine.registerMemory(memory.slice(16, 8)));
    assertEquals(base, engine.registerMemory(memory.asReadOnlyBuffer()));
    engine.unregisterMemory(base);
    assertEquals(0, engine.destroy(false));
  }

  @ParameterizedTest
  @MethodSource("cells")
  void turnsAllocateNothing(String engineName, String binding) {
    Engine engine = open(engineName, binding);
    com.sun.management.ThreadMXBean threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    int turns = 20_000;
    long allocated = 0;
    // What the first rounds allocate is the JVM linking call sites.
    for (int round = 0; round < 3; round++) {
      long before = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
      for (int i = 0; i < turns; i++) {
        engine.enter(0);
      }
      allocated = threads.getThreadAllocatedBytes(Thread.currentThread().getId()) - before;
    }
    assertTrue(allocated < turns, allocated + " bytes in " + turns + " turns");
    assertEquals(0, engine.destroy(false));
  }
}
