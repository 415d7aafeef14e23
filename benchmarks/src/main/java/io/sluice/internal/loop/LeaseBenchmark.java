package io.sluice.internal.loop;

import io.sluice.BufferLease;
import io.sluice.ConnectionHandler;
import io.sluice.ConnectionOptions;
import io.sluice.benchmarks.micro.ReturnsOnlyEngine;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * The life of a lease: a receive buffer comes to a connection, its handler sees it, the buffer goes back into the return
 * ring. The loop, connection and pool are the real ones; the engine is a stand-in without system calls, which would be a
 * hundred times what is measured here.
 *
 * <p>This class is in the package of the leases because they are package-private: a benchmark is no reason to open them.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class LeaseBenchmark {
  private static final int MESSAGE_BYTES = 64;
  private static final int BUFFER_BYTES = 2048;
  private static final int BUFFERS = 1024;
  private static final long SEND_LIMIT_BYTES = 1 << 20;

  private Loop loop;
  private StreamConnection reading;
  private StreamConnection retaining;
  private int next;
  /** What the handlers read: kept, so that reading is not optimised away. */
  private int read;
  /** As in an application, a retained lease is reachable from the heap; otherwise the JIT would not allocate it at all. */
  private BufferLease kept;

  @Setup
  public void open() {
    loop = new Loop(null, 0, new ReturnsOnlyEngine(),
        new LoopMemory(BUFFER_BYTES, BUFFERS, SEND_LIMIT_BYTES, false));
    loop.ownedBy(Thread.currentThread());
    reading = connection(1, (c, data) -> read += data.get(0));
    retaining = connection(2, (c, data) -> {
      kept = data.retain();
      read += kept.get(0);
    });
  }

  private StreamConnection connection(long handle, ConnectionHandler handler) {
    StreamConnection c = new StreamConnection(loop, handle, new Settings(ConnectionOptions.defaults(), false));
    c.handler = handler;
    return c;
  }

  /** A handler that threw, or a buffer that did not go round, would make the figures those of something else. */
  @TearDown
  public void requireThatAllCameBack() {
    if (loop.pool.owned() != 0 || reading.reason != null || retaining.reason != null) {
      throw new IllegalStateException(
          loop.pool.owned() + " buffers did not come back; closed: " + reading.reason + ", " + retaining.reason);
    }
  }

  /** The lease of a callback begins, one byte is read, the callback returns, the lease ends. */
  @Benchmark
  public int callback() {
    receive(reading);
    return read;
  }

  /** The handler retains the lease; after the callback it is released on the loop's thread. */
  @Benchmark
  public int retainAndRelease() {
    receive(retaining);
    BufferLease k = kept;
    kept = null;
    k.release();
    return read;
  }

  /** What the dispatcher does with a completion that carries a buffer. */
  private void receive(StreamConnection c) {
    int buffer = next;
    next = buffer + 1 & BUFFERS - 1;
    loop.pool.took();
    c.received(buffer, 0, MESSAGE_BYTES);
  }
}
