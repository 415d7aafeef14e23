package io.sluice.internal.sctp;

import io.sluice.internal.abi.SctpAbi;
import io.sluice.internal.bind.SctpBinding;
import io.sluice.internal.bind.UnavailableException;
import io.sluice.internal.load.SctpNatives;
import io.sluice.sctp.SctpOptions;
import io.sluice.sctp.SctpStackOptions;
import java.nio.ByteBuffer;

/**
 * A stack of the C library and the memory that is shared with it; see {@code sluice_sctp.h}. One thread, but for {@link #counter}.
 */
final class SctpStack extends AssociationStack {
  /** Entries of the event ring. */
  private static final int EVENTS = 1024;
  /** Datagrams on their way out. */
  private static final int SLOTS = 1024;
  /** The arena holds this many of the longest messages. */
  private static final int ARENA_MESSAGES = 4;
  private static final int ARENA_GRAIN = 4096;
  private static final int ARENA_MIN_BYTES = 64 << 10;
  private static final int ARENA_SLACK_BYTES = 8 << 10;
  private static final int MAX_REGION_BYTES = Integer.MAX_VALUE - (1 << 10);

  private final SctpNatives natives;
  private final SctpBinding c;
  /** The message that is being sent. */
  private final ByteBuffer outgoing;
  private final long outgoingAddress;
  private final int outOffset;
  private final int returnOffset;
  private final int slotsOffset;
  private final int slotMask;

  private static final int ARG_LENGTH = 0;
  private static final int ARG_MESSAGE = 64;
  private static final int ARG_CONNECT = 128;
  private static final int ARG_PEER = 256;

  private SctpStack(SctpNatives natives, SctpStackOptions options, ByteBuffer config) throws UnavailableException {
    super(natives.binding(), natives.sctp(), region(natives, options, config));
    this.natives = natives;
    this.c = natives.sctp();
    config.putLong(SctpAbi.CFG_SHARED_BASE, natives.binding().address(region));
    config.putLong(SctpAbi.CFG_SHARED_BYTES, region.capacity());
    outgoing = direct(options.maxMessageBytes());
    outgoingAddress = natives.binding().address(outgoing);
    opened(natives.open(config));
    outOffset = region.getInt(SctpAbi.HDR_OUT_OFFSET);
    returnOffset = region.getInt(SctpAbi.HDR_RETURN_OFFSET);
    slotsOffset = region.getInt(SctpAbi.HDR_SLOTS_OFFSET);
    slotMask = region.getInt(SctpAbi.HDR_SLOTS) - 1;
  }

  private static ByteBuffer region(SctpNatives natives, SctpStackOptions options, ByteBuffer config) throws UnavailableException {
    long bytes = natives.sctp().sharedBytes(natives.binding().address(config));
    if (bytes <= 0 || bytes > MAX_REGION_BYTES) {
      throw new UnavailableException("limits " + describe(options) + " are not accepted by the native library");
    }
    return direct((int) bytes);
  }

  static SctpStack open(SctpNatives natives, SctpStackOptions options) throws UnavailableException {
    return new SctpStack(natives, options, config(options));
  }

  private static String describe(SctpStackOptions o) {
    return "maxMessageBytes " + o.maxMessageBytes() + ", maxAssociations " + o.maxAssociations() + ", buffers "
        + o.receiveBufferBytes() + " and " + o.sendBufferBytes();
  }

  private static ByteBuffer config(SctpStackOptions o) {
    long arena = Math.max(ARENA_MIN_BYTES, (long) ARENA_MESSAGES * o.maxMessageBytes() + ARENA_SLACK_BYTES);
    return direct(SctpAbi.CFG_BYTES)
        .putInt(SctpAbi.CFG_SIZE, SctpAbi.CFG_BYTES)
        .putInt(SctpAbi.CFG_FLAGS, o.silent() ? SctpAbi.SILENT : 0)
        .putInt(SctpAbi.CFG_EVENT_ENTRIES, EVENTS)
        .putInt(SctpAbi.CFG_SLOTS, SLOTS)
        .putInt(SctpAbi.CFG_ARENA_BYTES, (int) ((arena + ARENA_GRAIN - 1) / ARENA_GRAIN * ARENA_GRAIN))
        .putInt(SctpAbi.CFG_MAX_MESSAGE_BYTES, o.maxMessageBytes())
        .putInt(SctpAbi.CFG_MAX_ASSOCIATIONS, o.maxAssociations())
        .putInt(SctpAbi.CFG_RECV_BUFFER_BYTES, o.receiveBufferBytes())
        .putInt(SctpAbi.CFG_SEND_BUFFER_BYTES, o.sendBufferBytes());
  }

  // ------------------------------------------------------------------------------------------- events

  @Override
  boolean isWaiting() {
    return region.getInt(SctpAbi.HDR_WAITING) != 0;
  }

  @Override
  void pump() {
    c.input(stack, 0, 0);
  }

  // ------------------------------------------------------------------------------------------- datagrams

  int datagramsOut() {
    return region.getInt(SctpAbi.HDR_OUT_TAIL) - region.getInt(SctpAbi.HDR_OUT_HEAD);
  }

