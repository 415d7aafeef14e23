package io.sluice.internal.loop;

import io.sluice.internal.abi.Abi;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The scratch area of the shared region: small structures that submissions refer to by offset. They are copied when the
 * submission is consumed, so the whole area is free again when no submission waits. Loop thread only.
 */
final class Scratch {
  private final ByteBuffer shared;
  private final int start;
  private final int end;
  private int next;

  Scratch(ByteBuffer shared) {
    this.shared = shared.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    this.start = this.shared.getInt(Abi.HDR_SCRATCH_OFFSET);
    this.end = start + this.shared.getInt(Abi.HDR_SCRATCH_BYTES);
    this.next = start;
  }

  /** The region that offsets count in. */
  ByteBuffer region() {
    return shared;
  }

  /** Offset of zeroed memory, 8-byte aligned; -1 when there is no room until submissions are consumed. */
  int allocate(int bytes) {
    int at = next;
    int size = bytes + 7 & ~7;
    if (size > end - at) {
      return -1;
    }
    next = at + size;
    for (int i = at; i < at + size; i += Long.BYTES) {
      shared.putLong(i, 0L);
    }
    return at;
  }

  boolean isUsed() {
    return next != start;
  }

  /** Every submission was consumed. */
  void reset() {
    next = start;
  }
}
