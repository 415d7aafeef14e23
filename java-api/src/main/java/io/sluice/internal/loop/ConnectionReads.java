package io.sluice.internal.loop;

import io.sluice.CloseReason;
import io.sluice.internal.abi.Abi;

/**
 * The receiving half on the loop's thread.
 *
 * <pre>
 *            pause: CANCEL, terminal              resume: CANCEL, terminal
 *  RECEIVE ---------------------------> WATCH ---------------------------> RECEIVE
 *     |   |                             ^ |
 *     |   +--end of stream, terminal----+ | failure: the connection ends; end of stream while paused: onInputEnding, and
 *     | data while paused: kept           | onInputClosed after resume
 * </pre>
 *
 * While paused, and after the peer's end, a WATCH stands in for the receive, so that a peer that resets is noticed although
 * nothing is read. It goes on behind the peer's end. A connection that lingers at its end receives again, paused or not, and
 * throws away what comes.
 */
abstract class ConnectionReads extends ConnectionSends {
  private static final byte NOTHING = 0;
  private static final byte RECEIVING = 1;
  private static final byte WATCHING = 2;

  /** Data that arrived while the application wanted none. */
  private static final class Held {
    final int buffer;
    final int offset;
    final int length;
    final byte[] heap;
    Held next;

    Held(int buffer, int offset, int length, byte[] heap) {
      this.buffer = buffer;
      this.offset = offset;
      this.length = length;
      this.heap = heap;
    }
  }

  private byte reading = NOTHING;
  private Held heldFirst;
  private Held heldLast;

  ConnectionReads(Loop loop, long handle, Settings settings) {
    super(loop, handle, settings);
  }

  // ------------------------------------------------------------------------------------------- data

  /** A completion with data. The hot path. */
  final void received(int buffer, int offset, int length) {
    IdleWatch watch = idle;
    if (watch != null) {
      watch.readAt = loop.idle.nanos;
    }
    if ((flags & NOT_DELIVERING) != 0) {
      receivedOutOfTurn(buffer, offset, length);
      return;
    }
    CallbackLease lease = loop.callbackLease;
    lease.begin(this, buffer, offset, length);
    try {
      handler.onData(self(), lease.forHandler());
    } catch (Throwable t) {
      handlerFailed("onData", t);
    }
    if (lease.owner != null) {
      lease.end();
    }
  }

  private void receivedOutOfTurn(int buffer, int offset, int length) {
    if ((flags & CLOSING) != 0) {
      loop.pool.giveBack(buffer);
      if ((flags & LINGERING) != 0) {
        discarded(length);
      }
      return;
    }
    Held h;
    if (mayKeepBuffer()) {
      heldBuffers++;
      h = new Held(buffer, offset, length, null);
    } else {
      h = new Held(LeasePool.NONE, 0, length, loop.pool.copy(buffer, offset, length));
      loop.pool.giveBack(buffer);
    }
    if (heldLast == null) {
      heldFirst = h;
    } else {
      heldLast.next = h;
    }
    heldLast = h;
    flags |= HOLDING;
  }

  /** Delivers what was kept, as far as the application wants it. Never from within a callback. */
  final void deliverHeld() {
    while (heldFirst != null && (flags & (PAUSED | CLOSING)) == 0) {
      Held h = heldFirst;
      unlink(h);
      CallbackLease lease = loop.callbackLease;
      if (h.heap != null) {
        lease.beginHeap(this, h.heap);
      } else {
        heldBuffers--;
        lease.begin(this, h.buffer, h.offset, h.length);
      }
      try {
        handler.onData(self(), lease.forHandler());
      } catch (Throwable t) {
        handlerFailed("onData", t);
      }
      if (lease.owner != null) {
        lease.end();
      }
    }
    if (heldFirst == null && (flags & (PAUSED | CLOSING)) == 0) {
      if ((flags & EOF_PENDING) != 0) {
        inputClosed();
      } else {
        arm();
      }
    } else if ((flags & EOF_PENDING) != 0) {
      inputEnding();
    }
  }

  private void unlink(Held h) {
    heldFirst = h.next;
    if (heldFirst == null) {
      heldLast = null;
      flags &= ~HOLDING;
    }
  }

  /** The connection ends: nobody will want what was kept. */
  final void dropHeld() {
    while (heldFirst != null) {
      Held h = heldFirst;
      unlink(h);
      if (h.heap == null) {
        heldBuffers--;
        loop.pool.giveBack(h.buffer);
      }
    }
  }

  // ------------------------------------------------------------------------------------------- ends