  /** Offset in {@link #region} of the oldest slot to be sent; to be given back with {@link #slotSent}. */
  int slot() {
    int head = region.getInt(SctpAbi.HDR_OUT_HEAD);
    return slotsOffset + region.getInt(outOffset + (head & slotMask) * Integer.BYTES) * SctpAbi.SLOT_BYTES;
  }

  /** What {@link #slot} answered was sent, or copied. */
  void slotSent() {
    int head = region.getInt(SctpAbi.HDR_OUT_HEAD);
    int tail = region.getInt(SctpAbi.HDR_RET_TAIL);
    int number = region.getInt(outOffset + (head & slotMask) * Integer.BYTES);
    region.putInt(returnOffset + (tail & slotMask) * Integer.BYTES, number);
    region.putInt(SctpAbi.HDR_RET_TAIL, tail + 1);
    region.putInt(SctpAbi.HDR_OUT_HEAD, head + 1);
  }

  /** Half of the slots are out: time to send. */
  boolean isOutCrowded() {
    return datagramsOut() > slotMask >> 1;
  }

  /** @param list address of {@code count} times {@code sluice_sctp_datagram} */
  void input(long list, int count) {
    c.input(stack, list, count);
  }

  int hint(Peer peer, int osError) {
    peer.encode(args, ARG_PEER);
    return c.hint(stack, argsAddress + ARG_PEER, osError);
  }

  /** Milliseconds until the next tick; -1: none is needed. As of the last call. */
  int nextTickMillis() {
    return region.getInt(SctpAbi.HDR_NEXT_TICK_MS);
  }

  void tick(int elapsedMillis) {
    c.tick(stack, elapsedMillis);
  }

  // ------------------------------------------------------------------------------------------- associations

  long listen(int port, long tag, long link, SctpOptions options) {
    clear(ARG_CONNECT, SctpAbi.LSN_BYTES);
    args.putInt(ARG_CONNECT + SctpAbi.LSN_SIZE, SctpAbi.LSN_BYTES);
    args.putShort(ARG_CONNECT + SctpAbi.LSN_PORT, (short) port);
    args.putLong(ARG_CONNECT + SctpAbi.LSN_TAG, tag);
    args.putLong(ARG_CONNECT + SctpAbi.LSN_LINK, link);
    OptionsCodec.encode(options, args, ARG_CONNECT + SctpAbi.LSN_OPTIONS);
    return c.listen(stack, argsAddress + ARG_CONNECT);
  }

  long connect(int localPort, Peer peer, int port, long tag, SctpOptions options) {
    clear(ARG_CONNECT, SctpAbi.CONN_BYTES);
    args.putInt(ARG_CONNECT + SctpAbi.CONN_SIZE, SctpAbi.CONN_BYTES);
    args.putShort(ARG_CONNECT + SctpAbi.CONN_LOCAL_PORT, (short) localPort);
    args.putShort(ARG_CONNECT + SctpAbi.CONN_PEER_PORT, (short) port);
    args.putLong(ARG_CONNECT + SctpAbi.CONN_TAG, tag);
    peer.encode(args, ARG_CONNECT + SctpAbi.CONN_PEER);
    OptionsCodec.encode(options, args, ARG_CONNECT + SctpAbi.CONN_OPTIONS);
    return c.connect(stack, argsAddress + ARG_CONNECT);
  }

  @Override
  int send(Association a, ByteBuffer data, int stream, int ppid, int flags, int policy, int policyValue, int context) {
    int n = data.remaining();
    outgoing.put(0, data, data.position(), n);
    int at = ARG_MESSAGE;
    args.putLong(at + SctpAbi.SEND_ASSOC, a.handle);
    args.putLong(at + SctpAbi.SEND_DATA, outgoingAddress);
    args.putInt(at + SctpAbi.SEND_BYTES, n);
    args.putShort(at + SctpAbi.SEND_STREAM, (short) stream);
    args.putShort(at + SctpAbi.SEND_FLAGS, (short) flags);
    args.putInt(at + SctpAbi.SEND_PPID, ppid);
    args.putInt(at + SctpAbi.SEND_CONTEXT, context);
    args.putShort(at + SctpAbi.SEND_PR_POLICY, (short) policy);
    args.putInt(at + SctpAbi.SEND_PR_VALUE, policyValue);
    return c.send(stack, argsAddress + at, 1);
  }

  /** How many associations remain. */
  int shutdown(byte[] reason) {
    return c.shutdown(stack, reason(reason), reason.length);
  }

  @Override
  ByteBuffer query(long assoc, int what, int bytes) {
    args.putInt(ARG_LENGTH, bytes);
    int code = c.query(stack, assoc, what, argsAddress + ARG_OUT, argsAddress + ARG_LENGTH);
    return answer(code, bytes);
  }

  @Override
  String text(int code) {
    return c.strerror(code);
  }

  // ------------------------------------------------------------------------------------------- the rest

  long address(ByteBuffer direct) {
    return natives.binding().address(direct);
  }
}
