package io.sluice.internal.loop;

import io.sluice.BufferLease;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;

/**
 * What {@code buffer()} hands out in checked mode on JDK 22 and later: memory of its own with a copy of the bytes, gone when
 * the lease ends. Then every access through any buffer made of it throws. See the twin of the same name for earlier JDKs.
 *
 * <p>A copy and not a view of the receive buffer with a lifetime of its own: that would need native access to be allowed,
 * also for the NIO engine.
 */
final class LeaseView {
  private final Arena arena = Arena.ofShared();
  private final MemorySegment memory;
  /** An I/O call of another thread held on to the memory at the end. */
  private boolean inUse;

  private LeaseView(BufferLease lease) {
    byte[] bytes = new byte[lease.length()];
    lease.copyTo(0, bytes, 0, bytes.length);
    memory = arena.allocate(bytes.length);
    MemorySegment.copy(bytes, 0, memory, ValueLayout.JAVA_BYTE, 0, bytes.length);
  }

  static LeaseView of(BufferLease lease) {
    return new LeaseView(lease);
  }

  ByteBuffer buffer() {
    return memory.asByteBuffer();
  }

  void copyTo(ByteBuffer target) {
    target.put(memory.asByteBuffer());
  }

  String end() {
    inUse = !closed();
    return inUse ? "the buffer of a lease was in use by an I/O call of another thread when the lease ended" : null;
  }

  void abandon() {
    inUse = !closed();
  }

  boolean watched() {
    return inUse;
  }

  /** Tries again what the I/O call stood in the way of. */
  String look() {
    inUse = inUse && !closed();
    return null;
  }

  private boolean closed() {
    try {
      arena.close();
      return true;
    } catch (IllegalStateException inUse) {
      return false;
    }
  }
}
