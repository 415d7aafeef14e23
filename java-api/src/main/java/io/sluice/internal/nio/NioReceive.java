package io.sluice.internal.nio;

import io.sluice.internal.abi.Abi;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.util.ArrayDeque;

/**
 * RECV and WATCH on a connection: data into pool buffers (C5), the end of the stream (C6), parking when the pool is empty
 * (C9).
 */
final class NioReceive {
  private static final int END_OF_STREAM = -1;

  private final NioLoop loop;
  private final NioRings rings;
  private final int readBudgetBytes;
  /** Slots with read-ahead data that found no room in the completion ring. The selector will not speak up for them. */
  private final ArrayDeque<NioSlot> again = new ArrayDeque<>();

  NioReceive(NioLoop loop, int readBudgetBytes) {
    this.loop = loop;
    this.rings = loop.rings;
    this.readBudgetBytes = readBudgetBytes;
  }

  void startReceive(NioSlot slot) {
    if (slot.readable || slot.ahead != null) {
      slot.readable = false;
      run(slot);
    } else {
      // No read on suspicion: a fresh connection seldom has data yet, and the selector says so in this very turn.
      slot.addInterest(SelectionKey.OP_READ, rings);
    }
  }

  /** Reads until the socket is empty, the budget is spent, or something ends it. */
  void run(NioSlot slot) {
    int budget = readBudgetBytes;
    while (slot.inboundOp == Abi.OP_RECV && budget > 0) {
      if (rings.room() == 0) {
        tryAgain(slot);
        return;
      }
      NioPool pool = slot.inboundPool;
      if (pool.isEmpty()) {
        starve(slot);
        return;
      }
      int id = pool.take();
      int n = slot.ahead != null ? readAhead(slot, pool.view(id)) : read(slot, pool.view(id));
      if (n <= 0) {
        pool.putBack(id);
        if (n == 0 && slot.ahead == null) {
          break;
        }
        continue;
      }
      budget -= n;
      deliver(slot, pool, id, n);
      if (n < pool.bufferBytes && slot.ahead == null) {
        // A short read: asking once more would only say "empty".
        break;
      }
    }
    if (slot.inboundOp == Abi.OP_RECV) {
      slot.addInterest(SelectionKey.OP_READ, rings);
    }
  }

  private void deliver(NioSlot slot, NioPool pool, int id, int bytes) {
    pool.giveToCaller(id);
    rings.add(Abi.CTR_BYTES_RECEIVED, bytes);
    int flags = Abi.CQE_BUFFER;
    if (slot.inboundMulti) {
      flags |= Abi.CQE_MORE;
    } else {
      slot.inboundOp = 0;
      // Interest stays: whoever receives one buffer at a time will be back, and a change costs a system call.
    }
    rings.post(Abi.OP_RECV, slot.inboundToken, slot.handle(), bytes, flags, id | pool.group << 16, 0, false);
  }

  /** Bytes read, or 0 when there are none, or negative when the operation has ended. */
  private int read(NioSlot slot, ByteBuffer into) {
    try {
      rings.count(Abi.CTR_SYSCALLS);
      int n = slot.socket.read(into);
      if (n < 0) {
        endOfStream(slot);
      }
      return n;
    } catch (IOException e) {
      failed(slot, NioErrors.of(e));
      return END_OF_STREAM;
    }
  }

  /** The same from what a WATCH had read. */
  private int readAhead(NioSlot slot, ByteBuffer into) {
    NioReadAhead ahead = slot.ahead;
    int n = ahead.drainTo(into);
    if (n > 0) {
      return n;
    }
    if (ahead.state() == NioReadAhead.END) {
      endOfStream(slot);
      return END_OF_STREAM;
    }
    if (ahead.state() == NioReadAhead.FAILED) {
      failed(slot, ahead.error());
      return END_OF_STREAM;
    }
    slot.ahead = null;
    return read(slot, into);
  }

  private void endOfStream(NioSlot slot) {
    slot.inputEnded = true;
    loop.inbound.end(slot, 0, Abi.CQE_EOF, 0);
  }

  private void failed(NioSlot slot, long error) {
    loop.inbound.end(slot, -NioErrors.code(error), 0, NioErrors.errno(error));
  }

  private void tryAgain(NioSlot slot) {
    if (slot.ahead == null) {
      slot.addInterest(SelectionKey.OP_READ, rings);
    } else if (!slot.again) {
      slot.again = true;
      again.add(slot);
    }
  }

  /** Start of a turn: the slots that found no room. */
  void runAgain() {
    for (int n = again.size(); n > 0; n--) {
      NioSlot slot = again.poll();
      // Not marked any more: closed meanwhile.
      if (slot.again) {
        slot.again = false;
        run(slot);
      }
    }
  }

  void starve(NioSlot slot) {
    slot.dropInterest(SelectionKey.OP_READ, rings);
    if (!slot.starved) {
      slot.starved = true;
      slot.inboundPool.starved.add(slot);
      rings.count(Abi.CTR_STARVED);
    }
  }

  /** Buffers came back: as many parked receives go on as there are buffers, those that waited longest first. */
  void feed(NioPool pool) {
    for (int n = pool.starved.size(); n > 0 && !pool.isEmpty(); n--) {
      NioSlot slot = pool.starved.poll();
      slot.starved = false;
      loop.inbound.ready(slot);
    }
  }

  void startWatch(NioSlot slot) {
    if (slot.inputEnded) {
      slot.dropInterest(SelectionKey.OP_READ, rings); // For ever readable.
      endSeen(slot); // Read already: there is nothing more to be seen, and no buffer to be made for it.
      return;
    }
    if (slot.ahead == null) {
      slot.ahead = new NioReadAhead();
    }
    if (slot.readable || slot.ahead.state() != NioReadAhead.OPEN) {
      slot.readable = false;
      watch(slot);
    } else {
      slot.addInterest(SelectionKey.OP_READ, rings);
    }
  }

  void watch(NioSlot slot) {
    NioReadAhead ahead = slot.ahead;
    switch (ahead.fill(slot.socket, rings)) {
      case NioReadAhead.END:
        slot.dropInterest(SelectionKey.OP_READ, rings);
        slot.inputEnded = true;
        endSeen(slot);
        break;
      case NioReadAhead.FAILED:
        slot.dropInterest(SelectionKey.OP_READ, rings);
        failed(slot, ahead.error());
        break;
      default:
        if (ahead.isFull()) {
          slot.dropInterest(SelectionKey.OP_READ, rings);
        } else {
          slot.addInterest(SelectionKey.OP_READ, rings);
        }
    }
  }

  /**
   * A MULTISHOT WATCH goes on behind the peer's end, and sees nothing more: a reset that comes now makes the socket readable and
   * writable, which it is anyway, and a read only repeats the end of the stream. A send tells it.
   */
  private void endSeen(NioSlot slot) {
    if (slot.inboundMulti) {
      rings.post(Abi.OP_WATCH, slot.inboundToken, slot.handle(), 0, Abi.CQE_MORE | Abi.CQE_EOF, 0, 0, false);
    } else {
      loop.inbound.end(slot, 0, Abi.CQE_EOF, 0);
    }
  }
}
