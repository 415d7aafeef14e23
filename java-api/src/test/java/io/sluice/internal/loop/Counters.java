package io.sluice.internal.loop;

import io.sluice.EventLoop;
import io.sluice.internal.abi.Abi;
import java.nio.ByteBuffer;

/** The engine's counters, for tests that count what something costs. */
public final class Counters {
  private Counters() {}

  /** {@code counter}: one of {@code Abi.CTR_*}. */
  public static long of(EventLoop loop, int counter) {
    ByteBuffer region = ((Loop) loop).engine.shared();
    return region.getLong(region.getInt(Abi.HDR_COUNTERS_OFFSET) + counter * Long.BYTES);
  }
}
