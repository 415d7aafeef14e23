package io.sluice.internal.engine;

import java.nio.ByteBuffer;

/**
 * The contract of {@code native/include/sluice.h} in Java: one completion-style event loop with its rings in a shared
 * region. {@link NativeEngine} drives the C library through a binding, the NIO engine fulfils the same contract
 * (C1 to C12, same layouts, same codes) in pure Java.
 *
 * <p>The first {@link #enter} makes the calling thread the owner; everything but {@link #wake}, {@link #name},
 * {@link #binding}, {@link #features} and {@link #shared} is for the owner only. {@link #registerMemory} and
 * {@link #addPool} may also be called before the first enter.
 */
public interface Engine {
  /** {@code io_uring}, {@code epoll}, {@code kqueue} or {@code nio}. */
  String name();

  /** {@code jni}, {@code ffm}, {@code jna}, or {@code none} for the NIO engine. */
  String binding();

  /** {@code FEAT_*} in use; 0 for engines without optional features. */
  int features();

  /** The shared region: header, rings, scratch area, counters. Little-endian. Never null, also after destroy. */
  ByteBuffer shared();

  /**
   * Makes payload memory known.
   *
   * @param direct a direct buffer; all of it, from 0 to capacity
   * @return the base to which byte offsets are added in {@code addr} of a SEND and in iovecs. The native engines say the
   *     memory's address; the NIO engine a number of its own.
   */
  long registerMemory(ByteBuffer direct);

  /** Forgets payload memory. No SEND may be in flight from it. */
  void unregisterMemory(long base);

  /**
   * Registers a receive pool: {@code count} buffers of {@code bufferBytes} each, back to back in {@code slab}.
   *
   * @return 0 or a negative code
   */
  int addPool(int group, ByteBuffer slab, int bufferBytes, int count);

  /**
   * One turn, see {@code sluice_enter}. Ring tails must have been published before.
   *
   * @param timeoutNanos 0: do not wait; negative: no limit
   * @return unread completions, or a negative code when the loop is broken
   */
  int enter(long timeoutNanos);

  /** Rings the bell. Any thread. After destroy it does nothing. */
  void wake();

  /**
   * @param buffer direct; in and out, from 0
   * @return bytes written, or a negative code
   */
  int query(long handle, int what, ByteBuffer buffer);

  /**
   * @param in direct; its bytes from 0 to limit
   * @return 0 or more, or a negative code
   */
  int control(long handle, int what, ByteBuffer in);

  /**
   * How far the first send in the queue of a handle has come.
   *
   * @return bytes of it that the kernel has accepted, 0 when the queue is empty, or -1 when this engine cannot tell
   */
  default long acceptedOfFirst(long handle) {
    return -1;
  }

  /**
   * Ends the loop; afterwards every call answers {@code -EINVAL} and {@link #shared()} stays readable memory.
   *
   * @return 0, or {@code -EBUSY} while handles live and {@code force} is false
   */
  int destroy(boolean force);
}
