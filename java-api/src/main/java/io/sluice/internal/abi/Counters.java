package io.sluice.internal.abi;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The counters of an engine ({@code CTR_*}), for any thread. The engine's thread stores them plainly, as whole aligned
 * words, so a read is never torn; it may be a turn old. Also after the loop has ended.
 */
public final class Counters {
  private static final VarHandle LONG =
      MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final ByteBuffer shared;
  private final int offset;

  public Counters(ByteBuffer shared) {
    this.shared = shared.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    this.offset = shared.getInt(Abi.HDR_COUNTERS_OFFSET);
  }

  /** @param number {@code CTR_*} */
  public long read(int number) {
    return (long) LONG.getOpaque(shared, offset + number * Long.BYTES);
  }
}
