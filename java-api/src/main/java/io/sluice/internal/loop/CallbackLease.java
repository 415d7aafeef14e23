package io.sluice.internal.loop;

import io.sluice.BufferLease;
import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * The lease of a callback. One object per loop, used again for every callback: a loop runs one callback at a time. In checked
 * mode there is a subclass, loaded then only, so that the calls it overrides cost nothing otherwise.
 */
class CallbackLease implements BufferLease {
  private final LeasePool pool;
  /** Who received the data; null when the lease has ended. */
  Endpoint owner;
  /** Receive buffer, or {@link LeasePool#NONE} with {@link #heap}. */
  int buffer;
  int offset;
  int length;
  byte[] heap;

  CallbackLease(LeasePool pool) {
    this.pool = pool;
  }

  /** Once for every call of {@code onData}: so this is where deliveries are counted. */
  final void begin(Endpoint owner, int buffer, int offset, int length) {
    owner.bytesReceived += length;
    pool.loop.counters.add(LoopCounters.MESSAGES_RECEIVED, 1);
    this.owner = owner;
    this.buffer = buffer;
    this.offset = offset;
    this.length = length;
  }

  final void beginHeap(Endpoint owner, byte[] bytes) {
    begin(owner, LeasePool.NONE, 0, bytes.length);
    heap = bytes;
  }

  /** What the handler gets to see. */
  BufferLease forHandler() {
    return this;
  }

  /** Ends the lease; the caller now owns the buffer. */
  void take() {
    owner = null;
    heap = null;
  }

  /** The callback returned, or the lease was released. */
  final void end() {
    int b = buffer;
    take();
    if (b != LeasePool.NONE) {
      pool.giveBack(b);
    }
  }

  @Override
  public boolean isActive() {
    return owner != null && pool.loop.inLoop();
  }

  final void checkUse() {
    if (!pool.loop.inLoop()) {
      throw new IllegalStateException(
          "the lease of a callback is for the loop's thread; retain() it to use it on another thread");
    }
    if (owner == null) {
      throw new IllegalStateException(
          "the lease has ended: it was sent, retained or released, or its callback has returned; store what retain()"
              + " returns");
    }
  }

  @Override
  public int length() {
    checkUse();
    return length;
  }

  @Override
  public byte get(int index) {
    checkUse();
    Objects.checkIndex(index, length);
    return heap != null ? heap[index] : pool.slab.get(pool.offset(buffer) + offset + index);
  }

  @Override
  public void copyTo(int index, byte[] target, int targetOffset, int count) {
    checkUse();
    Objects.checkFromIndexSize(index, count, length);
    if (heap != null) {
      System.arraycopy(heap, index, target, targetOffset, count);
    } else {
      pool.slab.get(pool.offset(buffer) + offset + index, target, targetOffset, count);
    }
  }

  @Override
  public ByteBuffer buffer() {
    checkUse();
    return heap != null ? ByteBuffer.wrap(heap) : pool.view(buffer, offset, length);
  }

  @Override
  public BufferLease retain() {
    checkUse();
    BufferLease kept;
    if (heap != null) {
      kept = new HeapLease(heap);
      take();
    } else if (owner.mayKeepBuffer()) {
      owner.heldBuffers++;
      kept = new RetainedLease(pool, owner, buffer, offset, length);
      pool.loop.counters.add(LoopCounters.LEASES_RETAINED, 1);
      take();
    } else {
      kept = new HeapLease(pool.copy(buffer, offset, length));
      end();
    }
    return kept;
  }

  @Override
  public void release() {
    checkUse();
    end();
  }

  @Override
  public String toString() {
    return owner == null ? "lease (ended)" : "lease of " + length + " bytes";
  }
}
