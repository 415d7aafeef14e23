package io.sluice;

import java.nio.ByteBuffer;

/**
 * Received bytes, lent to a handler without a copy.
 *
 * <p><b>Who owns it.</b> The lease passed to {@link ConnectionHandler#onData} ends by itself when the callback returns. To
 * keep the bytes longer call {@link #retain()}: it ends this lease and returns a new one that lasts until exactly one
 * {@link #release()}. Passing a lease to {@link Connection#send(BufferLease)} ends it and moves the memory to the
 * connection: no copy is made.
 *
 * <p><b>After the end</b> every access throws {@link IllegalStateException}. A second {@code release} throws at the place
 * of the mistake and changes nothing: the memory is never given back twice. The object passed to {@code onData} is reused
 * for later callbacks (that is why nothing is allocated per message), so do not store it: store what {@code retain()}
 * returns, which is never reused.
 *
 * <p><b>Checked mode</b> ({@link EventLoopGroup.Builder#checkedLeases}, or {@code -Dsluice.leases=checked}) is for tests and for
 * hunting a fault in production. Every callback gets an object of its own, and a use after the end is always noticed; the
 * exception's causes tell where the lease ended and where it was acquired. What {@link #buffer()} handed out is gone with the
 * lease: on JDK 22 and later every access through it throws {@link IllegalStateException}, on earlier ones it shows a pattern,
 * and a write is reported. A retained lease that becomes unreachable without an end is reported once, and ended. It costs
 * garbage and copies per message; the guide is {@code docs/leases.md}.
 *
 * <p><b>Threads.</b> The lease of a callback is for the loop's thread. A retained lease may be read and released by one
 * thread at a time, any thread.
 */
public interface BufferLease {
  /** Number of bytes. */
  int length();

  /**
   * One byte.
   *
   * @param index 0 to {@code length() - 1}
   */
  byte get(int index);

  /** Copies {@code length} bytes from {@code index} on into {@code target}. */
  void copyTo(int index, byte[] target, int targetOffset, int length);

  /**
   * The bytes as a buffer: position 0, limit {@code length()}, big-endian. Valid until the lease ends: keep the lease for as
   * long as you use the buffer. The bytes are yours until then and may be changed in place; what is retained or sent are the
   * changed ones. The buffer object of a callback's lease is reused; its capacity may be larger than its limit, and what lies
   * behind the limit is not yours. Whether it is direct is not promised.
   */
  ByteBuffer buffer();

  /**
   * Keeps the bytes beyond the callback: ends this lease and returns its successor, to be released exactly once.
   *
   * <p>Retained leases count against the receive pool of the loop. A connection that holds more than its share gets its
   * data in heap memory instead, so that it cannot starve others; nothing changes for the caller. When its loop ends, a
   * retained lease may still be read and released.
   *
   * @throws IllegalStateException when it has ended before
   */
  BufferLease retain();

  /**
   * Ends the lease.
   *
   * @throws IllegalStateException when it has ended before
   */
  void release();

  /** Whether the bytes may still be accessed. */
  boolean isActive();
}
