package io.sluice.internal.loop;

import io.sluice.CloseReason;
import io.sluice.FileRegion;
import io.sluice.SendListener;
import io.sluice.SendResult;
import io.sluice.internal.abi.Abi;
import java.nio.ByteBuffer;

/**
 * The sending half on the loop's thread.
 *
 * <pre>
 *  send(lease)  ------------------------------------------> SEND of the receive buffer itself
 *  send(buffer) --> open chunk --full, flush, other send--> SEND of the chunk
 *  send(file)   ------------------------------------------> SENDFILE
 * </pre>
 *
 * Small copies of one turn share a chunk and so leave as one submission. When several chunks are on their way to a peer that
 * does not read, the open chunk is kept until it is full or one of them is done: a slow peer must not fill memory with
 * chunks that hold a few bytes each.
 */
abstract class ConnectionSends extends SendProgress {
  /** With this many chunks in flight an open chunk that is not full waits. */
  static final int CHUNKS_BEFORE_WAITING = 4;

  private int openBytes;
  /** Listeners of the open chunk. */
  private SendRecord openRecord;

  ConnectionSends(Loop loop, long handle, Settings settings) {
    super(loop, handle, settings);
  }

  // ------------------------------------------------------------------------------------------- taking

  /** Null: the bytes may be taken. */
  private SendResult refusal(int bytes) {
    if ((flags & (CLOSING | OUTPUT_SHUT)) != 0) {
      return SendResult.CLOSED;
    }
    if (pendingBytes + foreignBytes() + bytes > settings.limitBytes) {
      return rejected();
    }
    return null;
  }

  private SendResult rejected() {
    if (pendingTotal() > settings.lowWaterBytes) {
      flags |= WANTS_WRITABLE;
    }
    return SendResult.REJECTED;
  }

  private SendResult taken(int bytes) {
    int pending = pendingBytes + bytes;
    pendingBytes = pending;
    bytesTaken += bytes;
    loop.counters.add(LoopCounters.MESSAGES_SENT, 1);
    loop.counters.add(LoopCounters.BYTES_TAKEN, bytes);
    if (idle != null) {
      idle.writeAt = loop.idle.nanos;
    }
    if (pending + pendingFileBytes >= settings.highWaterBytes) {
      flags |= WANTS_WRITABLE;
      return SendResult.SATURATED;
    }
    return SendResult.QUEUED;
  }

  /** The hot path of an echo: received bytes go out from where they are. */
  final SendResult sendCallback(CallbackLease lease, SendListener listener) {
    int length = lease.length;
    SendResult refused = refusal(length);
    if (refused == null && (lease.heap != null || !mayKeepBuffer())) {
      return sendCopyOf(lease, listener);
    }
    if (refused != null) {
      lease.end();
      return refused;
    }
    int buffer = lease.buffer;
    int offset = lease.offset;
    lease.take();
    heldBuffers++;
    SendResult result = taken(length);
    sendBuffer(buffer, offset, length, listener);
    return result;
  }

  private SendResult sendCopyOf(CallbackLease lease, SendListener listener) {
    SendResult result = sendCopy(lease.buffer(), listener, false);
    lease.end();
    return result;
  }

  /** A retained lease of this loop, already ended by the caller; its buffer stays in its owner's share until it is sent. */
  final SendResult sendRetained(RetainedLease lease, SendListener listener, boolean promised) {
    SendResult refused = promised ? null : refusal(lease.length);
    if (refused != null) {
      lease.handBack();
      return refused;
    }
    lease.handOver();
    heldBuffers++;
    SendResult result = taken(lease.length);
    sendBuffer(lease.buffer, lease.offset, lease.length, listener);
    return result;
  }

  private void sendBuffer(int buffer, int offset, int length, SendListener listener) {
    if (openChunk != SendMemory.NONE) {
      emitOpenChunk();
    }
    LeasePool pool = loop.pool;
    long address = pool.base + pool.offset(buffer) + offset;
    if (listener == null) {
      loop.submissions.send(
          sendFlags(length, mayBeLazy()), length, handle, Tokens.send(Tokens.LEASE, length, buffer), address);
      return;
    }
    SendRecord record = loop.records.acquire(self());
    record.buffer = buffer;
    record.bytes = length;
    record.add(listener, length);
    loop.submissions.send(sendFlags(length, false), length, handle, Tokens.of(Tokens.RECORD, record.index), address);
  }

  /**
   * Copies what remains of {@code data}; its position moves only when it is taken.
   *
   * @param promised taken already, by another thread's call
   */
  final SendResult sendCopy(ByteBuffer data, SendListener listener, boolean promised) {
    int bytes = data.remaining();
    SendResult refused = promised ? null : refusal(bytes);
    if (refused != null) {
      return refused;
    }
    if (!ensureMemory(bytes, promised)) {
      return rejected();
    }
    copy(data);
    data.position(data.limit());
    return copied(bytes, listener);
  }

  final SendResult sendCopies(ByteBuffer[] data, int bytes) {
    SendResult refused = refusal(bytes);
    if (refused != null) {
      return refused;
    }
    if (!ensureMemory(bytes, false)) {
      return rejected();
    }
    for (ByteBuffer b : data) {
      copy(b);
    }
    // Only now: the same buffer may be in the array several times.
    for (ByteBuffer b : data) {
      b.position(b.limit());
    }
    return copied(bytes, null);
  }

