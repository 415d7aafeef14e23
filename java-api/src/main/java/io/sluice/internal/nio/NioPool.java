package io.sluice.internal.nio;

import io.sluice.internal.abi.Abi;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;

/**
 * One receive pool: slices of the caller's slab. Free buffers are used last in first out, because the one that came back
 * last is warm in the cache. A bit per buffer says who owns it, so that a double return is caught.
 */
final class NioPool {
  static final int MAX_POOLS = 16;
  static final int MIN_BUFFERS = 2;
  static final int MAX_BUFFERS = 32768;
  static final int MIN_BUFFER_BYTES = 64;
  static final int MAX_BUFFER_BYTES = 1 << 20;

  private final NioRings rings;
  final int group;
  final int bufferBytes;
  private final ByteBuffer slab;
  /** Made when first used: a large pool under light load stays small. */
  private final ByteBuffer[] views;
  private final int[] free;
  private int freeCount;
  private final long[] ownedByCaller;
  /** Receives parked for want of a buffer, first in first out (C9). */
  final ArrayDeque<NioSlot> starved = new ArrayDeque<>();

  private NioPool(NioRings rings, int group, ByteBuffer slab, int bufferBytes, int count) {
    this.rings = rings;
    this.group = group;
    this.slab = slab;
    this.bufferBytes = bufferBytes;
    views = new ByteBuffer[count];
    free = new int[count];
    ownedByCaller = new long[(count + 63) >>> 6];
    for (int id = count - 1; id >= 0; id--) {
      free[freeCount++] = id;
    }
  }

  /** A new pool, or null when an argument is outside its range. */
  static NioPool of(NioRings rings, int group, ByteBuffer slab, int bufferBytes, int count) {
    boolean sound =
        group >= 0 && group < MAX_POOLS
            && bufferBytes >= MIN_BUFFER_BYTES && bufferBytes <= MAX_BUFFER_BYTES
            && count >= MIN_BUFFERS && count <= MAX_BUFFERS && Integer.bitCount(count) == 1
            && slab.isDirect() && !slab.isReadOnly() && slab.capacity() >= (long) bufferBytes * count;
    return sound ? new NioPool(rings, group, slab.duplicate().clear(), bufferBytes, count) : null;
  }

  boolean isEmpty() {
    return freeCount == 0;
  }

  /** A free buffer's id. Only when not {@link #isEmpty()}. */
  int take() {
    return free[--freeCount];
  }

  /** The buffer was taken and not used after all. */
  void putBack(int id) {
    free[freeCount++] = id;
  }

  /** The whole buffer, position 0, limit its size. */
  ByteBuffer view(int id) {
    ByteBuffer v = views[id];
    if (v == null) {
      v = views[id] = slab.slice(id * bufferBytes, bufferBytes);
    }
    return v.clear();
  }

  /** The buffer goes to the caller together with a completion. */
  void giveToCaller(int id) {
    ownedByCaller[id >>> 6] |= 1L << id;
    rings.count(Abi.CTR_BUFFERS_OUT);
  }

  /** The caller returned a buffer; false: it did not own it. */
  boolean takeFromCaller(int id) {
    if (id >= views.length || (ownedByCaller[id >>> 6] & 1L << id) == 0) {
      return false;
    }
    ownedByCaller[id >>> 6] &= ~(1L << id);
    rings.add(Abi.CTR_BUFFERS_OUT, -1);
    free[freeCount++] = id;
    return true;
  }
}
