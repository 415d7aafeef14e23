package io.sluice.internal.abi;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The caller's end of the submission ring. For the loop's thread only; ring words are plain memory because the same
 * thread then calls {@code enter}.
 */
public final class SubmissionRing {
  private final ByteBuffer shared;
  private final int base;
  private final int mask;
  private final int entries;
  /** Entries ever written. Published by {@link #publish()}, once per turn. */
  private int tail;
  /** Last head seen; refreshed only when the ring looks full. */
  private int head;

  public SubmissionRing(ByteBuffer shared) {
    this.shared = shared.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    this.base = this.shared.getInt(Abi.HDR_SQ_OFFSET);
    this.entries = this.shared.getInt(Abi.HDR_SQ_ENTRIES);
    this.mask = entries - 1;
    this.tail = this.shared.getInt(Abi.HDR_SQ_TAIL);
    this.head = this.shared.getInt(Abi.HDR_SQ_HEAD);
  }

  /**
   * Writes one entry.
   *
   * @return false when the ring is full: call {@code enter} first, then again
   */
  public boolean offer(
      int op, int flags, int group, int len, long handle, long token, long addr, long aux, int aux32, int msgFlags) {
    int t = tail;
    if (t - head == entries && t - (head = shared.getInt(Abi.HDR_SQ_HEAD)) == entries) {
      return false;
    }
    ByteBuffer b = shared;
    int at = base + (t & mask) * Abi.SQE_BYTES;
    b.putLong(at, (op & 0xffL) | (flags & 0xffL) << 8 | (group & 0xffffL) << 16 | (long) len << 32);
    b.putLong(at + Abi.SQE_HANDLE, handle);
    b.putLong(at + Abi.SQE_TOKEN, token);
    b.putLong(at + Abi.SQE_ADDR, addr);
    b.putLong(at + Abi.SQE_AUX, aux);
    b.putLong(at + Abi.SQE_AUX32, (aux32 & 0xffffffffL) | (long) msgFlags << 32);
    b.putLong(at + Abi.SQE_MSG_STREAM, 0L);
    b.putLong(at + Abi.SQE_RESERVED, 0L);
    tail = t + 1;
    return true;
  }

  /** Makes the entries written so far visible to {@code enter}. */
  public void publish() {
    shared.putInt(Abi.HDR_SQ_TAIL, tail);
  }

  /** Entries written and not consumed. */
  public int pending() {
    head = shared.getInt(Abi.HDR_SQ_HEAD);
    return tail - head;
  }

  public int capacity() {
    return entries;
  }
}
