package io.sluice.internal.sctp;

import io.sluice.EventLoop;
import io.sluice.SendResult;
import io.sluice.TransportException;
import io.sluice.internal.abi.SctpAbi;
import io.sluice.sctp.SctpAddress;
import io.sluice.sctp.SctpAssociation;
import io.sluice.sctp.SctpClose;
import io.sluice.sctp.SctpEndpoint;
import io.sluice.sctp.SctpHandler;
import io.sluice.sctp.SctpInfo;
import io.sluice.sctp.SctpOptions;
import io.sluice.sctp.SctpSendOptions;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;

/** The association as the application sees it: checks arguments, and brings calls of other threads to the loop. */
final class Association extends AssociationLife implements SctpAssociation {
  private static final AtomicLong IDS = new AtomicLong();
  private static final byte[] DEADLINE = "close deadline".getBytes(StandardCharsets.US_ASCII);
  private static final long NO_DEADLINE = Long.MAX_VALUE;

  private final long id = IDS.incrementAndGet();
  private final boolean restart;
  private volatile Object attachment;
  /** Of a close that waits until everything taken has reached the stack. Loop thread. */
  private long closeAtNanos = NO_DEADLINE;

  Association(
      AssociationHome home, AssociationEndpoint endpoint, SctpOptions options, SctpHandler handler, ConnectStage stage, Listener listener,
      boolean restart) {
    super(home, endpoint, options, handler, stage, listener);
    this.restart = restart;
  }

  @Override
  Association self() {
    return this;
  }

  // ------------------------------------------------------------------------------------------- what it is

  @Override
  public long id() {
    return id;
  }

  @Override
  public EventLoop loop() {
    return home.loop;
  }

  @Override
  public SctpEndpoint endpoint() {
    return endpoint;
  }

  @Override
  public SctpAddress localAddress() {
    return local;
  }

  @Override
  public SctpAddress remoteAddress() {
    return remote;
  }

  @Override
  public boolean isAccepted() {
    return stage == null;
  }

  @Override
  public boolean isRestart() {
    return restart;
  }

  @Override
  public boolean isOpen() {
    return close == null;
  }

  @Override
  public SctpClose closeReason() {
    return close;
  }

  @Override
  public int streamsOut() {
    return streamsOut;
  }

  @Override
  public int streamsIn() {
    return streamsIn;
  }

  @Override
  public int maxMessageBytes() {
    return home.maxMessageBytes;
  }

  // ------------------------------------------------------------------------------------------- sending

  @Override
  public SendResult send(ByteBuffer data, int stream, int ppid) {
    check(data, stream);
    return loop().inLoop() ? sends.send(data, stream, ppid, null, 0)
        : sends.sendFromOutside(data, SctpSendOptions.stream(stream).withPpid(ppid), 0);
  }

  @Override
  public SendResult send(ByteBuffer data, SctpSendOptions how) {
    return send(data, how, 0);
  }

  @Override
  public SendResult send(ByteBuffer data, SctpSendOptions how, int context) {
    check(data, how.stream());
    return loop().inLoop() ? sends.send(data, how.stream(), how.ppid(), how, context)
        : sends.sendFromOutside(data, how, context);
  }

  private void check(ByteBuffer data, int stream) {
    int n = data.remaining();
    if (n < 1 || n > home.maxMessageBytes) {
      throw new IllegalArgumentException(
          "data has " + n + " bytes, which is not within 1 to " + home.maxMessageBytes + " (maxMessageBytes)");
    }
    checkStream(stream);
  }

  private void checkStream(int stream) {
    if (stream < 0 || stream >= streamsOut) {
      throw new IllegalArgumentException("stream " + stream + " is not within 0 to " + (streamsOut - 1) + " (streamsOut - 1)");
    }
  }

  @Override
  public boolean isWritable() {
    return isOpen() && sends.isWritable();
  }

  @Override
  public long pendingSendBytes() {
    return sends.pendingBytes();
  }

  @Override
  public SendResult resetStreams(int... streams) {
    for (int s : streams) {
      checkStream(s);
    }
    if (streams.length > SctpAbi.STREAMS_MAX) {
      throw new IllegalArgumentException("streams: " + streams.length + " ids are more than " + SctpAbi.STREAMS_MAX);
    }
    if (!loop().inLoop()) {
      return sends.resetFromOutside(streams);
    }
    if (!isOpen()) {
      return SendResult.CLOSED;
    }
    sends.reset(streams);
    return isOpen() ? SendResult.QUEUED : SendResult.CLOSED;
  }

  /** Loop thread. A refusal is told as an event is: not from within the call. */
  void resetNow(int[] streams) {
    int code = home.calls.resetStreams(handle, streams);
    home.sent();
    if (code < 0 && !ended(code)) {
      int[] ids = streams.clone();
      home.later(
          () -> {
            if (!isLatched()) {
              streamReset(SctpAbi.RESET_OUT | SctpAbi.RESET_FAILED, ids);
            }
          });
    }
  }

  // ------------------------------------------------------------------------------------------- closing

