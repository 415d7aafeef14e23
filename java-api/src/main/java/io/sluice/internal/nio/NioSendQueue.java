package io.sluice.internal.nio;

import io.sluice.internal.abi.Abi;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.util.Arrays;

/**
 * Sending: one queue per handle, in submission order (C4). A queue is tried at the end of the batch of submissions that
 * filled it, several SENDs in one gathering write; the selector is asked only after a short write.
 */
final class NioSendQueue {
  /** What a file region sends before other handles are served, as in {@code sluice.h}. */
  private static final int FILE_SHARE_BYTES = 1 << 20;
  /** Linux's number for a file that ended before its region did, as the native engines report it. */
  private static final int EIO = 5;

  private final NioLoop loop;
  private final NioRings rings;
  private final int maxOps;
  private NioSend free;
  private int queued;
  private NioSlot[] dirty = new NioSlot[16];
  private int dirtyCount;
  private final ByteBuffer[] batch = new ByteBuffer[Abi.MAX_IOV];
  private boolean inSubmittingCall;

  NioSendQueue(NioLoop loop, int maxOps) {
    this.loop = loop;
    this.rings = loop.rings;
    this.maxOps = maxOps;
  }

  /** Validates and queues one SEND, SENDMSG, SENDFILE or SHUTDOWN on a live handle. */
  void submit(NioSlot slot, NioSqe e) {
    int code = slot.datagram != null ? loop.datagramSends.refusal(slot, e) : refusal(slot, e);
    NioSend send = null;
    if (code == 0) {
      send = take();
      code = fill(slot, send, e);
    }
    if (code == 0 && queued + send.weight() > maxOps) {
      code = Abi.ENOMEM;
      slot.sendFailed = slot.datagram == null; // Nothing may follow the gap in a stream; what was taken before goes on.
      slot.abort |= slot.sendFailed && e.op != Abi.OP_SHUTDOWN;
    }
    if (code == Abi.EFAULT && slot.datagram == null) {
      slot.sendFailed = true;
      slot.abort = true;
    }
    if (code != 0) {
      recycle(send);
      if (code == Abi.EINVAL) {
        rings.count(Abi.CTR_INVALID);
      }
      rings.complete(e.op, e.token, e.handle, -code, 0);
      return;
    }
    send.op = e.op;
    send.token = e.token;
    send.lazy = (e.flags & Abi.SQE_LAZY) != 0;
    append(slot, send);
    if (e.op == Abi.OP_SHUTDOWN) {
      slot.finQueued = true;
    }
  }

  private int refusal(NioSlot slot, NioSqe e) {
    if (!slot.isStream() || e.aux != 0) {
      return Abi.EINVAL;
    }
    if (slot.sendFailed) {
      return Abi.ECANCELED;
    }
    return slot.finQueued && e.op != Abi.OP_SHUTDOWN ? Abi.EPIPE : 0;
  }

  private int fill(NioSlot slot, NioSend send, NioSqe e) {
    if (slot.datagram == null) {
      return fill(send, e);
    }
    int code = e.op == Abi.OP_SEND && e.len == 0 ? 0 : fill(send, e);
    return code != 0 ? code : loop.datagramSends.address(slot, send, e);
  }

  private int fill(NioSend send, NioSqe e) {
    switch (e.op) {
      case Abi.OP_SEND:
        return e.len <= 0 ? Abi.EINVAL : addPiece(send, e.addr, e.len);
      case Abi.OP_SENDMSG:
        return fillFromIovecs(send, e);
      case Abi.OP_SENDFILE:
        NioFiles.File file = loop.files.find(e.aux32);
        if (e.len <= 0 || e.addr < 0 || e.addr + e.len < 0 || file == null) {
          return Abi.EINVAL;
        }
        send.file = file.use();
        send.filePosition = e.addr;
        send.total = e.len;
        return 0;
      default:
        return 0;
    }
  }

