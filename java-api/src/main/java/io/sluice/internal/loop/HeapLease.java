package io.sluice.internal.loop;

import io.sluice.BufferLease;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.util.Objects;

/** Received bytes that were copied to the heap, because the receive pool was short or its share used up. Any thread. */
public final class HeapLease implements BufferLease {
  private static final VarHandle BYTES;

  static {
    try {
      BYTES = MethodHandles.lookup().findVarHandle(HeapLease.class, "bytes", byte[].class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** Null when the lease has ended. */
  private volatile byte[] bytes;

  public HeapLease(byte[] bytes) {
    this.bytes = bytes;
  }

  /** Ends the lease for the one caller that gets here first. */
  byte[] take() {
    byte[] b = (byte[]) BYTES.getAndSet(this, null);
    if (b == null) {
      throw ended();
    }
    return b;
  }

  private static IllegalStateException ended() {
    return new IllegalStateException("the lease has ended: it was released, sent or retained before");
  }

  private byte[] active() {
    byte[] b = bytes;
    if (b == null) {
      throw ended();
    }
    return b;
  }

  @Override
  public int length() {
    return active().length;
  }

  @Override
  public byte get(int index) {
    byte[] b = active();
    Objects.checkIndex(index, b.length);
    return b[index];
  }

  @Override
  public void copyTo(int index, byte[] target, int targetOffset, int length) {
    System.arraycopy(active(), index, target, targetOffset, length);
  }

  @Override
  public ByteBuffer buffer() {
    return ByteBuffer.wrap(active());
  }

  @Override
  public BufferLease retain() {
    return new HeapLease(take());
  }

  @Override
  public void release() {
    take();
  }

  @Override
  public boolean isActive() {
    return bytes != null;
  }
}