  private void run(Runnable task) {
    if (loop().inLoop()) {
      task.run();
      return;
    }
    try {
      loop().execute(task);
    } catch (RejectedExecutionException ended) {
      // The association ended before the loop did.
    }
  }

  @Override
  public CompletionStage<SctpClose> close() {
    return close(DEFAULT_DEADLINE);
  }

  @Override
  public CompletionStage<SctpClose> close(Duration deadline) {
    AssociationEndpoint.checkDeadline(deadline);
    endBegins(Closes.LOCAL_CLOSE);
    run(() -> closeWithin(deadline.toNanos()));
    return closed;
  }

  private void closeWithin(long nanos) {
    if (isLatched()) {
      return;
    }
    sends.take(); // The caller's own may be there, and whoever pushed before it has not told the loop yet.
    if (!isStillSending() || nanos == 0) {
      closeStack(nanos);
      return;
    }
    long at = System.nanoTime() + nanos;
    if (closeAtNanos == NO_DEADLINE || at - closeAtNanos < 0) {
      closeAtNanos = at;
      loop().schedule(Duration.ofNanos(nanos), this::deadlineOfWaiting);
    }
  }

  /** What was taken has not all reached the stack. */
  private boolean isStillSending() {
    return sends.hasWaiting() || home.isSending(this);
  }

  private void deadlineOfWaiting() {
    if (!isLatched() && isStillSending() && System.nanoTime() - closeAtNanos >= 0) {
      closeStack(0);
    }
  }

  @Override
  void nothingWaits() {
    if (closeAtNanos != NO_DEADLINE && !isLatched() && !home.isSending(this)) {
      closeStack(Math.max(0, closeAtNanos - System.nanoTime()));
    }
  }

  private void closeStack(long nanos) {
    // The stack counts from its last tick.
    long millis = nanos == 0 ? 0 : (nanos + home.sinceTickNanos() + 999_999) / 1_000_000;
    int code = home.calls.close(handle, (int) Math.min(millis, SctpAbi.DEADLINE_MAX_MS), DEADLINE);
    if (code == -SctpAbi.ECLOSED || nanos == 0) {
      latchFromStack();
    }
    home.sent();
  }

  @Override
  public CompletionStage<SctpClose> abort(String reason) {
    return abort(SctpAbi.CAUSE_USER, reason.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public CompletionStage<SctpClose> abort(int cause, byte[] reason) {
    if (reason.length > MAX_REASON_BYTES) {
      throw new IllegalArgumentException("reason has " + reason.length + " bytes, more than " + MAX_REASON_BYTES);
    }
    if (cause != SctpAbi.CAUSE_USER && (cause != 0 || reason.length > 0)) {
      throw new IllegalArgumentException(
          "cause " + cause + " is neither " + SctpAbi.CAUSE_USER + " (user-initiated abort) nor 0 with an empty reason");
    }
    byte[] copy = reason.clone();
    if (!loop().inLoop()) {
      endBegins(Closes.localAbort(copy));
    }
    run(() -> abort(copy, null));
    return closed;
  }

  @Override
  public CompletionStage<SctpClose> closed() {
    return closed;
  }

  // ------------------------------------------------------------------------------------------- the rest

  private void checkLoop(String what) {
    if (!loop().inLoop()) {
      throw new IllegalStateException(
          what + " is for the loop's thread; use loop().execute(...), this is " + Thread.currentThread().getName());
    }
  }

  @Override
  public SctpInfo info() throws TransportException {
    checkLoop("info");
    ByteBuffer i = isLatched() || !home.calls.isOpen() ? null
        : home.calls.query(handle, SctpAbi.QUERY_INFO, SctpAbi.INFO_BYTES);
    if (i == null) {
      SctpClose why = close == null ? Closes.CAUSE_TO_COME : close;
      throw Closes.exception(why);
    }
    return new SctpInfo(
        i.getInt(SctpAbi.INFO_UNACKNOWLEDGED), i.getInt(SctpAbi.INFO_PENDING),
        Integer.toUnsignedLong(i.getInt(SctpAbi.INFO_PEER_WINDOW_BYTES)),
        Duration.ofMillis(Integer.toUnsignedLong(i.getInt(SctpAbi.INFO_SRTT_MS))),
        Duration.ofMillis(Integer.toUnsignedLong(i.getInt(SctpAbi.INFO_RTO_MS))),
        Integer.toUnsignedLong(i.getInt(SctpAbi.INFO_CWND_BYTES)), Integer.toUnsignedLong(i.getInt(SctpAbi.INFO_HINTS)));
  }

  @Override
  public void handler(SctpHandler handler) {
    checkLoop("handler");
    this.handler = Objects.requireNonNull(handler, "handler");
  }

  @Override
  public Object attachment() {
    return attachment;
  }

  @Override
  public void attachment(Object attachment) {
    this.attachment = attachment;
  }

  @Override
  public String toString() {
    SctpClose why = close;
    return "association " + id + " " + local + (isAccepted() ? " from " : " to ") + remote + (why == null ? "" : " " + why.kind());
  }
}
