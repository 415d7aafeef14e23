package io.sluice.internal.sctp;

import io.sluice.internal.abi.SctpAbi;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * What associations and the reader of events need of a stack in C, over UDP or of the kernel. Both have the header, the event ring and the
 * counters of {@code sluice_sctp.h}, in memory of ours. One thread, but for {@link #counter}.
 */
abstract class AssociationStack {
  private static final int ALIGNMENT = 64;
  private static final VarHandle LONGS = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  /** The shared region. */
  final ByteBuffer region;
  private int eventOffset;
  private int eventMask;
  private int countersOffset;

  AssociationStack(ByteBuffer region) {
    this.region = region;
  }

  /** C has laid the region out. */
  final void laidOut() {
    eventOffset = region.getInt(SctpAbi.HDR_EVENT_OFFSET);
    eventMask = region.getInt(SctpAbi.HDR_EVENT_ENTRIES) - 1;
    countersOffset = region.getInt(SctpAbi.HDR_COUNTERS_OFFSET);
  }

  /** On a cache line, little-endian. */
  static ByteBuffer direct(int bytes) {
    int whole = (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    return ByteBuffer.allocateDirect(whole + ALIGNMENT).alignedSlice(ALIGNMENT).slice(0, whole)
        .order(ByteOrder.LITTLE_ENDIAN);
  }

  // ------------------------------------------------------------------------------------------- events

  /** Offset of the oldest unread event in {@link #region}; -1: there is none. */
  final int event() {
    int head = region.getInt(SctpAbi.HDR_EV_HEAD);
    return head == region.getInt(SctpAbi.HDR_EV_TAIL) ? -1 : eventOffset + (head & eventMask) * SctpAbi.EVENT_BYTES;
  }

  final int unread() {
    return region.getInt(SctpAbi.HDR_EV_TAIL) - region.getInt(SctpAbi.HDR_EV_HEAD);
  }

  /** Offset of an unread event; 0 is the oldest. */
  final int eventAt(int index) {
    return eventOffset + (region.getInt(SctpAbi.HDR_EV_HEAD) + index & eventMask) * SctpAbi.EVENT_BYTES;
  }

  /** Its payload may be overwritten from the next call into the stack on. */
  final void eventRead() {
    region.putInt(SctpAbi.HDR_EV_HEAD, region.getInt(SctpAbi.HDR_EV_HEAD) + 1);
  }

  /** Whether events wait for room: {@link #pump} brings them. */
  abstract boolean isWaiting();

  abstract void pump();

  /** {@code SctpAbi.CTR_*}. Any thread, also after the end. */
  final long counter(int number) {
    return (long) LONGS.getOpaque(region, countersOffset + number * Long.BYTES);
  }

  // ------------------------------------------------------------------------------------------- associations

  abstract boolean isOpen();

  /** Copies the remaining bytes; the position stays. 1: taken, else a code. */
  abstract int send(
      Association a, ByteBuffer data, int stream, int ppid, int flags, int policy, int policyValue, int context);

  abstract int resetStreams(long assoc, int[] streams);

  abstract int close(long assoc, int deadlineMillis, byte[] reason);

  abstract int abort(long assoc, int cause, byte[] reason);

  /** The answer lies at offset 0 of the buffer returned, until the next call of anything; null: there is none. */
  abstract ByteBuffer query(long assoc, int what, int bytes);

  abstract String text(int code);
}
