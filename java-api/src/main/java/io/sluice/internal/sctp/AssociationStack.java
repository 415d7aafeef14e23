package io.sluice.internal.sctp;

import io.sluice.internal.abi.SctpAbi;
import io.sluice.internal.bind.AssociationBinding;
import io.sluice.internal.bind.Binding;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What associations and the reader of events need of a stack in C, over UDP or of the kernel. Both have the header, the event ring and the
 * counters of {@code sluice_sctp.h}, in memory of ours. One thread, but for {@link #counter}.
 *
 * <p>The region is a direct buffer, so whoever reads a counter of a destroyed stack reads memory that is still there. A stack that
 * exists in C keeps this object reachable.
 */
abstract class AssociationStack {
  private static final int ALIGNMENT = 64;
  private static final VarHandle LONGS = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  /** Arguments and results; the first {@code ARG_REASON} bytes are the subclass's. */
  static final int ARG_REASON = 512;
  static final int ARG_OUT = 1024;
  private static final int ARG_STREAMS = 2048;
  private static final int ARGS_BYTES = ARG_STREAMS + 2 * SctpAbi.STREAMS_MAX;
  /** Stacks that exist in C keep their memory reachable. */
  private static final Set<AssociationStack> LIVE = ConcurrentHashMap.newKeySet();

  /** The shared region. */
  final ByteBuffer region;
  final ByteBuffer args = direct(ARGS_BYTES);
  final long argsAddress;
  /** Address in C; 0 when it is gone. */
  long stack;
  private final AssociationBinding c;
  private int eventOffset;
  private int eventMask;
  private int countersOffset;

  AssociationStack(Binding binding, AssociationBinding c, ByteBuffer region) {
    this.region = region;
    this.c = c;
    this.argsAddress = binding.address(args);
  }

  /** C has laid the region out. */
  final void opened(long address) {
    stack = address;
    LIVE.add(this);
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

  final boolean isOpen() {
    return stack != 0;
  }

  /** Copies the remaining bytes; the position stays. 1: taken, else a code. */
  abstract int send(
      Association a, ByteBuffer data, int stream, int ppid, int flags, int policy, int policyValue, int context);

  final int unlisten(long listener) {
    return c.unlisten(stack, listener);
  }

  final int resetStreams(long assoc, int[] streams) {
    for (int i = 0; i < streams.length; i++) {
      args.putShort(ARG_STREAMS + 2 * i, (short) streams[i]);
    }
    return c.resetStreams(stack, assoc, argsAddress + ARG_STREAMS, streams.length);
  }

  final int close(long assoc, int deadlineMillis, byte[] reason) {
    return c.close(stack, assoc, deadlineMillis, reason(reason), reason.length);
  }

  final int abort(long assoc, int cause, byte[] reason) {
    return c.abort(stack, assoc, cause, reason(reason), reason.length);
  }

  /** Where C reads it, during one call. */
  final long reason(byte[] reason) {
    args.put(ARG_REASON, reason);
    return argsAddress + ARG_REASON;
  }

  /** Zeroes for a structure of so many bytes; a multiple of 8. */
  final void clear(int at, int bytes) {
    for (int i = 0; i < bytes; i += Long.BYTES) {
      args.putLong(at + i, 0L);
    }
  }

  /** The answer lies at offset 0 of the buffer returned, until the next call of anything; null: there is none. */
  abstract ByteBuffer query(long assoc, int what, int bytes);

  /** What a call has written at {@code ARG_OUT}; null: it failed. */
  final ByteBuffer answer(int code, int bytes) {
    return code < 0 ? null : args.slice(ARG_OUT, bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  abstract String text(int code);

  /** What still lives is dropped. */
  final void destroy() {
    if (stack != 0) {
      long s = stack;
      stack = 0;
      if (c.destroy(s, SctpAbi.DESTROY_FORCE) >= 0) {
        LIVE.remove(this);
      }
    }
  }
}
