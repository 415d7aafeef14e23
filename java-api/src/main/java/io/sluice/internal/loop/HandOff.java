package io.sluice.internal.loop;

import io.sluice.internal.abi.Abi;
import java.util.concurrent.RejectedExecutionException;

/**
 * An accepted socket on its way from the loop that accepted it to the loop that will own it. In between its descriptor is nobody's
 * but this object's: whatever stops it on its way closes it, also the end of a broken loop.
 *
 * <pre>
 *  accepting loop: DETACH --descriptor--> task --> owning loop: ADOPT --handle--> accepted
 *                     |                    |                      |
 *                     |                    +--loop has ended------+--refused, or the loop breaks: closed on the spot
 *                     +--failed: closed here; the loop breaks: its engine closes it, or the descriptor goes on
 * </pre>
 */
final class HandOff {
  private final Loop from;
  private final Loop to;
  private final ListenerImpl listener;
  /** -1: the DETACH has not brought it yet. */
  private int descriptor = -1;

  HandOff(Loop from, Loop to, ListenerImpl listener) {
    this.from = from;
    this.to = to;
    this.listener = listener;
  }

  void start(long handle) {
    int slot = from.handOffs.add(this);
    from.submissions.submit(Abi.OP_DETACH, 0, 0, handle, Tokens.of(Tokens.DETACH, slot), 0L, 0L, 0);
  }

  void completed(int kind, long handle, int result) {
    if (kind == Tokens.DETACH) {
      detached(handle, result);
    } else if (result < 0) {
      refused();
    } else {
      to.sockets.accepted(handle, listener);
    }
  }

  private void detached(long handle, int result) {
    if (result < 0) {
      from.sockets.closeOrphan(handle);
      return;
    }
    descriptor = result;
    try {
      to.execute(this::adopt);
    } catch (RejectedExecutionException ended) {
      from.sockets.closeDescriptor(descriptor);
    }
  }

  /** The loop is broken, and this is its last word on what it was asked. A handle that it has ends with its engine. */
  void completedByBroken(int kind, int result) {
    if (kind == Tokens.DETACH && result >= 0) {
      detached(0, result);
    } else if (kind == Tokens.ADOPT && result < 0) {
      refused();
    }
  }

  /** The loop is broken and has never carried out what it was asked: an operation of this kind is answered at once. */
  void leftByBroken() {
    if (descriptor >= 0) {
      refused();
    }
  }

  /** Out of memory or handles, or broken. */
  private void refused() {
    to.sockets.closeDescriptor(descriptor);
  }

  private void adopt() {
    if (to.shutdown().isBroken()) {
      refused();
      return;
    }
    int slot = to.handOffs.add(this);
    to.submissions.submit(Abi.OP_ADOPT, 0, 0, 0L, Tokens.of(Tokens.ADOPT, slot), 0L, 0L, descriptor);
  }
}
