package io.sluice.internal.nio;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Payload memory of the caller. Pure Java cannot turn an address into a buffer, so a registered buffer gets a number, and
 * "addresses" of SENDs are number &lt;&lt; 40 plus a byte offset, checked against the buffer's capacity.
 *
 * <p>Writing needs a buffer object with its own position per queued piece. Each slab keeps a stack of such views, so that
 * nothing is allocated once the deepest queue has been seen.
 */
final class NioMemory {
  static final int OFFSET_BITS = 40;
  private static final long OFFSET_MASK = (1L << OFFSET_BITS) - 1;
  private static final int MAX_SLABS = 1 << (63 - OFFSET_BITS);

  static final class Slab {
    private final ByteBuffer buffer;
    private ByteBuffer[] views = new ByteBuffer[16];
    private int free;

    Slab(ByteBuffer buffer) {
      this.buffer = buffer;
    }

    ByteBuffer view(int offset, int length) {
      ByteBuffer view = free > 0 ? views[--free] : buffer.duplicate();
      // limit first: a position beyond the old limit would be refused.
      return view.limit(offset + length).position(offset);
    }

    void giveBack(ByteBuffer view) {
      if (free == views.length) {
        views = Arrays.copyOf(views, free * 2);
      }
      views[free++] = view;
    }
  }

  /** Slab 0 is never used, so that the base 0 is no memory. */
  private Slab[] slabs = new Slab[8];

  long register(ByteBuffer direct) {
    if (!direct.isDirect()) {
      throw new IllegalArgumentException("direct = " + direct + ": must be a direct buffer");
    }
    int number = 1;
    while (number < slabs.length && slabs[number] != null) {
      number++;
    }
    if (number == slabs.length) {
      if (number == MAX_SLABS) {
        throw new IllegalStateException("more than " + (MAX_SLABS - 1) + " registered buffers: unregister some");
      }
      slabs = Arrays.copyOf(slabs, number * 2);
    }
    slabs[number] = new Slab(direct.duplicate().clear());
    return (long) number << OFFSET_BITS;
  }

  void unregister(long base) {
    if (slab(base) == null || (base & OFFSET_MASK) != 0) {
      throw new IllegalArgumentException("base = " + base + ": not the base of registered memory");
    }
    slabs[(int) (base >>> OFFSET_BITS)] = null;
  }

  /** The slab that contains all of {@code length} bytes at {@code address}, or null: EFAULT. */
  Slab find(long address, long length) {
    Slab slab = slab(address);
    return slab != null && (address & OFFSET_MASK) + length <= slab.buffer.capacity() ? slab : null;
  }

  static int offset(long address) {
    return (int) (address & OFFSET_MASK);
  }

  private Slab slab(long address) {
    long number = address >>> OFFSET_BITS;
    return number < slabs.length ? slabs[(int) number] : null;
  }
}
