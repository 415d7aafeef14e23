package io.sluice.internal.loop;

import io.sluice.SendResult;
import io.sluice.UdpDestination;
import io.sluice.UdpError;
import io.sluice.UdpSendListener;
import io.sluice.internal.abi.Abi;
import java.nio.ByteBuffer;

/**
 * The sending half of a datagram socket on the loop's thread. Each datagram is one SEND with a record; copies are packed into
 * the loop's {@link UdpChunks}, a received lease goes out from where it is.
 *
 * <pre>
 *  taken: pending --completion--> taken by the kernel, or failed: listener or onError
 *                                 at or below low water, when owed: onWritable
 * </pre>
 */
final class UdpSends {
  private final UdpSocketImpl socket;
  private final Loop loop;
  private final LoopUdp udp;
  private final UdpSettings settings;

  /** Written by the loop, read roughly by others. */
  private long pendingBytes;
  /** The same with the overhead of each datagram: what counts against the bounds. */
  private long pendingLoad;
  private boolean wantsWritable;
  /** There was no room in the rings, so onWritable is due with the next turn whatever is pending. */
  private boolean lookAgain;
  private long unsentBytes;

  UdpSends(UdpSocketImpl socket) {
    this.socket = socket;
    this.loop = socket.loop;
    this.udp = loop.udp;
    this.settings = socket.settings;
  }

  long pendingBytes() {
    return pendingBytes;
  }

  long pendingLoad() {
    return pendingLoad;
  }

  /** Bytes of datagrams that went down with the socket. */
  long unsentBytes() {
    return unsentBytes;
  }

  // ------------------------------------------------------------------------------------------- taking

  /** Null: a datagram of so many bytes may be taken. */
  private SendResult refusal(int bytes) {
    if (!socket.isLive()) {
      return SendResult.CLOSED;
    }
    if (pendingLoad + socket.outside.load() + UdpSettings.load(bytes) > settings.limitBytes()) {
      return rejected();
    }
    return null;
  }

  private SendResult rejected() {
    if (pendingLoad > settings.lowWaterBytes()) {
      wantsWritable = true;
    }
    return SendResult.REJECTED;
  }

  private SendResult noRoomInThisTurn() {
    wantsWritable = true;
    lookAgain = true;
    socket.markDirty();
    return SendResult.REJECTED;
  }

  /** Somebody on another thread was told to wait for onWritable. */
  void owesWritable() {
    wantsWritable = true;
    socket.markDirty();
  }

  /**
   * Copies what remains of {@code data}; its position moves only when it is taken.
   *
   * @param to null: an answer to {@code answered}
   */
  SendResult copy(ByteBuffer data, UdpDestination to, UdpInfo answered, UdpSendListener listener) {
    int bytes = data.remaining();
    SendResult refused = refusal(bytes);
    if (refused != null) {
      return refused;
    }
    int meta = meta(to, answered);
    if (meta < 0) {
      return noRoomInThisTurn();
    }
    int chunk = udp.chunks.put(data, false);
    if (chunk == UdpChunks.NONE) {
      return rejected();
    }
    data.position(data.limit());
    return submitCopy(chunk, bytes, meta, listener);
  }

  private SendResult submitCopy(int chunk, int bytes, int meta, UdpSendListener listener) {
    UdpSendRecord record = udp.records.acquire(socket, bytes, listener);
    record.chunk = chunk;
    return submit(record, udp.chunks.lastAddress(), meta);
  }

  /** The hot path of an echo: a received datagram goes out from where it is. */
  SendResult lent(CallbackLease lease, UdpDestination to, UdpInfo answered, UdpSendListener listener) {
    int bytes = lease.length;
    if (lease.heap != null || !socket.mayKeepBuffer()) {
      SendResult result = copy(lease.buffer(), to, answered, listener);
      lease.end();
      return result;
    }
    SendResult refused = refusal(bytes);
    int meta = refused == null ? meta(to, answered) : 0;
    if (refused != null || meta < 0) {
      lease.end();
      return refused != null ? refused : noRoomInThisTurn();
    }
    int buffer = lease.buffer;
    int offset = lease.offset;
    lease.take();
    return submitBuffer(buffer, offset, bytes, meta, listener);
  }

  /** A retained lease of this loop, already ended by the caller. */
  SendResult retained(RetainedLease lease, UdpDestination to, UdpInfo answered, UdpSendListener listener) {
    SendResult refused = refusal(lease.length);
    int meta = refused == null ? meta(to, answered) : 0;
    if (refused != null || meta < 0) {
      lease.handBack();
      return refused != null ? refused : noRoomInThisTurn();
    }
    lease.handOver();
    return submitBuffer(lease.buffer, lease.offset, lease.length, meta, listener);
  }

  private SendResult submitBuffer(int buffer, int offset, int bytes, int meta, UdpSendListener listener) {
    socket.heldBuffers++;
    UdpSendRecord record = udp.records.acquire(socket, bytes, listener);
    record.buffer = buffer;
    return submit(record, loop.pool.base + loop.pool.offset(buffer) + offset, meta);
  }

