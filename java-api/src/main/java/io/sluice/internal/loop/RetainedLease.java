package io.sluice.internal.loop;

import io.sluice.BufferLease;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.util.Objects;

/** A receive buffer kept beyond its callback, until exactly one {@code release}, {@code retain} or send. Any thread. */
final class RetainedLease implements BufferLease {
  private static final VarHandle ENDED;

  static {
    try {
      ENDED = MethodHandles.lookup().findVarHandle(RetainedLease.class, "ended", boolean.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  final LeasePool pool;
  /** Whose share of the pool it counts against. */
  final Endpoint owner;
  final int buffer;
  final int offset;
  final int length;
  RetainedLease nextReturned;
  private volatile boolean ended;

  RetainedLease(LeasePool pool, Endpoint owner, int buffer, int offset, int length) {
    this.pool = pool;
    this.owner = owner;
    this.buffer = buffer;
    this.offset = offset;
    this.length = length;
  }

  /** Ends the lease for the one caller that gets here first; the memory is then the caller's to give back. */
  void take() {
    if (!ENDED.compareAndSet(this, false, true)) {
      throw ended();
    }
  }

  private static IllegalStateException ended() {
    return new IllegalStateException("the lease has ended: it was released, sent or retained before");
  }

  private void checkUse() {
    if (ended) {
      throw ended();
    }
  }

  /** Loop thread, after {@link #take}. */
  void handBack() {
    handOver();
    pool.giveBack(buffer);
  }

  /** Loop thread, after {@link #take}: the buffer is somebody else's now. */
  void handOver() {
    owner.heldBuffers--;
    pool.loop.counters.add(LoopCounters.LEASES_ENDED, 1);
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
    return pool.slab.get(pool.offset(buffer) + offset + index);
  }

  @Override
  public void copyTo(int index, byte[] target, int targetOffset, int count) {
    checkUse();
    Objects.checkFromIndexSize(index, count, length);
    pool.slab.get(pool.offset(buffer) + offset + index, target, targetOffset, count);
  }

  /** A buffer of its own: several threads may hold leases of one pool, so nothing is shared here. */
  @Override
  public ByteBuffer buffer() {
    checkUse();
    return pool.slab.slice(pool.offset(buffer) + offset, length);
  }

  @Override
  public BufferLease retain() {
    take();
    return new RetainedLease(pool, owner, buffer, offset, length);
  }

  @Override
  public void release() {
    take();
    if (pool.loop.inLoop() && !pool.loop.hasEnded()) {
      handBack();
    } else {
      pool.returnFromOutside(this);
    }
  }

  @Override
  public boolean isActive() {
    return !ended;
  }

  @Override
  public String toString() {
    return ended ? "retained lease (ended)" : "retained lease of " + length + " bytes";
  }
}
