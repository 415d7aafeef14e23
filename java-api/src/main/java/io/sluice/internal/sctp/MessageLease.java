package io.sluice.internal.sctp;

import io.sluice.BufferLease;
import io.sluice.EventLoop;
import io.sluice.internal.loop.HeapLease;
import io.sluice.sctp.SctpMessageInfo;
import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * A received message where the stack put it, and what is known of it: one object per loop, used again for every callback. Its
 * memory is the stack's as soon as the callback has returned, so whoever keeps the bytes gets a copy.
 */
final class MessageLease implements BufferLease, SctpMessageInfo {
  private final EventLoop loop;
  private ByteBuffer region;
  private int offset;
  private int length;
  private int stream;
  private int ppid;
  private boolean unordered;
  /** The callback is running. */
  private boolean inCallback;
  /** The bytes may be accessed. */
  private boolean active;

  MessageLease(EventLoop loop) {
    this.loop = loop;
  }

  void begin(ByteBuffer region, int offset, int length, int stream, int ppid, boolean unordered) {
    this.region = region;
    this.offset = offset;
    this.length = length;
    this.stream = stream;
    this.ppid = ppid;
    this.unordered = unordered;
    inCallback = true;
    active = true;
  }

  /** The callback returned. */
  void end() {
    inCallback = false;
    active = false;
  }

  private void check(boolean usable, String what) {
    if (!loop.inLoop()) {
      throw new IllegalStateException(
          "the " + what + " of a callback is for the loop's thread; retain() the lease to use it on another thread");
    }
    if (!usable) {
      throw new IllegalStateException(
          "the " + what + " has ended: it was sent, retained or released, or its callback has returned; store what retain()"
              + " returns");
    }
  }

  private void checkLease() {
    check(active, "lease");
  }

  private void checkInfo() {
    check(inCallback, "message info");
  }

  @Override
  public boolean isActive() {
    return active && loop.inLoop();
  }

  @Override
  public int length() {
    checkLease();
    return length;
  }

  @Override
  public byte get(int index) {
    checkLease();
    Objects.checkIndex(index, length);
    return region.get(offset + index);
  }

  @Override
  public void copyTo(int index, byte[] target, int targetOffset, int count) {
    checkLease();
    Objects.checkFromIndexSize(index, count, length);
    region.get(offset + index, target, targetOffset, count);
  }

  @Override
  public ByteBuffer buffer() {
    checkLease();
    return region.slice(offset, length);
  }

  @Override
  public BufferLease retain() {
    checkLease();
    byte[] copy = new byte[length];
    region.get(offset, copy);
    active = false;
    return new HeapLease(copy);
  }

  @Override
  public void release() {
    checkLease();
    active = false;
  }

  @Override
  public int stream() {
    checkInfo();
    return stream;
  }

  @Override
  public int ppid() {
    checkInfo();
    return ppid;
  }

  @Override
  public boolean isUnordered() {
    checkInfo();
    return unordered;
  }

  @Override
  public String toString() {
    return active ? "lease of " + length + " bytes" : "lease (ended)";
  }
}