  /**
   * A datagram of another thread, taken at its call.
   *
   * @return false: no room in this turn, nothing was done
   */
  boolean promised(UdpForeignSend s) {
    if (s.saturated) {
      wantsWritable = true;
      socket.markDirty();
    }
    if (!socket.mayHandOver()) {
      tooLate(s, -Abi.ECANCELED);
      return true;
    }
    int meta = meta(s.to, null);
    if (meta < 0) {
      return false;
    }
    if (s.lease != null) {
      s.lease.handOver();
      submitBuffer(s.lease.buffer, s.lease.offset, s.lease.length, meta, s.listener);
      return true;
    }
    int chunk = udp.chunks.put(ByteBuffer.wrap(s.bytes), true);
    if (chunk == UdpChunks.NONE) {
      tooLate(s, -Abi.ENOMEM);
    } else {
      submitCopy(chunk, s.bytes.length, meta, s.listener);
    }
    return true;
  }

  /** Taken, and cannot be carried out. */
  void tooLate(UdpForeignSend s, int code) {
    loop.counters.add(LoopCounters.BYTES_TAKEN, s.length());
    if (s.lease != null) {
      s.lease.handBack();
    }
    lost(s.length());
    tell(s.listener, UdpErrors.ofSend(code, 0, s.to.address() != null ? s.to.address() : socket.remoteAddress()));
  }

  // ------------------------------------------------------------------------------------------- submitting

  /** Offset of a {@code sluice_meta} in the scratch area; 0: none is needed; negative: no room in this turn. */
  private int meta(UdpDestination to, UdpInfo answered) {
    if (answered == null && to.isPlainPeer()) {
      return 0;
    }
    int at = loop.submissions.scratch(Abi.META_BYTES);
    if (at < 0) {
      return at;
    }
    if (answered != null) {
      answered.encodeReply(loop.submissions.scratch.region(), at);
    } else {
      to.encode(loop.submissions.scratch.region(), at);
    }
    return at;
  }

  private SendResult submit(UdpSendRecord record, long address, int meta) {
    ByteBuffer region = loop.submissions.scratch.region();
    record.head = meta == 0 ? 0 : region.getLong(meta);
    record.high = meta == 0 ? 0 : region.getLong(meta + Abi.META_ADDR);
    record.low = meta == 0 ? 0 : region.getLong(meta + Abi.META_ADDR + Long.BYTES);
    int bytes = record.bytes;
    boolean lazy = record.listener == null && mayBeLazy();
    loop.submissions.submit(
        Abi.OP_SEND, lazy ? Abi.SQE_LAZY : 0, bytes, socket.handle(), Tokens.of(Tokens.UDP_SEND, record.index), address, meta,
        0);
    pendingBytes += bytes;
    pendingLoad += UdpSettings.load(bytes);
    socket.bytesTaken += bytes;
    loop.counters.add(LoopCounters.MESSAGES_SENT, 1);
    loop.counters.add(LoopCounters.BYTES_TAKEN, bytes);
    if (pendingLoad >= settings.highWaterBytes()) {
      wantsWritable = true;
      return SendResult.SATURATED;
    }
    return SendResult.QUEUED;
  }

  /** Nobody waits for the completion, and the memory it gives back is not needed soon. */
  private boolean mayBeLazy() {
    return !wantsWritable && pendingLoad <= settings.lowWaterBytes() && loop.pool.mayBeLazy() && !loop.sendMemory.isShort();
  }

  // ------------------------------------------------------------------------------------------- completing

  /** The record's memory is given back here. */
  void completed(UdpSendRecord record, int result, int osError) {
    freeMemory(record);
    int bytes = record.bytes;
    pendingBytes -= bytes;
    pendingLoad -= UdpSettings.load(bytes);
    UdpSendListener listener = record.listener;
    if (result >= 0) {
      udp.records.release(record);
      if (listener != null) {
        tell(listener, null);
      }
    } else {
      UdpError error = record.failure(result, osError);
      udp.records.release(record);
      lost(bytes);
      tell(listener, error);
    }
    if (wantsWritable) {
      progressed(false);
    }
  }

  private void freeMemory(UdpSendRecord record) {
    if (record.buffer != LeasePool.NONE) {
      socket.heldBuffers--;
      loop.pool.giveBack(record.buffer);
    } else {
      udp.chunks.done(record.chunk);
    }
  }

  /** What was taken is sent, pending, or counted here. */
  private void lost(int bytes) {
    loop.counters.add(LoopCounters.BYTES_UNSENT, bytes);
    if (!socket.isLive()) {
      unsentBytes += bytes;
    }
  }

  private void tell(UdpSendListener listener, UdpError error) {
    try {
      if (listener != null) {
        listener.onSent(socket, error);
      } else if (error != null && error.kind() != UdpError.Kind.CANCELLED) { // The end itself is told by onClosed.
        socket.handler().onError(socket, error);
      }
    } catch (Throwable t) {
      socket.callbackThrew(listener != null ? "UdpSendListener.onSent" : "onError", t);
    }
  }

  /** End of a turn. */
  void flush() {
    boolean now = lookAgain;
    lookAgain = false;
    if (wantsWritable) {
      progressed(now);
    }
  }

  /** Calls onWritable when it is owed and due. */
  private void progressed(boolean anyway) {
    boolean due = pendingLoad + socket.outside.load() <= settings.lowWaterBytes();
    if (!socket.isLive() || !due && !(anyway && pendingLoad < settings.highWaterBytes())) {
      return;
    }
    wantsWritable = false;
    try {
      socket.handler().onWritable(socket);
    } catch (Throwable t) {
      socket.callbackThrew("onWritable", t);
    }
  }
}
