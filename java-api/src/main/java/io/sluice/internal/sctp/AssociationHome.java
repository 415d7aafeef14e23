package io.sluice.internal.sctp;

import io.sluice.CloseReason;
import io.sluice.EventLoop;
import io.sluice.internal.loop.LoopResident;
import io.sluice.sctp.SctpTransport;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLongArray;

/** What associations need of the loop that they live on, whichever stack is behind it. Loop thread only, unless something else is said. */
abstract class AssociationHome extends LoopResident {
  static final byte[] SHUTTING_DOWN = SctpTransport.SHUTDOWN_REASON.getBytes(StandardCharsets.US_ASCII);

  final EventLoop loop;
  final AssociationStack calls;
  final int maxMessageBytes;
  final AssociationIndex associations = new AssociationIndex();
  boolean ending;
  boolean over;
  private final AtomicLongArray closes = new AtomicLongArray(CloseReason.Kind.values().length);

  AssociationHome(EventLoop loop, AssociationStack calls, int maxMessageBytes) {
    super(loop);
    this.loop = loop;
    this.calls = calls;
    this.maxMessageBytes = maxMessageBytes;
  }

  /** The loop shuts it down: nothing begins any more. */
  final boolean isEnding() {
    return ending;
  }

  /** It is shut down. */
  final boolean isOver() {
    return over;
  }

  /** Something was asked of the stack: it may have something to say. */
  abstract void sent();

  /** What the stack does not know yet of the time that has passed. */
  abstract long sinceTickNanos();

  /** Whether messages of that association are on their way to the stack. */
  abstract boolean isSending(Association a);

  /** A task of its own, so that a callback does not run within a call of the application. */
  final void later(Runnable task) {
    try {
      loop.execute(task);
    } catch (RejectedExecutionException ended) {
      // All associations have ended before the loop did.
    }
  }

  final void handlerThrew(String where, Throwable cause) {
    logHandlerFailure(where, cause);
  }

  final String engineName() {
    return engine();
  }

  final void countClose(CloseReason.Kind kind) {
    closes.lazySet(kind.ordinal(), closes.getPlain(kind.ordinal()) + 1);
  }

  /** Any thread. */
  final long closes(CloseReason.Kind kind) {
    return closes.get(kind.ordinal());
  }
}
