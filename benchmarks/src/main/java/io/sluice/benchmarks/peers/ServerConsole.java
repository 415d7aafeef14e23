package io.sluice.benchmarks.peers;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.nio.charset.StandardCharsets;
import java.util.function.ToLongFunction;

/**
 * Answers the runner's questions, one line in, one line out, until standard input ends, which ends the server:
 *
 * <pre>
 *   allocated   bytes the loop thread has allocated on the heap since it started
 *   heap        bytes of heap that a full collection leaves
 *   direct      bytes of direct buffers known to the JVM
 * </pre>
 */
public final class ServerConsole {
  /** Objects that need a reference handler round to die (direct buffers, cleaners) go with the second collection. */
  private static final int COLLECTIONS = 3;

  private final Thread loopThread;
  private final ToLongFunction<String> more;

  private ServerConsole(Thread loopThread, ToLongFunction<String> more) {
    this.loopThread = loopThread;
    this.more = more;
  }

  /** Prints the readiness line, then serves questions on the calling thread; exits the process at the end of input. */
  public static void serve(String where, String engine, String binding, Thread loopThread) throws IOException {
    serve(where, engine, binding, loopThread, question -> {
      throw new IllegalArgumentException("question \"" + question + "\" is unknown; known: allocated, heap, direct");
    });
  }

  /** The same, with {@code more} to answer other questions. */
  static void serve(String where, String engine, String binding, Thread loopThread, ToLongFunction<String> more) throws IOException {
    System.out.println("listening on " + where + " engine=" + engine + " binding=" + binding);
    ServerConsole console = new ServerConsole(loopThread, more);
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
    for (String question; (question = in.readLine()) != null; ) {
      System.out.println(console.answer(question));
    }
    System.exit(0);
  }

  private long answer(String question) {
    return switch (question) {
      case "allocated" -> allocatedBytes();
      case "heap" -> heapBytesAfterCollection();
      case "direct" -> directBytes();
      default -> more.applyAsLong(question);
    };
  }

  private long allocatedBytes() {
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    // getId, not threadId: these classes are compiled for 17.
    @SuppressWarnings("deprecation")
    long id = loopThread.getId();
    return threads.getThreadAllocatedBytes(id);
  }

  private static long heapBytesAfterCollection() {
    for (int i = 0; i < COLLECTIONS; i++) {
      System.gc();
    }
    // What the last collection left, not what is in use now: a thread that allocates holds a buffer of up to megabytes.
    long left = 0;
    for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
      MemoryUsage afterCollection = pool.getCollectionUsage();
      left += pool.getType() == MemoryType.HEAP && afterCollection != null ? afterCollection.getUsed() : 0;
    }
    return left;
  }

  private static long directBytes() {
    long total = 0;
    for (BufferPoolMXBean pool : ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class)) {
      total += pool.getName().equals("direct") ? pool.getMemoryUsed() : 0;
    }
    return total;
  }
}
