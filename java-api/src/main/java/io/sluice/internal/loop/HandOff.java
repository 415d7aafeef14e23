package io.sluice.internal.loop;

import io.sluice.internal.abi.Abi;
import java.util.concurrent.RejectedExecutionException;

/**
 * An accepted socket on its way from the loop that accepted it to the loop that will own it.
 *
 * <pre>
 *  accepting loop: DETACH --descriptor--> task --> owning loop: ADOPT --handle--> accepted
 *                     |                    |                      |
 *                     |                    +--loop has ended-----+--+ refused: ADOPT on the accepting loop, closed there
 *                     +--failed: closed here
 * </pre>
 */
final class HandOff {
  private final Loop from;
  private final Loop to;
  private final ListenerImpl listener;
  /** Where the ADOPT was submitted. */
  private Loop adopting;
  private int descriptor;

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
      refused(result);
    } else if (adopting == to) {
      to.sockets.accepted(handle, listener);
    } else {
      from.sockets.closeOrphan(handle);
    }
  }

  private void detached(long handle, int result) {
    if (result < 0) {
      from.sockets.closeOrphan(handle);
      return;
    }
    descriptor = result;
    try {
      to.execute(() -> adopt(to));
    } catch (RejectedExecutionException ended) {
      adopt(from);
    }
  }

  /** Out of memory or handles, or broken. The accepting loop had room for this socket a moment ago: it takes it back to close it. */
  private void refused(int result) {
    if (adopting != from) {
      try {
        from.execute(() -> adopt(from));
        return;
      } catch (RejectedExecutionException ended) {
        // Nobody is left to close it.
      }
    }
    FaultLog.log(
        FaultLog.Fault.LEAK, adopting + " cannot take over an accepted socket: " + CloseReasons.text(result), null);
  }

  private void adopt(Loop loop) {
    adopting = loop;
    if (loop.shutdown().isBroken()) {
      refused(-Abi.ECANCELED);
      return;
    }
    int slot = loop.handOffs.add(this);
    loop.submissions.submit(Abi.OP_ADOPT, 0, 0, 0L, Tokens.of(Tokens.ADOPT, slot), 0L, 0L, descriptor);
  }
}
