package io.sluice.internal.loop;

import io.sluice.CloseReason;
import io.sluice.internal.abi.Abi;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.CompletionStage;

/**
 * How a connection ends, on the loop's thread.
 *
 * <pre>
 *         close(), peer's end not seen:             peer's end: CLOSE|DRAIN
 *         SHUTDOWN, input thrown away               deadline, all acknowledged: CLOSE
 *  OPEN --------------------------------> LINGERING ---------------------------------+
 *   |  |                                    |                                        |
 *   |  | close(), peer's end seen, or no    | abort(), error,                        v
 *   |  | linger: CLOSE|DRAIN                | deadline: CLOSE|ABORT    DRAINING ----------> ENDED: out of the table, held
 *   |  +------------------------------------|----------------------------->|  everything      data and listeners done,
 *   |                                       |                              |  sent            then onClosed, then the
 *   |                                       |    abort(), deadline, error: |                  stage of close()
 *   | abort(), error, handler failed:       v                              v                  ^
 *   +--------- CLOSE or CLOSE|ABORT ----> CLOSING <------------------------+                  |
 *                                           +-------------------------------------------------+
 * </pre>
 *
 * DRAINING is also set while LINGERING: both are ends in good order. The first cause wins, with one exception: an end in good
 * order that does not come to pass takes the reason of what broke it, because bytes were lost. A failure that comes while
 * LINGERING, when the peer's kernel has acknowledged everything, breaks nothing and changes no reason.
 */
abstract class ConnectionEnds extends ConnectionReads {
  private static final VarHandle STAGE;

