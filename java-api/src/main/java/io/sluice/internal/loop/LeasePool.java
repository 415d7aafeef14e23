package io.sluice.internal.loop;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;

/**
 * The receive buffers of a loop: one slab, cut into buffers that the engine fills. Counts what this side owns, so that one
 * slow consumer cannot take all of them. Loop thread only, except {@link #returnFromOutside} and {@link #countReturned}.
 */
final class LeasePool {
  /** The only receive pool of a loop. */
  static final int GROUP = 0;
  /** Below {@code count / LOW_WATER_DIVISOR} free buffers, whoever wants to keep one gets a copy on the heap instead. */
  static final int LOW_WATER_DIVISOR = 4;
  /** What {@link CallbackLease} and others use for "no pool buffer". */
  static final int NONE = -1;

  private static final VarHandle OUTSIDE;

  static {
    try {
      OUTSIDE = MethodHandles.lookup().findVarHandle(LeasePool.class, "outside", RetainedLease.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  final Loop loop;
  final ByteBuffer slab;
  final int bufferBytes;
  final int count;
  /** Base of the slab in the engine's addresses. */
  final long base;

  private final Submissions submissions;
  private final ByteBuffer[] views;
  /** Views that begin at {@link #payloadOffset}; null until there is a datagram. */
  private ByteBuffer[] payloadViews;
  private int payloadOffset;
  /** Most buffers this side may own before it must not keep more. */
  private final int keepLimit;
  /** Most buffers this side may own for a completed send to be allowed to wait for the next turn. */
  private final int lazyLimit;
  private int owned;
  /** Released by other threads, newest first. */
  private volatile RetainedLease outside;

  LeasePool(Loop loop, Submissions submissions, ByteBuffer slab, int bufferBytes, int count, long base) {
    this.loop = loop;
    this.submissions = submissions;
    this.slab = slab;
    this.bufferBytes = bufferBytes;
    this.count = count;
    this.base = base;
    this.views = new ByteBuffer[count];
    this.keepLimit = count - count / LOW_WATER_DIVISOR;
    this.lazyLimit = count / 2;
  }

  /** A completion moved a buffer to this side. */
  void took() {
    owned++;
  }

  void giveBack(int buffer) {
    owned--;
    submissions.giveBack(buffer);
  }

  int owned() {
    return owned;
  }

  /** Whether there are enough buffers for one to be kept beyond its callback. */
  boolean mayKeep() {
    return owned <= keepLimit;
  }

  /**
   * Whether the completion of a send may be lazy. Not when buffers are short: the engine could then sleep with all of them
   * sent but not given back, and nobody to receive into.
   */
  boolean mayBeLazy() {
    return owned <= lazyLimit;
  }

  static int id(int buffer) {
    return buffer & 0xffff;
  }

  /** Offset of the first byte of a buffer in the slab. */
  int offset(int buffer) {
    return id(buffer) * bufferBytes;
  }

  /** A buffer that begins at {@code offset} of a receive buffer, made once per receive buffer when the offset is 0. */
  ByteBuffer view(int buffer, int offset, int length) {
    if (offset != 0) {
      return payloadView(buffer, offset, length);
    }
    int id = id(buffer);
    ByteBuffer v = views[id];
    if (v == null) {
      v = slab.slice(offset(buffer), bufferBytes);
      views[id] = v;
    }
    return v.clear().limit(length).order(java.nio.ByteOrder.BIG_ENDIAN);
  }

  /** Payloads of datagrams begin behind their metadata: with one engine always at the same offset, so one view each will do. */
  private ByteBuffer payloadView(int buffer, int offset, int length) {
    if (payloadViews == null) {
      payloadViews = new ByteBuffer[count];
      payloadOffset = offset;
    }
    if (offset != payloadOffset) {
      return slab.slice(offset(buffer) + offset, length);
    }
    int id = id(buffer);
    ByteBuffer v = payloadViews[id];
    if (v == null) {
      v = slab.slice(offset(buffer) + offset, bufferBytes - offset);
      payloadViews[id] = v;
    }
    return v.clear().limit(length).order(java.nio.ByteOrder.BIG_ENDIAN);
  }

  byte[] copy(int buffer, int offset, int length) {
    byte[] to = new byte[length];
    slab.get(offset(buffer) + offset, to);
    return to;
  }

  /**
   * Any thread: an ended lease whose buffer the loop must take back. The first one wakes the loop; one that has ended takes
   * nothing back, and only counts.
   */
  void returnFromOutside(RetainedLease lease) {
    RetainedLease h;
    do {
      h = outside;
      lease.nextReturned = h;
    } while (!OUTSIDE.compareAndSet(this, h, lease));
    if (loop.hasEnded()) {
      countReturned();
    } else if (h == null) {
      loop.wakeUp();
    }
  }

  void takeFromOutside() {
    if (outside == null) {
      return;
    }
    for (RetainedLease l = unlinkOutside(); l != null; l = unlinked(l)) {
      l.handBack();
    }
  }

  /** Any thread, after the loop has ended: the lock makes whoever holds it the one that writes the loop's counters. */
  synchronized void countReturned() {
    for (RetainedLease l = unlinkOutside(); l != null; l = unlinked(l)) {
      l.handOver();
    }
  }

  private RetainedLease unlinkOutside() {
    return (RetainedLease) OUTSIDE.getAndSet(this, null);
  }

  /** The one behind it. */
  private static RetainedLease unlinked(RetainedLease l) {
    RetainedLease next = l.nextReturned;
    l.nextReturned = null;
    return next;
  }
}
