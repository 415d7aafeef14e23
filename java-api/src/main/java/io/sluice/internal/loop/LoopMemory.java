package io.sluice.internal.loop;

import io.sluice.EventLoopGroup;
import io.sluice.internal.abi.Abi;
import io.sluice.internal.engine.Engine;
import io.sluice.internal.engine.EngineConfig;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** The payload memory of a loop as the settings of its group ask for it. */
record LoopMemory(int bufferBytes, int bufferCount, long sendLimitBytes, boolean checkedLeases) {
  /** Rings default to this many entries for returned buffers; more buffers need a larger ring. */
  private static final int DEFAULT_RETURN_ENTRIES = 4096;

  /** The system property that switches checked mode on for groups that do not say. */
  private static final String LEASES_PROPERTY = "sluice.leases";
  private static final String CHECKED = "checked";

  /** Memory of loops that the kernel may still write to. */
  private static final List<Object> KEPT = new CopyOnWriteArrayList<>();

  static LoopMemory of(EventLoopGroup.Builder b) {
    return new LoopMemory(b.receiveBufferBytes(), b.receiveBufferCount(), b.sendMemoryLimitBytes(), checked(b));
  }

  private static boolean checked(EventLoopGroup.Builder b) {
    return b.checkedLeases() != null ? b.checkedLeases() : CHECKED.equals(System.getProperty(LEASES_PROPERTY));
  }

  /** The return ring gets room for every buffer, so that giving one back never fails. */
  EngineConfig engineConfig() {
    int returnEntries = bufferCount > DEFAULT_RETURN_ENTRIES ? bufferCount : 0;
    return new EngineConfig(0, 0, returnEntries, 0, 0, 0, 0, 0, 0, 0);
  }

  /** @param ahead may have the slab already; null: nobody has */
  LeasePool pool(Loop loop, StartAhead ahead) {
    Engine engine = loop.engine;
    ByteBuffer made = ahead == null ? null : ahead.slab();
    ByteBuffer slab = made == null ? slab() : made;
    long base = engine.registerMemory(slab);
    int code = engine.addPool(LeasePool.GROUP, slab, bufferBytes, bufferCount);
    if (code < 0) {
      throw new IllegalStateException(
          "the receive pool of " + bufferCount + " x " + bufferBytes + " bytes was refused by engine " + engine.name() + ": "
              + CloseReasons.text(code) + (code == -Abi.ENOMEM ? "; use fewer or smaller receiveBuffers" : ""));
    }
    return new LeasePool(loop, loop.submissions, slab, bufferBytes, bufferCount, base);
  }

  ByteBuffer allocate() {
    return ByteBuffer.allocateDirect(bufferBytes * bufferCount);
  }

  private ByteBuffer slab() {
    try {
      return allocate();
    } catch (OutOfMemoryError e) {
      throw new IllegalStateException(
          "no direct memory for the receive pool of a loop, " + bufferCount + " x " + bufferBytes + " bytes (" + e.getMessage()
              + "); use fewer threads, fewer or smaller receiveBuffers, or raise -XX:MaxDirectMemorySize", e);
    }
  }

  SendMemory sendMemory(Engine engine) {
    return new SendMemory(engine, sendLimitBytes);
  }

  static void keepForever(LeasePool pool, SendMemory memory) {
    KEPT.add(pool.slab);
    KEPT.addAll(memory.slabs());
  }
}