  private int fillFromIovecs(NioSend send, NioSqe e) {
    if (e.len <= 0 || e.len > Abi.MAX_IOV || !loop.submissions.inScratch(e.addr, e.len * Abi.IOVEC_BYTES)) {
      return Abi.EINVAL;
    }
    long sum = 0;
    for (int i = 0; i < e.len; i++) {
      int at = (int) e.addr + i * Abi.IOVEC_BYTES;
      long length = rings.shared.getLong(at + Abi.IOVEC_LEN);
      sum += length;
      if (length <= 0 || length > Integer.MAX_VALUE || sum > Integer.MAX_VALUE) {
        return Abi.EINVAL;
      }
    }
    for (int i = 0; i < e.len; i++) {
      int at = (int) e.addr + i * Abi.IOVEC_BYTES;
      int code = addPiece(send, rings.shared.getLong(at + Abi.IOVEC_ADDR), (int) rings.shared.getLong(at + Abi.IOVEC_LEN));
      if (code != 0) {
        return code;
      }
    }
    return 0;
  }

  private int addPiece(NioSend send, long address, int length) {
    NioMemory.Slab slab = loop.memory.find(address, length);
    if (slab == null) {
      return Abi.EFAULT;
    }
    send.add(slab, NioMemory.offset(address), length);
    return 0;
  }

  private void append(NioSlot slot, NioSend send) {
    queued += send.weight();
    rings.add(Abi.CTR_OPS_IN_FLIGHT, send.weight());
    if (slot.sendHead == null) {
      slot.sendHead = send;
    } else {
      slot.sendTail.next = send;
    }
    slot.sendTail = send;
    if (!slot.dirty && !slot.writeBlocked) {
      slot.dirty = true;
      if (dirtyCount == dirty.length) {
        dirty = Arrays.copyOf(dirty, dirtyCount * 2);
      }
      dirty[dirtyCount++] = slot;
    }
  }

  /** End of a batch of submissions: tries every queue that got something. */
  void flush() {
    inSubmittingCall = true;
    for (int i = 0; i < dirtyCount; i++) {
      NioSlot slot = dirty[i];
      dirty[i] = null;
      // Not dirty any more: closed meanwhile.
      if (slot.dirty) {
        slot.dirty = false;
        run(slot);
      }
    }
    dirtyCount = 0;
    inSubmittingCall = false;
  }

  /** The selector says writable. */
  void writable(NioSlot slot) {
    if (slot.writeBlocked) {
      slot.writeBlocked = false;
      run(slot);
    }
  }

  /** Sends until the queue is empty or the socket is full. */
  private void run(NioSlot slot) {
    if (slot.datagram != null) {
      if (!loop.datagramSends.run(slot)) {
        block(slot);
        return;
      }
      emptied(slot);
      return;
    }
    try {
      while (slot.sendHead != null) {
        if (!step(slot, slot.sendHead)) {
          block(slot);
          return;
        }
      }
    } catch (IOException e) {
      fail(slot, NioErrors.of(e));
    }
    emptied(slot);
  }

  private void emptied(NioSlot slot) {
    if (slot.key != null && slot.key.isValid()) {
      slot.dropInterest(SelectionKey.OP_WRITE, rings);
    }
    if (slot.life == NioSlot.Life.DRAINING) {
      loop.close.drained(slot);
    }
  }

  /** One system call's worth of progress; false: the socket is full. */
  private boolean step(NioSlot slot, NioSend head) throws IOException {
    rings.count(Abi.CTR_SYSCALLS);
    if (head.op == Abi.OP_SHUTDOWN) {
      slot.socket.shutdownOutput();
      completeHead(slot);
      return true;
    }
    if (head.op == Abi.OP_SENDFILE) {
      return stepFile(slot, head);
    }
    long wanted;
    long written;
    if (head.next == null && head.pieces == 1) {
      wanted = head.views[0].remaining();
      written = slot.socket.write(head.views[0]);
    } else {
      int count = gather(head);
      wanted = 0;
      for (int i = 0; i < count; i++) {
        wanted += batch[i].remaining();
      }
      written = slot.socket.write(batch, 0, count);
    }
    rings.add(Abi.CTR_BYTES_SENT, written);
    completeWhole(slot);
    return written == wanted;
  }