  private boolean ensureMemory(int bytes, boolean promised) {
    int room = openChunk == SendMemory.NONE ? 0 : loop.sendMemory.capacity(openChunk) - openBytes;
    return bytes <= room || loop.sendMemory.ensure(bytes - room, promised);
  }

  private SendResult copied(int bytes, SendListener listener) {
    if (listener != null) {
      if (openRecord == null) {
        openRecord = loop.records.acquire(self());
      }
      openRecord.add(listener, openBytes);
    }
    markDirty();
    return taken(bytes);
  }

  /** Leaves the position alone. */
  private void copy(ByteBuffer data) {
    SendMemory memory = loop.sendMemory;
    int at = data.position();
    int left = data.remaining();
    while (left > 0) {
      if (openChunk != SendMemory.NONE && openBytes == memory.capacity(openChunk)) {
        emitOpenChunk();
      }
      if (openChunk == SendMemory.NONE) {
        openChunk = memory.acquire(left);
        openBytes = 0;
      }
      int n = Math.min(left, memory.capacity(openChunk) - openBytes);
      memory.put(openChunk, openBytes, data, at, n);
      openBytes += n;
      at += n;
      left -= n;
    }
  }

  /** The file is open; an error before that is the caller's. */
  final SendResult sendFile(int file, FileRegion region, SendListener listener) {
    if (openChunk != SendMemory.NONE) {
      emitOpenChunk();
    }
    SendRecord record = loop.records.acquire(self());
    record.file = file;
    record.bytes = (int) region.length();
    if (listener != null) {
      record.add(listener, record.bytes);
    }
    queuedFiles++;
    pendingFileBytes += region.length();
    bytesTaken += region.length();
    loop.counters.add(LoopCounters.BYTES_TAKEN, region.length());
    SendResult result = taken(0);
    // The last one that is taken must not be lazy: a file that is refused next waits for its end.
    boolean lazy = listener == null && queuedFiles < MAX_QUEUED_FILES && mayBeLazy();
    loop.submissions.submit(
        Abi.OP_SENDFILE, lazy ? Abi.SQE_LAZY : 0, record.bytes, handle,
        Tokens.of(Tokens.RECORD, record.index), region.position(), 0L, file);
    return result;
  }

  /** Null: a file may be taken. */
  final SendResult fileRefusal() {
    SendResult refused = refusal(0);
    return refused == null && queuedFiles >= MAX_QUEUED_FILES ? fileRejected() : refused;
  }

  /** However few bytes they are: onWritable is owed, and comes when one of the files is done. */
  final SendResult fileRejected() {
    flags |= WANTS_WRITABLE;
    return SendResult.REJECTED;
  }

  // ------------------------------------------------------------------------------------------- submitting

  /** Nobody waits for the completion, and the memory it gives back is not needed soon. */
  private boolean mayBeLazy() {
    // Above low water a later send may be rejected, and then waits for the end of this one, too late to say so.
    return (flags & WANTS_WRITABLE) == 0 && pendingBytes + pendingFileBytes <= settings.lowWaterBytes
        && loop.pool.mayBeLazy();
  }

  private int sendFlags(int bytes, boolean lazy) {
    return (lazy ? Abi.SQE_LAZY : 0) | (bytes >= settings.zeroCopyBytes ? Abi.SQE_ZEROCOPY : 0);
  }

  private void emitOpenChunk() {
    SendMemory memory = loop.sendMemory;
    int chunk = openChunk;
    int bytes = openBytes;
    SendRecord record = openRecord;
    openChunk = SendMemory.NONE;
    openBytes = 0;
    openRecord = null;
    chunksInFlight++;
    boolean lazy =
        record == null && chunksInFlight < CHUNKS_BEFORE_WAITING && mayBeLazy() && !memory.isShort();
    long token = Tokens.send(Tokens.CHUNK, bytes, chunk);
    if (record != null) {
      record.chunk = chunk;
      record.bytes = bytes;
      token = Tokens.of(Tokens.RECORD, record.index);
    }
    loop.submissions.send(sendFlags(bytes, lazy), bytes, handle, token, memory.address(chunk));
  }

  /** End of a turn. */
  final void flushSends() {
    if (openChunk != SendMemory.NONE) {
      if (chunksInFlight < CHUNKS_BEFORE_WAITING) {
        emitOpenChunk();
      }
    } else if (openRecord != null) {
      tellOpenRecord(null);
    }
    progressed();
  }

  /** Before a FIN or a close in good order: everything taken is submitted. */
  final void flushAll() {
    if (openChunk == SendMemory.NONE && openRecord != null) {
      tellOpenRecord(null);
    }
    if (openChunk != SendMemory.NONE) { // Perhaps what the listener has just sent.
      emitOpenChunk();
    }
  }

  /** Nothing more will be submitted. */
  final void dropOpenChunk(CloseReason why) {
    if (openChunk != SendMemory.NONE) {
      loop.sendMemory.release(openChunk);
      openChunk = SendMemory.NONE;
      openBytes = 0;
    }
    if (openRecord != null) {
      tellOpenRecord(why);
    }
  }

  private void tellOpenRecord(CloseReason failure) {
    SendRecord record = openRecord;
    openRecord = null;
    record.tell(self(), 0, failure);
    loop.records.release(record);
  }
}
