package io.sluice.internal.abi;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The caller's end of the return ring: gives received buffers back to their pool. For the loop's thread only. */
public final class ReturnRing {
  private final ByteBuffer shared;
  private final int base;
  private final int mask;
  private final int entries;
  private int tail;
  private int head;

  public ReturnRing(ByteBuffer shared) {
    this.shared = shared.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    this.base = this.shared.getInt(Abi.HDR_RQ_OFFSET);
    this.entries = this.shared.getInt(Abi.HDR_RQ_ENTRIES);
    this.mask = entries - 1;
    this.tail = this.shared.getInt(Abi.HDR_RQ_TAIL);
    this.head = this.shared.getInt(Abi.HDR_RQ_HEAD);
  }

  /**
   * Gives one buffer back.
   *
   * @param buffer id in the low 16 bits, group in the high 16 bits, as {@link CompletionRing#buffer()} says it
   * @return false when the ring is full: call {@code enter} first, then again
   */
  public boolean offer(int buffer) {
    int t = tail;
    if (t - head == entries && t - (head = shared.getInt(Abi.HDR_RQ_HEAD)) == entries) {
      return false;
    }
    shared.putInt(base + (t & mask) * Integer.BYTES, buffer);
    tail = t + 1;
    return true;
  }

  public void publish() {
    shared.putInt(Abi.HDR_RQ_TAIL, tail);
  }
}