  private boolean stepFile(NioSlot slot, NioSend head) throws IOException {
    int wanted = Math.min(head.total - head.fileDone, FILE_SHARE_BYTES);
    int n = head.file.send(head.filePosition + head.fileDone, wanted, slot.socket);
    if (n < 0) {
      fail(slot, NioErrors.pack(Abi.EIO, EIO));
      return true;
    }
    head.fileDone += n;
    rings.add(Abi.CTR_BYTES_SENT, n);
    if (head.fileDone == head.total) {
      completeHead(slot);
      return true;
    }
    // The rest with the next turn, when the selector says writable: others are to have theirs. Then it also shows whether a
    // short transfer meant a full socket or a file that ended.
    return false;
  }

  /** The unsent pieces from {@code send} on, up to the next thing that is not memory. */
  private int gather(NioSend send) {
    int count = 0;
    for (NioSend s = send; s != null && s.pieces > 0; s = s.next) {
      for (int i = 0; i < s.pieces; i++) {
        if (count == batch.length) {
          return count;
        }
        if (s.views[i].hasRemaining()) {
          batch[count++] = s.views[i];
        }
      }
    }
    return count;
  }

  private void completeWhole(NioSlot slot) {
    while (slot.sendHead != null && slot.sendHead.pieces > 0 && slot.sendHead.isWhole()) {
      completeHead(slot);
    }
  }

  void completeHead(NioSlot slot) {
    NioSend head = pop(slot);
    if (inSubmittingCall) {
      rings.count(Abi.CTR_INLINE_SENDS);
    }
    rings.post(head.op, head.token, slot.handle(), head.total, 0, 0, 0, head.lazy);
    recycle(head);
  }

  private void block(NioSlot slot) {
    slot.writeBlocked = true;
    rings.count(Abi.CTR_BLOCKED_SENDS);
    slot.addInterest(SelectionKey.OP_WRITE, rings);
  }

  /** The head failed: it answers with the error and its count, the others were never tried. */
  private void fail(NioSlot slot, long error) {
    slot.sendFailed = true;
    drop(slot, NioErrors.code(error), NioErrors.errno(error));
  }

  /** The head failed, and those behind it are not concerned: datagrams. */
  void failHead(NioSlot slot, int code, int errno) {
    NioSend head = pop(slot);
    rings.post(head.op, head.token, slot.handle(), -code, 0, 0, errno, false);
    recycle(head);
  }

  /** Ends everything queued: the first with {@code code}, the rest with ECANCELED. */
  void drop(NioSlot slot, int code, int errno) {
    int answer = code;
    int detail = errno;
    while (slot.sendHead != null) {
      NioSend head = pop(slot);
      // The peer must not take the gap for the end.
      slot.abort |= head.op != Abi.OP_SHUTDOWN;
      rings.post(head.op, head.token, slot.handle(), -answer, 0, head.accepted(), detail, false);
      recycle(head);
      answer = Abi.ECANCELED;
      detail = 0;
    }
    slot.dirty = false;
    slot.writeBlocked = false;
  }

  private NioSend pop(NioSlot slot) {
    NioSend head = slot.sendHead;
    slot.sendHead = head.next;
    if (slot.sendHead == null) {
      slot.sendTail = null;
    }
    queued -= head.weight();
    rings.add(Abi.CTR_OPS_IN_FLIGHT, -head.weight());
    return head;
  }

  private NioSend take() {
    NioSend s = free;
    if (s == null) {
      return new NioSend();
    }
    free = s.next;
    s.next = null;
    return s;
  }

  private void recycle(NioSend s) {
    if (s != null) {
      if (s.file != null) {
        s.file.release();
      }
      s.reset();
      s.next = free;
      free = s;
    }
  }
}