  /** The terminal completion of a RECV. */
  final void receiveEnded(int result, int cqeFlags, int osError) {
    reading = NOTHING;
    flags &= ~CANCELLING;
    if (nothingWanted()) {
      return;
    }
    if ((cqeFlags & Abi.CQE_EOF) != 0 && (flags & LINGERING) != 0) {
      peerEndedToo();
    } else if ((cqeFlags & Abi.CQE_EOF) != 0) {
      flags |= EOF_PENDING;
      if ((flags & (PAUSED | HOLDING)) == 0) {
        inputClosed();
      } else {
        inputEnding();
        arm();
      }
    } else if (result < 0 && result != -Abi.ECANCELED) {
      fail(failure(result, osError, "receive"));
    } else {
      arm();
    }
  }

  /** A completion of a WATCH: with MORE the peer's end, else its own. */
  final void watched(int result, int cqeFlags, int osError) {
    if ((cqeFlags & Abi.CQE_MORE) != 0) {
      inputEnding();
      return;
    }
    reading = NOTHING;
    flags &= ~CANCELLING;
    if (nothingWanted()) {
      return;
    }
    if (result < 0 && result != -Abi.ECANCELED && result != -Abi.ENOTSUP) {
      fail(failure(result, osError, "watch"));
      return;
    }
    if (result != -Abi.ECANCELED) {
      flags |= WATCHED; // This engine cannot watch.
    }
    arm();
  }

  /** The end began, and it does not wait for the peer. */
  private boolean nothingWanted() {
    return (flags & (CLOSING | LINGERING)) == CLOSING;
  }

  /** While lingering: data was thrown away. */
  abstract void discarded(int bytes);

  /** While lingering: the peer's end came. */
  abstract void peerEndedToo();

  /** Reading is paused, and the peer's end is known. */
  private void inputEnding() {
    if ((flags & (PAUSED | CLOSING | ENDING_TOLD | INPUT_CLOSED)) != PAUSED) {
      return;
    }
    flags |= ENDING_TOLD;
    try {
      handler.onInputEnding(self());
    } catch (Throwable t) {
      handlerFailed("onInputEnding", t);
    }
  }

  private void inputClosed() {
    flags = flags & ~EOF_PENDING | INPUT_CLOSED | ((flags & OUTPUT_SHUT) != 0 ? LOCAL_FIRST : 0);
    try {
      handler.onInputClosed(self());
    } catch (Throwable t) {
      handlerFailed("onInputClosed", t);
    }
    arm();
  }

  // ------------------------------------------------------------------------------------------- arming

  /** Submits or cancels what is needed to get from what is in flight to what is wanted. */
  final void arm() {
    if (nothingWanted()) {
      return;
    }
    byte wanted = wanted();
    if (reading == NOTHING) {
      start(wanted);
    } else if (reading != wanted && (flags & CANCELLING) == 0) {
      flags |= CANCELLING;
      loop.submissions.cancel(handle, Tokens.of(reading == RECEIVING ? Tokens.RECEIVE : Tokens.WATCH));
    }
  }

  private byte wanted() {
    if ((flags & (PAUSED | INPUT_CLOSED | EOF_PENDING)) != 0) {
      return (flags & WATCHED) == 0 ? WATCHING : NOTHING;
    }
    // Data that was kept goes first; a receive that brought it need not end for that.
    return heldFirst == null || reading == RECEIVING ? RECEIVING : NOTHING;
  }

  private void start(byte operation) {
    reading = operation;
    if (operation == RECEIVING) {
      loop.submissions.submit(
          Abi.OP_RECV, Abi.SQE_MULTISHOT, 0, handle, Tokens.of(Tokens.RECEIVE), 0L, 0L, 0);
    } else if (operation == WATCHING) {
      loop.submissions.submit(Abi.OP_WATCH, Abi.SQE_MULTISHOT, 0, handle, Tokens.of(Tokens.WATCH), 0L, 0L, 0);
    }
  }

  /** From here on what comes is thrown away, and what was kept is given back at once. */
  final void discardInput() {
    flags &= ~PAUSED;
    dropHeld();
    arm();
  }

  /** Reads no more, and so lets the kernel hold the peer up; a WATCH still notices a reset. */
  final void stopDiscarding() {
    flags |= PAUSED;
    arm();
  }

  final void pauseLocal() {
    if ((flags & (PAUSED | CLOSING)) == 0) {
      flags |= PAUSED;
      if ((flags & EOF_PENDING) != 0) {
        markDirty(); // The end is told at the end of the turn.
      }
      arm();
    }
  }

  final void resumeLocal() {
    if ((flags & PAUSED) == 0 || (flags & CLOSING) != 0) {
      return;
    }
    flags &= ~PAUSED;
    if (idle != null) {
      idle.resumed(loop.nanoTime());
    }
    if (heldFirst != null || (flags & EOF_PENDING) != 0) {
      markDirty(); // Delivered at the end of the turn: a callback must not run inside a callback.
    } else {
      arm();
    }
  }
}
