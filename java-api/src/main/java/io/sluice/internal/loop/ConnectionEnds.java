package io.sluice.internal.loop;

import io.sluice.CloseReason;
import io.sluice.internal.abi.Abi;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * How a connection ends, on the loop's thread.
 *
 * <pre>
 *         close(): CLOSE|DRAIN            everything sent: terminal of CLOSE
 *  OPEN ------------------------> DRAINING -----------------------------------> ENDED: out of the table, held data and
 *    |                               |                                            ^    listeners done, then onClosed,
 *    | abort(), error, handler       | abort(), deadline: CLOSE|ABORT             |    then the stage of close()
 *    | failed: CLOSE or CLOSE|ABORT  | send failed                                |
 *    +------------------------------>+----------> CLOSING ------------------------+
 * </pre>
 *
 * The first cause wins, with one exception: an end in good order that does not come to pass (DRAINING to CLOSING) takes the
 * reason of what broke it, because bytes were lost.
 */
abstract class ConnectionEnds extends ConnectionReads {
  private static final VarHandle STAGE;

  static {
    try {
      STAGE = MethodHandles.lookup().findVarHandle(ConnectionEnds.class, "stage", ClosedStage.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** The stage of {@code close()}: many share it, so none of them may complete it. */
  private static final class ClosedStage extends CompletableFuture<CloseReason> {
    void finish(CloseReason reason) {
      super.complete(reason);
    }

    @Override
    public boolean complete(CloseReason value) {
      return false;
    }

    @Override
    public boolean completeExceptionally(Throwable ex) {
      return false;
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
      return false;
    }

    @Override
    public void obtrudeValue(CloseReason value) {
      throw new UnsupportedOperationException("the close reason of a connection cannot be replaced");
    }

    @Override
    public void obtrudeException(Throwable ex) {
      throw new UnsupportedOperationException("the close reason of a connection cannot be replaced");
    }

    @Override
    public <U> CompletableFuture<U> newIncompleteFuture() {
      return new CompletableFuture<>();
    }
  }

  /** Made when somebody asks: most connections never need one. */
  private volatile ClosedStage stage;
  /** Set after onClosed returned. */
  private volatile boolean told;
  private TimerWheel.Timer deadline;

  ConnectionEnds(Loop loop, long handle, Settings settings) {
    super(loop, handle, settings);
  }

  /** Any thread. */
  public final CompletionStage<CloseReason> closed() {
    ClosedStage s = stage;
    if (s == null) {
      ClosedStage fresh = new ClosedStage();
      s = STAGE.compareAndSet(this, null, fresh) ? fresh : stage;
    }
    if (told) {
      s.finish(reason);
    }
    return s;
  }

  public final CloseReason closeReason() {
    return reason;
  }

  /** No send of another thread is accepted from here on, and those accepted before are carried out or failed. */
  abstract void refuseForeign();

  /** Nothing of other threads can come any more: tells the listeners of what came too late. */
  abstract void endForeign(CloseReason why);

  // ------------------------------------------------------------------------------------------- beginning

  /** Ends in good order. */
  final void endGracefully(CloseReason why) {
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
    begin(why, DRAINING, Abi.SQE_DRAIN);
  }

  /** {@code close()}: an answer to the peer's end, or this side's own wish. */
  final void endByApplication() {
    boolean answer = (flags & INPUT_CLOSED) != 0 && (flags & LOCAL_FIRST) == 0;
    endGracefully(answer ? CloseReasons.PEER_CLOSE : CloseReasons.LOCAL_CLOSE);
  }

  /** Ends with a reset. */
  final void endAbruptly(CloseReason why) {
    endNow(why, Abi.SQE_ABORT);
  }

  @Override
  final void fail(CloseReason cause) {
    endNow(cause, 0);
  }

  @Override
  final void handlerFailed(String where, Throwable cause) {
    FaultLog.log(FaultLog.Fault.HANDLER, where + " of connection " + id + " with " + remoteAddress(), cause);
    endAbruptly(CloseReasons.handlerFailed(where, cause));
  }

  private void endNow(CloseReason why, int closeFlags) {
    if ((flags & CLOSING) == 0) {
      begin(why, 0, closeFlags);
      refuseForeign();
      dropOpenChunk(reason);
    } else if ((flags & (DRAINING | ENDED)) == DRAINING) {
      flags &= ~DRAINING;
      reason = why;
      if ((closeFlags & Abi.SQE_ABORT) != 0) {
        loop.submissions.submit(Abi.OP_CLOSE, closeFlags, 0, handle, Tokens.of(Tokens.IGNORED), 0L, 0L, 0);
      }
    }
  }

  private void begin(CloseReason why, int state, int closeFlags) {
    flags |= CLOSING | state;
    reason = why;
    loop.submissions.submit(Abi.OP_CLOSE, closeFlags, 0, handle, Tokens.of(Tokens.CLOSE), 0L, 0L, 0);
  }

  /** Aborts if the end in good order takes longer. */
  final void limitEnd(long delayNanos) {
    if ((flags & (DRAINING | ENDED)) != DRAINING) {
      return;
    }
    if (deadline != null) {
      if (loop.timers.delayOf(deadline, loop.nanoTime()) <= delayNanos) {
        return;
      }
      loop.timers.cancel(deadline);
    }
    deadline =
        new TimerWheel.Timer() {
          @Override
          void expired() {
            endAbruptly(CloseReasons.CLOSE_TIMEOUT);
          }
        };
    loop.timers.add(deadline, loop.nanoTime(), delayNanos);
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
      flags |= CLOSING;
      reason = why;
    }
  }

  /** After {@link #refuseWithLoop}: there will be no more completions. */
  final void endWithLoop() {
    loop.connections.remove(self());
    finish();
  }

  private void finish() {
    flags = flags & ~DRAINING | ENDED | CLOSING;
    if (deadline != null) {
      loop.timers.cancel(deadline);
      deadline = null;
    }
    dropHeld();
    dropOpenChunk(reason);
    endForeign(reason);
    reason = CloseReasons.withUnsent(reason, pendingBytes + pendingFileBytes);
    loop.connectionEnded(self());
    try {
      handler.onClosed(self(), reason);
    } catch (Throwable t) {
      FaultLog.log(FaultLog.Fault.HANDLER, "onClosed of connection " + id, t);
    }
    told = true;
    ClosedStage s = stage;
    if (s != null) {
      s.finish(reason);
    }
  }
}
