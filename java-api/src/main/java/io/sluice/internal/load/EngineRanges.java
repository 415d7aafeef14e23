package io.sluice.internal.load;

import io.sluice.internal.abi.Abi;
import io.sluice.internal.engine.EngineConfig;

/** The ranges of {@code sluice_config}, checked before any engine sees the values, so that the message can name one. */
final class EngineRanges {
  private static final int MIN_RING_ENTRIES = 8;
  private static final int MAX_SQ_ENTRIES = 65536;
  private static final int MAX_CQ_ENTRIES = 262144;
  private static final int MAX_RQ_ENTRIES = 65536;
  private static final int SCRATCH_UNIT_BYTES = 4096;
  private static final int MAX_SCRATCH_BYTES = 1 << 20;
  private static final int MAX_HANDLES = 4194304;
  private static final int MIN_OPS = 64;
  private static final int MAX_OPS = 1048576;
  private static final int MAX_THROTTLE_MILLIS = 60000;
  private static final int MIN_READ_BUDGET_BYTES = 4096;
  private static final int MAX_READ_BUDGET_BYTES = 16777216;
  private static final int MAX_URING_ENTRIES = 32768;

  private EngineRanges() {}

  static void check(EngineConfig c) {
    powerOfTwo("sqEntries", c.sqEntries(), MIN_RING_ENTRIES, MAX_SQ_ENTRIES);
    powerOfTwo("cqEntries", c.cqEntries(), MIN_RING_ENTRIES, MAX_CQ_ENTRIES);
    powerOfTwo("rqEntries", c.rqEntries(), MIN_RING_ENTRIES, MAX_RQ_ENTRIES);
    require(
        c.scratchBytes() == 0 || between(c.scratchBytes(), SCRATCH_UNIT_BYTES, MAX_SCRATCH_BYTES) && c.scratchBytes() % SCRATCH_UNIT_BYTES == 0,
        "scratchBytes",
        c.scratchBytes(),
        "a multiple of " + SCRATCH_UNIT_BYTES + " up to " + MAX_SCRATCH_BYTES);
    range("maxHandles", c.maxHandles(), 1, MAX_HANDLES);
    range("maxOps", c.maxOps(), MIN_OPS, MAX_OPS);
    require((c.featuresOff() & ~Abi.FEAT_ALL) == 0, "featuresOff", c.featuresOff(), "a set of FEAT_* bits");
    range("throttleMillis", c.throttleMillis(), 1, MAX_THROTTLE_MILLIS);
    range("readBudgetBytes", c.readBudgetBytes(), MIN_READ_BUDGET_BYTES, MAX_READ_BUDGET_BYTES);
    powerOfTwo("uringEntries", c.uringEntries(), MIN_RING_ENTRIES, MAX_URING_ENTRIES);
  }

  private static void range(String name, int value, int min, int max) {
    require(value == 0 || between(value, min, max), name, value, min + ".." + max);
  }

  private static void powerOfTwo(String name, int value, int min, int max) {
    require(
        value == 0 || between(value, min, max) && Integer.bitCount(value) == 1, name, value, "a power of two in " + min + ".." + max);
  }

  private static boolean between(int value, int min, int max) {
    return value >= min && value <= max;
  }

  private static void require(boolean ok, String name, int value, String allowed) {
    if (!ok) {
      throw new IllegalArgumentException(name + ": " + value + " is not allowed; 0 (the default) or " + allowed);
    }
  }
}
