package io.sluice.internal.loop;

import io.sluice.internal.engine.Engine;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Memory for copied data on its way to the kernel: chunks of three sizes, cut from slabs that the engine knows. Slabs are
 * added up to a limit and kept until the loop ends; the chunk freed last is used first, because it is still in the cache.
 * Loop thread only, except {@link #hasRoom}.
 */
final class SendMemory {
  static final int LARGEST_CHUNK_BYTES = 64 << 10;
  /** Chunk sizes, smallest first. */
  private static final int[] SIZES = {4 << 10, 16 << 10, LARGEST_CHUNK_BYTES};
  static final int SLAB_BYTES = 256 << 10;
  private static final int INDEX_BITS = 6; // 64 chunks of the smallest size in a slab
  private static final int INDEX_MASK = (1 << INDEX_BITS) - 1;
  static final int NONE = -1;

  private final Engine engine;
  private final long limitBytes;
  private final List<ByteBuffer> slabs = new ArrayList<>();
  private long[] bases = new long[8];
  private byte[] classes = new byte[8];
  private final int[][] free = {new int[INDEX_MASK + 1], new int[16], new int[4]};
  private final int[] freeCount = new int[SIZES.length];
  private long reservedBytes;
  /** Written by the loop, read roughly by others. */
  private long usedBytes;

  SendMemory(Engine engine, long limitBytes) {
    this.engine = engine;
    this.limitBytes = limitBytes;
  }

  /** Whether {@code bytes} more can be taken, as seen by any thread at the moment. */
  boolean hasRoom(long bytes) {
    return usedBytes + bytes <= limitBytes;
  }

  /**
   * Makes sure that the next {@link #acquire} calls for {@code bytes} in total succeed.
   *
   * @param force data that was promised already: the limit may be passed
   */
  boolean ensure(int bytes, boolean force) {
    int kind = classFor(bytes);
    int chunks = (bytes + SIZES[kind] - 1) / SIZES[kind];
    if (freeCount[kind] >= chunks) {
      return true;
    }
    if (!force && usedBytes + (long) chunks * SIZES[kind] > limitBytes) {
      return false;
    }
    while (freeCount[kind] < chunks) {
      if (!grow(kind, force)) {
        // All memory may have become chunks of the other sizes: they serve as well, acquire() takes any.
        return freeBytes() >= bytes;
      }
    }
    return true;
  }

  private long freeBytes() {
    long sum = 0;
    for (int kind = 0; kind < SIZES.length; kind++) {
      sum += (long) freeCount[kind] * SIZES[kind];
    }
    return sum;
  }

  /** After {@link #ensure}: a chunk that suits {@code bytes} more to come. */
  int acquire(int bytes) {
    int kind = classFor(bytes);
    // The rest of a large message may suit a smaller class than ensure() looked at.
    while (kind < SIZES.length && freeCount[kind] == 0) {
      kind++;
    }
    if (kind == SIZES.length) {
      kind = classFor(bytes);
      while (kind >= 0 && freeCount[kind] == 0) {
        kind--;
      }
    }
    if (kind < 0) {
      throw new OutOfMemoryError("no memory for data to be sent");
    }
    usedBytes += SIZES[kind];
    return free[kind][--freeCount[kind]];
  }

  void release(int chunk) {
    int kind = classes[chunk >>> INDEX_BITS];
    usedBytes -= SIZES[kind];
    free[kind][freeCount[kind]++] = chunk;
  }

  int capacity(int chunk) {
    return SIZES[classes[chunk >>> INDEX_BITS]];
  }

  /** Address of the chunk's first byte for the engine. */
  long address(int chunk) {
    int slab = chunk >>> INDEX_BITS;
    return bases[slab] + (long) (chunk & INDEX_MASK) * SIZES[classes[slab]];
  }

  void put(int chunk, int at, ByteBuffer from, int fromIndex, int length) {
    int slab = chunk >>> INDEX_BITS;
    slabs.get(slab).put((chunk & INDEX_MASK) * SIZES[classes[slab]] + at, from, fromIndex, length);
  }

  /** Whether completed sends should give their memory back soon. */
  boolean isShort() {
    return usedBytes > limitBytes / 2;
  }

  long usedBytes() {
    return usedBytes;
  }

  /** What must stay reachable as long as the kernel might read it. */
  List<ByteBuffer> slabs() {
    return slabs;
  }

  private static int classFor(int bytes) {
    return bytes <= SIZES[0] ? 0 : bytes <= SIZES[1] ? 1 : 2;
  }

  private boolean grow(int kind, boolean force) {
    if (!force && reservedBytes + SLAB_BYTES > limitBytes) {
      return false;
    }
    ByteBuffer slab;
    try {
      slab = ByteBuffer.allocateDirect(SLAB_BYTES);
    } catch (OutOfMemoryError e) {
      // Direct memory is limited apart from the heap (-XX:MaxDirectMemorySize): the send is rejected, nothing else breaks.
      return false;
    }
    int index = slabs.size();
    if (index == bases.length) {
      bases = Arrays.copyOf(bases, index * 2);
      classes = Arrays.copyOf(classes, index * 2);
    }
    slabs.add(slab);
    bases[index] = engine.registerMemory(slab);
    classes[index] = (byte) kind;
    reservedBytes += SLAB_BYTES;
    int chunks = SLAB_BYTES / SIZES[kind];
    int total = chunks;
    for (int i = 0; i < index; i++) {
      total += classes[i] == kind ? chunks : 0;
    }
    if (free[kind].length < total) {
      free[kind] = Arrays.copyOf(free[kind], Integer.highestOneBit(total) * 2);
    }
    for (int i = chunks - 1; i >= 0; i--) {
      free[kind][freeCount[kind]++] = index << INDEX_BITS | i;
    }
    return true;
  }
}
