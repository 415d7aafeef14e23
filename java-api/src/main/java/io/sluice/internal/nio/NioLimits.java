package io.sluice.internal.nio;

import io.sluice.internal.engine.EngineConfig;

/**
 * The sizes of one NIO loop: an {@link EngineConfig} with its defaults filled in and its ranges checked. Defaults and
 * ranges are those of {@code sluice_config} in {@code sluice.h}. Feature masks and {@code uringEntries} have no meaning
 * here and are ignored.
 */
record NioLimits(
    int sqEntries,
    int cqEntries,
    int rqEntries,
    int scratchBytes,
    int maxHandles,
    int maxOps,
    int throttleMillis,
    int readBudgetBytes) {

  static final int DEFAULT_SQ_ENTRIES = 1024;
  static final int DEFAULT_CQ_ENTRIES = 4096;
  static final int DEFAULT_RQ_ENTRIES = 4096;
  static final int DEFAULT_SCRATCH_BYTES = 64 << 10;
  static final int DEFAULT_MAX_HANDLES = 1 << 20;
  static final int DEFAULT_MAX_OPS = 65536;
  static final int DEFAULT_THROTTLE_MILLIS = 100;
  static final int DEFAULT_READ_BUDGET_BYTES = 256 << 10;

  static NioLimits of(EngineConfig c) {
    return new NioLimits(
        ring("sqEntries", c.sqEntries(), DEFAULT_SQ_ENTRIES, 65536),
        ring("cqEntries", c.cqEntries(), DEFAULT_CQ_ENTRIES, 262144),
        ring("rqEntries", c.rqEntries(), DEFAULT_RQ_ENTRIES, 65536),
        scratch(c.scratchBytes()),
        range("maxHandles", c.maxHandles(), DEFAULT_MAX_HANDLES, 1, 1 << 22),
        range("maxOps", c.maxOps(), DEFAULT_MAX_OPS, 64, 1 << 20),
        range("throttleMillis", c.throttleMillis(), DEFAULT_THROTTLE_MILLIS, 1, 60_000),
        range("readBudgetBytes", c.readBudgetBytes(), DEFAULT_READ_BUDGET_BYTES, 4096, 16 << 20));
  }

  private static int ring(String name, int value, int byDefault, int max) {
    int v = range(name, value, byDefault, 8, max);
    if (Integer.bitCount(v) != 1) {
      throw new IllegalArgumentException(name + " = " + value + ": must be a power of two in 8.." + max + ", or 0 for " + byDefault);
    }
    return v;
  }

  private static int scratch(int value) {
    int v = range("scratchBytes", value, DEFAULT_SCRATCH_BYTES, 4096, 1 << 20);
    if (v % 4096 != 0) {
      throw new IllegalArgumentException("scratchBytes = " + value + ": must be a multiple of 4096 in 4096..1048576, or 0");
    }
    return v;
  }

  private static int range(String name, int value, int byDefault, int min, int max) {
    if (value == 0) {
      return byDefault;
    }
    if (value < min || value > max) {
      throw new IllegalArgumentException(name + " = " + value + ": must be in " + min + ".." + max + ", or 0 for " + byDefault);
    }
    return value;
  }
}
