package io.sluice.internal.loop;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Memory for copied datagrams: they are packed into chunks of {@link SendMemory}, which go back when all their datagrams are
 * done. One chunk is open at a time, for all sockets of the loop; when nothing of it is on its way it is filled from the
 * start again, while it is still in the cache. Loop thread only.
 */
final class UdpChunks {
  static final int NONE = SendMemory.NONE;
  /** What is asked for, unless a datagram is larger: about ten of the size of an Ethernet frame. */
  static final int CHUNK_BYTES = 16 << 10;

  private final SendMemory memory;
  private int open = NONE;
  private int used;
  /** Datagrams on their way, by chunk. */
  private int[] onTheirWay = new int[64];

  UdpChunks(SendMemory memory) {
    this.memory = memory;
  }

  /**
   * Copies what remains of {@code data}; its position stays.
   *
   * @param promised taken already: the limit of memory may be passed
   * @return the chunk, to be given to {@link #done}, or {@link #NONE}: no memory. {@link #lastAddress} says where
   */
  int put(ByteBuffer data, boolean promised) {
    int n = data.remaining();
    if ((open == NONE || n > memory.capacity(open) - used) && !next(n, promised)) {
      return NONE;
    }
    memory.put(open, used, data, data.position(), n);
    lastAddress = memory.address(open) + used;
    used += n;
    onTheirWay[open]++;
    return open;
  }

  private long lastAddress;

  /** For the engine: where the last {@link #put} copied to. */
  long lastAddress() {
    return lastAddress;
  }

  private boolean next(int n, boolean promised) {
    int wanted = Math.max(n, CHUNK_BYTES);
    if (!memory.ensure(wanted, promised) && !memory.ensure(n, promised)) {
      return false;
    }
    int chunk = memory.acquire(wanted);
    if (memory.capacity(chunk) < n) {
      memory.release(chunk); // All memory has become chunks of smaller sizes, and a datagram needs one piece.
      return false;
    }
    if (open != NONE && onTheirWay[open] == 0) {
      memory.release(open);
    }
    open = chunk;
    used = 0;
    if (chunk >= onTheirWay.length) {
      onTheirWay = Arrays.copyOf(onTheirWay, Math.max(chunk + 1, onTheirWay.length * 2));
    }
    return true;
  }

  void done(int chunk) {
    if (--onTheirWay[chunk] > 0) {
      return;
    }
    if (chunk == open) {
      used = 0;
    } else {
      memory.release(chunk);
    }
  }
}
