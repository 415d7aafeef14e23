package io.sluice.internal.loop;

import io.sluice.CloseReason;
import io.sluice.FileRegion;
import io.sluice.SendListener;
import io.sluice.SendResult;
import io.sluice.internal.abi.Abi;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.util.concurrent.RejectedExecutionException;

/**
 * Calls of other threads. A send is decided at the call and put on a stack of this connection; the first one of a batch also
 * puts a task into the loop's queue. The end of the sending direction closes the stack: what is on it is carried out or
 * reported as failed, what comes later is answered CLOSED. So no send is taken and then left behind a FIN. Wishes that need no data (close, shutdown, pause) are bits, so that
 * repeating them costs nothing.
 */
abstract class ConnectionFromOutside extends ConnectionEnds {
  private static final int OUTPUT_ASKED = 1;
  private static final int CLOSE_ASKED = 1 << 1;
  private static final int ABORT_ASKED = 1 << 2;
  /** The loop's word: the reason is final. */
  private static final int REASON_FIXED = 1 << 3;

  private static final VarHandle SENDS;
  private static final VarHandle BYTES;
  private static final VarHandle FILES;
  private static final VarHandle ASKED;

  static {
    try {
      MethodHandles.Lookup l = MethodHandles.lookup();
      SENDS = l.findVarHandle(ConnectionFromOutside.class, "sends", ForeignSend.class);
      BYTES = l.findVarHandle(ConnectionFromOutside.class, "bytes", long.class);
      FILES = l.findVarHandle(ConnectionFromOutside.class, "files", int.class);
      ASKED = l.findVarHandle(ConnectionFromOutside.class, "asked", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** Newest first; {@link ForeignSend#CLOSED} when this side sends no more. */
  private volatile ForeignSend sends;
  private volatile long bytes;
  /** Files taken from other threads that have not reached the loop. */
  private volatile int files;
  private volatile int asked;
  /** What the application last asked for, by {@code pauseReading} or {@code resumeReading}. */
  private volatile boolean pauseWanted;

  ConnectionFromOutside(Loop loop, long handle, Settings settings) {
    super(loop, handle, settings);
    pauseWanted = settings.startPaused;
  }

  @Override
  final long foreignBytes() {
    return bytes;
  }

  final boolean endAsked() {
    return (asked & (CLOSE_ASKED | ABORT_ASKED)) != 0;
  }

  /**
   * Only what will stay: a wish of another thread may come behind an end that the loop has still to find, and an end in good
   * order may break.
   */
  public final CloseReason closeReason() {
    return (asked & REASON_FIXED) != 0 ? reason : null;
  }

  @Override
  final void reasonFixed() {
    ask(REASON_FIXED);
  }

  final boolean outputEnded() {
    return asked != 0;
  }

  private boolean ask(int bit) {
    return ((int) ASKED.getAndBitwiseOr(this, bit) & bit) == 0;
  }

  /** A task that finds the loop gone has nothing left to do: the connection has ended with the loop. */
  private void run(Runnable task) {
    try {
      loop.execute(task);
    } catch (RejectedExecutionException ended) {
      // The connection ended before the loop did.
    }
  }

  // ------------------------------------------------------------------------------------------- sends

  final SendResult sendFromOutside(ByteBuffer data, SendListener listener) {
    int n = data.remaining();
    SendResult refused = reserve(n);
    if (refused != null) {
      return refused;
    }
    byte[] copy = reserved(n);
    data.get(data.position(), copy);
    SendResult result = push(new ForeignSend(copy, null, null, listener), n);
    if (result.accepted()) {
      data.position(data.limit());
    }
    return result;
  }

  final SendResult sendFromOutside(ByteBuffer[] data, int n) {
    SendResult refused = reserve(n);
    if (refused != null) {
      return refused;
    }
    byte[] copy = reserved(n);
    int at = 0;
    for (ByteBuffer b : data) {
      int length = b.remaining();
      b.get(b.position(), copy, at, length);
      at += length;
    }
    SendResult result = push(new ForeignSend(copy, null, null, null), n);
    if (result.accepted()) {
      for (ByteBuffer b : data) {
        b.position(b.limit());
      }
    }
    return result;
  }

  final SendResult sendFromOutside(byte[] owned, SendListener listener) {
    SendResult refused = reserve(owned.length);
    return refused != null ? refused : push(new ForeignSend(owned, null, null, listener), owned.length);
  }

  /** The caller has ended the lease. */
  final SendResult sendFromOutside(RetainedLease lease, SendListener listener) {
    SendResult result = reserve(lease.length);
    if (result == null) {
      result = push(new ForeignSend(null, lease, null, listener), lease.length);
    }
    if (!result.accepted()) {
      lease.pool.returnFromOutside(lease);
    }
    return result;
  }

  final SendResult sendFromOutside(FileRegion region, SendListener listener) {
    SendResult refused = reserve(0);
    if (refused == null && !reserveFile()) {
      run(this::fileRejectedOutside);
      refused = SendResult.REJECTED;
    }
    if (refused != null) {
      return refused;
    }
    SendResult result = push(new ForeignSend(null, null, region, listener), 0);
    if (!result.accepted()) {
      FILES.getAndAdd(this, -1);
    }
    return result;
  }

  /** Looks again at the end of the turn: the files that were in the way may be done by now. */
  private void fileRejectedOutside() {
    fileRejected();
    markDirty();
  }

  private boolean reserveFile() {
    if ((int) FILES.getAndAdd(this, 1) + queuedFiles() < MAX_QUEUED_FILES) {
      return true;
    }
    FILES.getAndAdd(this, -1);
    return false;
  }

  /** The first half of a send. Null: the bytes are counted as taken. */
  final SendResult reserve(int n) {
    if (reason != null || asked != 0) {
      return SendResult.CLOSED;
    }
    long waiting = (long) BYTES.getAndAdd(this, (long) n) + n;
    if (pendingBytes + waiting > settings.limitBytes || !loop.sendMemory.hasRoom(waiting)) {
      BYTES.getAndAdd(this, (long) -n);
      return SendResult.REJECTED;
    }
    return null;
  }

  /** Memory for what {@link #reserve} counted. */
  private byte[] reserved(int n) {
    try {
      return new byte[n];
    } catch (OutOfMemoryError e) {
      BYTES.getAndAdd(this, (long) -n);
      throw e;
    }
  }

  /** The second half. The direction may have ended since the first one. */
  final SendResult push(ForeignSend send, int n) {
    send.saturated = pendingTotal() >= settings.highWaterBytes;
    ForeignSend h;
    do {
      h = sends;
      if (h == ForeignSend.CLOSED) {
        BYTES.getAndAdd(this, (long) -n);
        return SendResult.CLOSED;
      }
      send.next = h;
    } while (!SENDS.compareAndSet(this, h, send));
    if (h == null) {
      run(this::takeSends);
    }
    return send.saturated ? SendResult.SATURATED : SendResult.QUEUED;
  }

  private void takeSends() {
    ForeignSend s = sends;
    if (s == null || s == ForeignSend.CLOSED) {
      return;
    }
    carryOut(ForeignSend.reversed((ForeignSend) SENDS.getAndSet(this, null)));
  }

  private void carryOut(ForeignSend s) {
    for (; s != null; s = s.next) {
      BYTES.getAndAdd(this, (long) -s.memoryBytes());
      if (s.file != null) {
        FILES.getAndAdd(this, -1);
      }
      if (s.saturated) {
        flags |= WANTS_WRITABLE;
        markDirty();
      }
      if ((flags & CLOSING) != 0) {
        tooLate(s, reason);
      } else if (s.bytes != null) {
        sendPromisedCopy(s);
      } else if (s.lease != null) {
        sendRetained(s.lease, s.listener, true);
      } else {
        sendPromisedFile(s);
      }
    }
  }

  /** Without memory the connection ends: what follows must not close the gap that this send leaves. */
  private void sendPromisedCopy(ForeignSend s) {
    if (!sendCopy(ByteBuffer.wrap(s.bytes), s.listener, true).accepted()) {
      fail(CloseReasons.ofCode(-Abi.ENOMEM, 0, "send"));
      tooLate(s, reason);
    }
  }

  /** What was taken at the call counts as taken here, too, and stays pending: it is lost with the connection. */
  private void tooLate(ForeignSend s, CloseReason why) {
    long lost = s.file != null ? s.file.length() : s.memoryBytes();
    bytesTaken += lost;
    loop.counters.add(LoopCounters.BYTES_TAKEN, lost);
    if (s.file != null) {
      pendingFileBytes += lost;
    } else {
      pendingBytes += (int) lost;
    }
    if (s.lease != null) {
      s.lease.handBack();
    }
    if (s.listener != null) {
      try {
        s.listener.onSent(self(), why);
      } catch (Throwable t) {
        handlerFailed("SendListener.onSent", t);
      }
    }
  }

  @Override
  final void refuseForeign() {
    ask(CLOSE_ASKED);
    takeLastSends();
  }

  /** A send that was counted, and is not on the stack yet, finds it closed. */
  private void takeLastSends() {
    ForeignSend s = (ForeignSend) SENDS.getAndSet(this, ForeignSend.CLOSED);
    carryOut(s == ForeignSend.CLOSED ? null : ForeignSend.reversed(s));
  }

  // ------------------------------------------------------------------------------------------- files

  final SendResult sendFileHere(FileRegion region, SendListener listener) {
    SendResult refused = fileRefusal();
    if (refused != null) {
      return refused;
    }
    int file = Files.open(loop.engine, region);
    if (file < 0) {
      fail(CloseReasons.fileFailed(file, region.path()));
      return SendResult.CLOSED;
    }
    return sendFile(file, region, listener);
  }

  private void sendPromisedFile(ForeignSend s) {
    int file = Files.open(loop.engine, s.file); // Whether there is room was decided at the call.
    if (file < 0) {
      fail(CloseReasons.fileFailed(file, s.file.path()));
      tooLate(s, reason);
    } else {
      sendFile(file, s.file, s.listener);
    }
  }

  // ------------------------------------------------------------------------------------------- wishes

  final void shutdownLocal() {
    if ((flags & (CLOSING | OUTPUT_SHUT)) != 0) {
      return;
    }
    ask(OUTPUT_ASKED);
    takeLastSends();
    if ((flags & CLOSING) != 0) {
      return; // One of them could not be carried out, and that ended the connection.
    }
    flushAll();
    flags |= OUTPUT_SHUT;
    loop.submissions.submit(Abi.OP_SHUTDOWN, Abi.SQE_LAZY, 0, handle, Tokens.of(Tokens.SHUTDOWN), 0L, 0L, 0);
  }

  final void shutdownFromOutside() {
    if (ask(OUTPUT_ASKED)) {
      run(this::shutdownLocal);
    }
  }

  final void closeFromOutside() {
    if (ask(CLOSE_ASKED)) {
      run(this::endByApplication);
    }
  }

  final void closeFromOutside(long deadlineNanos) {
    ask(CLOSE_ASKED);
    run(() -> endByApplication(deadlineNanos));
  }

  final void abortFromOutside() {
    if (ask(ABORT_ASKED)) {
      run(() -> endAbruptly(CloseReasons.LOCAL_ABORT));
    }
  }

  public final void pauseReading() {
    wantPause(true);
  }

  public final void resumeReading() {
    wantPause(false);
  }

  public final boolean isReadingPaused() {
    return pauseWanted;
  }

  private void wantPause(boolean paused) {
    pauseWanted = paused;
    if (loop.inLoop()) {
      applyPause();
    } else {
      run(this::applyPause);
    }
  }

  /** Takes the latest wish: an older task does no harm. */
  private void applyPause() {
    if (pauseWanted) {
      pauseLocal();
    } else {
      resumeLocal();
    }
  }
}
