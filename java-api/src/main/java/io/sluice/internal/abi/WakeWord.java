package io.sluice.internal.abi;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The wake word of a loop: lets any thread find out, without crossing into C, whether a wake-up needs a system call.
 * The state machine is drawn in {@code sluice_layout.h}.
 */
public final class WakeWord {
  private static final VarHandle INT =
      MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private final ByteBuffer shared;

  public WakeWord(ByteBuffer shared) {
    this.shared = shared.duplicate().order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * Says that there is something to do. Any thread.
   *
   * @return true when the loop was asleep: the caller must then ring the bell ({@code wake})
   */
  public boolean notifyLoop() {
    return (int) INT.getAndSet(shared, Abi.HDR_WAKE_WORD, Abi.WAKE_NOTIFIED) == Abi.WAKE_SLEEPING;
  }

  /** Engine side (the NIO engine): about to block. False: notified meanwhile, do not block. */
  public boolean sleep() {
    return INT.compareAndSet(shared, Abi.HDR_WAKE_WORD, Abi.WAKE_RUNNING, Abi.WAKE_SLEEPING);
  }

  /** Engine side: awake again. True when a notification was consumed. */
  public boolean awake() {
    return (int) INT.getAndSet(shared, Abi.HDR_WAKE_WORD, Abi.WAKE_RUNNING) == Abi.WAKE_NOTIFIED;
  }
}
