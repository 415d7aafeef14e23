package io.sluice.internal.loop;

import io.sluice.BufferLease;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * What {@code buffer()} hands out in checked mode: memory of its own with a copy of the bytes. A buffer object cannot be taken
 * back, but its memory is this lease's alone: whoever uses it after the end can neither see nor spoil anybody else's bytes.
 *
 * <p>This is the twin for JDKs before 22: when the lease ends the memory is filled with a pattern, so that who reads on sees
 * no data; and who writes is found when it is looked at. Its counterpart in {@code META-INF/versions/22} makes every access
 * fail. Not thread-safe.
 */
final class LeaseView {
  /** What memory of an ended lease is filled with: neither text nor zero. */
  static final byte POISON = (byte) 0xDB;

  private final byte[] memory;

  private LeaseView(byte[] memory) {
    this.memory = memory;
  }

  static LeaseView of(BufferLease lease) {
    byte[] bytes = new byte[lease.length()];
    lease.copyTo(0, bytes, 0, bytes.length);
    return new LeaseView(bytes);
  }

  /** A buffer object of the caller's own. */
  ByteBuffer buffer() {
    return ByteBuffer.wrap(memory);
  }

  void copyTo(ByteBuffer target) {
    target.put(memory);
  }

  /**
   * The lease has ended.
   *
   * @return what is wrong at this moment, or null
   */
  String end() {
    Arrays.fill(memory, POISON);
    return null;
  }

  /** The lease was lost: whoever has the buffer may still be using it, in good faith. */
  void abandon() {
    // Nothing refers to this memory but the buffers that were handed out.
  }

  /** Whether it has to be looked at after {@link #end}. */
  boolean watched() {
    return true;
  }

  /** After {@link #end}: what went wrong since, or null. */
  String look() {
    for (int i = 0; i < memory.length; i++) {
      if (memory[i] != POISON) {
        return "byte " + i + " of the buffer of an ended lease was written: it is " + memory[i];
      }
    }
    return null;
  }
}