  static {
    try {
      STAGE = MethodHandles.lookup().findVarHandle(ConnectionEnds.class, "stage", SharedStage.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** A FIN takes a place in the sequence of bytes (RFC 9293 section 3.4), so the kernel counts it as one. */
  private static final int FIN_BYTES = 1;

  /** Made when somebody asks: most connections never need one. */
  private volatile SharedStage<CloseReason> stage;
  /** Set after onClosed returned. */
  private volatile boolean told;
  /** Null unless an end in good order takes its time. */
  private Linger linger;

  ConnectionEnds(Loop loop, long handle, Settings settings) {
    super(loop, handle, settings);
  }

  /** Any thread. */
  public final CompletionStage<CloseReason> closed() {
    SharedStage<CloseReason> s = stage;
    if (s == null) {
      SharedStage<CloseReason> fresh = new SharedStage<>();
      s = STAGE.compareAndSet(this, null, fresh) ? fresh : stage;
    }
    if (told) {
      s.finish(reason);
    }
    return s;
  }

  /** No send of another thread is taken from here on, and those taken before are carried out or failed. */
  abstract void refuseForeign();

  /** Other threads may know {@link #reason} from here on: it does not change any more. */
  abstract void reasonFixed();

  // ------------------------------------------------------------------------------------------- beginning

  /**
   * Ends in good order.
   *
   * @param awaitPeer whether the peer's end is awaited, unless it was seen
   * @param patienceNanos how long that, or a peer that does not take what is queued, may take; {@link Linger#NONE}: until a
   *     limit that follows
   */
  final void endGracefully(CloseReason why, boolean awaitPeer, long patienceNanos) {
    if ((flags & CLOSING) != 0) {
      return;
    }
    refuseForeign();
    if ((flags & CLOSING) != 0) {
      return; // A send of another thread could not be carried out, and that ended the connection.
    }
    flushAll();
    if ((flags & CLOSING) != 0) {
      return; // A listener that flushAll told ended the connection itself: a handle gets one CLOSE.
    }
    flags |= CLOSING | DRAINING;
    reason = why;
    boolean waits = awaitPeer && (flags & (INPUT_CLOSED | EOF_PENDING)) == 0;
    if (waits) {
      awaitPeer();
    } else {
      dropHeld(); // Sending what is queued may take its time.
      submitClose(Abi.SQE_DRAIN);
    }
    if (waits || pendingHere() > 0) {
      linger = new Linger(this, patienceNanos);
    }
  }

  /** {@code close()}: an answer to the peer's end, or this side's own wish. */
  final void endByApplication() {
    endGracefully(wish(), settings.lingerNanos > 0, settings.patienceNanos());
  }

  /** {@code close(Duration)}: the deadline takes the place of the linger, and shortens an end that is under way. */
  final void endByApplication(long deadlineNanos) {
    endGracefully(wish(), settings.lingerNanos > 0, Linger.NONE);
    if ((flags & (DRAINING | ENDED)) != DRAINING) {
      return;
    }
    if (linger == null) {
      linger = new Linger(this, Linger.NONE);
    }
    linger.limit(deadlineNanos);
  }

  private CloseReason wish() {
    boolean answer = (flags & INPUT_CLOSED) != 0 && (flags & LOCAL_FIRST) == 0;
    return answer ? CloseReasons.PEER_CLOSE : CloseReasons.LOCAL_CLOSE;
  }

  /** Ends with a reset. */
  final void endAbruptly(CloseReason why) {
    endNow(why, Abi.SQE_ABORT);
  }

  @Override
  final void fail(CloseReason cause) {
    endNow(cause, leavesGap(cause) ? Abi.SQE_ABORT : 0);
  }

  /** This side could not do what it took on itself: a FIN would tell the peer that it has everything. */
  private static boolean leavesGap(CloseReason cause) {
    return cause.kind() == CloseReason.Kind.IO_ERROR || cause.kind() == CloseReason.Kind.RESOURCE_LIMIT;
  }

  @Override
  final void handlerFailed(String where, Throwable cause) {
    FaultLog.log(FaultLog.Fault.HANDLER, where + " of connection " + id + " with " + remoteAddress(), cause);
    endAbruptly(CloseReasons.handlerFailed(where, cause));
  }

  private void endNow(CloseReason why, int closeFlags) {
    int state = flags & (CLOSING | DRAINING | LINGERING | ENDED);
    if (state == 0) {
      flags |= CLOSING | (closeFlags == Abi.SQE_ABORT ? ABORTED : 0);
      reason = why;
      boolean zeroCopy = kernelMayUseOurMemory();
      boolean gap = dropUnsubmitted();
      submitClose(closeFlags | (gap || zeroCopy ? Abi.SQE_ABORT : 0));
    } else if ((state & (DRAINING | ENDED)) == DRAINING) {
      breakGoodOrder(why, closeFlags, (state & LINGERING) != 0);
    }
  }

  /**
   * What was taken and never submitted. The engine knows nothing of it; what it knows of and drops, it answers with RST itself.
   *
   * @return whether there was something: the peer must not take the gap for the end
   */
  private boolean dropUnsubmitted() {
    boolean gap = openChunk != SendMemory.NONE;
    long submitted = pendingHere();
    refuseForeign();
    dropOpenChunk(reason);
    return gap || pendingHere() > submitted;
  }

  private void breakGoodOrder(CloseReason why, int closeFlags, boolean lingering) {
    boolean abort = closeFlags == Abi.SQE_ABORT;
    if (abort || !lingering || unacknowledged() > 0) {
      reason = why;
    }
    flags = flags & ~(DRAINING | LINGERING) | (abort ? ABORTED : 0);
    if (lingering) {
      submitClose(closeFlags);
    } else if (abort) { // The second CLOSE of the handle turns the first one into an abort.
      loop.submissions.submit(Abi.OP_CLOSE, closeFlags, 0, handle, Tokens.of(Tokens.IGNORED), 0L, 0L, 0);
    }
  }

  /** A zero-copy send ends when the peer has taken it, or with a reset: an end that is not in good order waits for no peer. */
  private boolean kernelMayUseOurMemory() {
    return settings.zeroCopyBytes != Integer.MAX_VALUE && pendingBytes > 0;
  }

  private void submitClose(int closeFlags) {
    loop.submissions.submit(Abi.OP_CLOSE, closeFlags, 0, handle, Tokens.of(Tokens.CLOSE), 0L, 0L, 0);
  }

  // ------------------------------------------------------------------------------------------- lingering

  /** Ends this direction behind what was sent, and reads on so that the kernel has no reason to answer with RST. */
  private void awaitPeer() {
    flags |= LINGERING;
    if ((flags & OUTPUT_SHUT) == 0) {
      loop.submissions.submit(Abi.OP_SHUTDOWN, Abi.SQE_LAZY, 0, handle, Tokens.of(Tokens.SHUTDOWN), 0L, 0L, 0);
    }
    discardInput();
  }

  @Override
  final void discarded(int bytes) {
    if ((flags & PAUSED) != 0 || linger.discarded(bytes)) {
      return;
    }
    if (unacknowledged() == 0) {
      lingerOver(true);
    } else {
      stopDiscarding(); // What this side sent gets its time.
    }
  }

  @Override
  final void peerEndedToo() {
    flags &= ~LINGERING;
    submitClose(Abi.SQE_DRAIN);
  }

  /**
   * The engine has no room for the FIN, for which the peer would wait. An end in good order goes on without it: what is queued goes
   * out, and the FIN is that of the close.
   */
  final void finRefused(int result) {
    if ((flags & LINGERING) != 0) {
      peerEndedToo();
    } else if ((flags & CLOSING) == 0) { // Else a CLOSE is on its way, whose FIN it is: nothing is lost.
      fail(CloseReasons.ofCode(result, 0, "shutdownOutput"));
    }
  }

  /** The time is over, or the bytes worth reading are. */
  final void lingerOver(boolean allAcknowledged) {
    if (!allAcknowledged) {
      endAbruptly(CloseReasons.CLOSE_TIMEOUT);
    } else if ((flags & LINGERING) != 0) {
      flags &= ~(LINGERING | DRAINING);
      submitClose(0);
    }
  }

  /** The grace period of a shutdown is over. */
  final void graceOver() {
    boolean lingering = (flags & LINGERING) != 0;
    if (lingering && unacknowledged() == 0) {
      lingerOver(true);
    } else if (lingering || pendingHere() > 0) { // Else the kernel has everything, and the socket is being closed.
      endAbruptly(CloseReasons.SHUTDOWN);
    }
  }

  /** Bytes taken by {@code send} of which this side knows that the peer's kernel does not have them. */
  final long unacknowledged() {
    long pending = pendingHere();
    if (pending > 0 || (flags & UNIX) != 0) { // What a Unix socket accepted is with the peer already.
      return pending;
    }
    long unsent = kernelUnsent();
    return unsent <= FIN_BYTES ? 0 : unsent;
  }

  // ------------------------------------------------------------------------------------------- completing

  /** The terminal completion of CLOSE: nothing mentions the handle any more (C2). */
  final void ended() {
    loop.connections.remove(self());
    finish();
  }

  /** The loop is broken: nothing more is taken. */
  final void refuseWithLoop(CloseReason why) {
    if ((flags & CLOSING) == 0) {
      reason = why;
    }
    flags = flags & ~(DRAINING | LINGERING) | CLOSING | ABORTED;
  }

  final boolean wasAborted() {
    return (flags & ABORTED) != 0;
  }

  /** After {@link #refuseWithLoop}: there will be no more completions. */
  final void endWithLoop() {
    loop.connections.remove(self());
    finish();
  }

  private void finish() {
    flags = flags & ~(DRAINING | LINGERING) | ENDED | CLOSING;
    if (linger != null) {
      linger.cancel();
      linger = null;
    }
    dropHeld();
    dropOpenChunk(reason);
    refuseForeign(); // Again: a loop that breaks has not asked for it.
    reason = CloseReasons.withUnsent(reason, pendingBytes + pendingFileBytes);
    reasonFixed();
    loop.sockets.connectionEnded(self());
    try {
      handler.onClosed(self(), reason);
    } catch (Throwable t) {
      FaultLog.log(FaultLog.Fault.HANDLER, "onClosed of connection " + id, t);
    }
    told = true;
    SharedStage<CloseReason> s = stage;
    if (s != null) {
      s.finish(reason);
    }
  }
}
