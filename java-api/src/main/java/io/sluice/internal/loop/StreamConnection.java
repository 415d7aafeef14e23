package io.sluice.internal.loop;

import io.sluice.BufferLease;
import io.sluice.CloseReason;
import io.sluice.Connection;
import io.sluice.ConnectionHandler;
import io.sluice.ConnectionOptions;
import io.sluice.EventLoop;
import io.sluice.FileRegion;
import io.sluice.IdlePolicy;
import io.sluice.SendListener;
import io.sluice.SendResult;
import io.sluice.TcpInfo;
import io.sluice.TransportException;
import io.sluice.TransportOption;
import io.sluice.internal.abi.Abi;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletionStage;

/**
 * The connection as the application sees it: on the loop's thread calls go straight to the halves this class is built from,
 * from other threads they go through {@link ConnectionFromOutside}.
 */
final class StreamConnection extends ConnectionFromOutside implements Connection {
  StreamConnection(Loop loop, long handle, Settings settings) {
    super(loop, handle, settings);
  }

  /** In the table, addresses known, handler set: now the application may see it. */
  void open() {
    // The handler factory may have changed what the settings say, or begun the end, which reads.
    if (isReadingPaused() && (flags & CLOSING) == 0) {
      flags |= PAUSED;
    }
    try {
      handler.onOpen(this);
    } catch (Throwable t) {
      handlerFailed("onOpen", t);
    }
    arm();
  }

  @Override
  void flush() {
    flags &= ~DIRTY;
    if ((flags & (HOLDING | EOF_PENDING)) != 0) {
      deliverHeld();
    }
    if ((flags & CLOSING) == 0) {
      flushSends();
    }
  }

  @Override
  StreamConnection self() {
    return this;
  }

  @Override
  public EventLoop loop() {
    return loop;
  }

  // ------------------------------------------------------------------------------------------- sending

  @Override
  public SendResult send(BufferLease data) {
    CallbackLease lease = loop.callbackLease;
    if (data == lease && lease.owner != null && loop.inLoop()) {
      return sendCallback(lease, null);
    }
    return sendLease(data, null);
  }

  @Override
  public SendResult send(BufferLease data, SendListener listener) {
    return sendLease(data, Objects.requireNonNull(listener, "listener"));
  }

  private SendResult sendLease(BufferLease data, SendListener listener) {
    Objects.requireNonNull(data, "data");
    boolean local = loop.inLoop();
    if (data instanceof CallbackLease lease) {
      lease.checkUse();
      if (local) {
        return sendCallback(lease, listener);
      }
      byte[] copy = new byte[lease.length];
      lease.copyTo(0, copy, 0, copy.length);
      lease.end();
      return sendFromOutside(copy, listener);
    }
    if (data instanceof RetainedLease lease) {
      return sendRetainedLease(lease, listener, local);
    }
    if (data instanceof CheckedLease lease) {
      return sendLease(lease.send("connection " + id), listener);
    }
    byte[] bytes;
    if (data instanceof HeapLease lease) {
      bytes = lease.take();
    } else {
      bytes = new byte[data.length()];
      data.copyTo(0, bytes, 0, bytes.length);
      data.release();
    }
    return local ? sendCopy(ByteBuffer.wrap(bytes), listener, false) : sendFromOutside(bytes, listener);
  }

  private SendResult sendRetainedLease(RetainedLease lease, SendListener listener, boolean local) {
    if (lease.pool.loop != loop) {
      byte[] copy = new byte[lease.length()];
      lease.copyTo(0, copy, 0, copy.length);
      lease.release();
      return local ? sendCopy(ByteBuffer.wrap(copy), listener, false) : sendFromOutside(copy, listener);
    }
    lease.take();
    return local ? sendRetained(lease, listener, false) : sendFromOutside(lease, listener);
  }

  @Override
  public SendResult send(ByteBuffer data) {
    return loop.inLoop() ? sendCopy(data, null, false) : sendFromOutside(data, null);
  }

  @Override
  public SendResult send(ByteBuffer data, SendListener listener) {
    Objects.requireNonNull(listener, "listener");
    return loop.inLoop() ? sendCopy(data, listener, false) : sendFromOutside(data, listener);
  }

  @Override
  public SendResult send(ByteBuffer[] data) {
    long bytes = 0;
    for (ByteBuffer b : data) {
      bytes += b.remaining();
    }
    if (bytes > settings.limitBytes) {
      return isOpen() ? SendResult.REJECTED : SendResult.CLOSED;
    }
    return loop.inLoop() ? sendCopies(data, (int) bytes) : sendFromOutside(data, (int) bytes);
  }

  @Override
  public SendResult send(FileRegion region, SendListener listener) {
    Files.check(region);
    return loop.inLoop() ? sendFileHere(region, listener) : sendFromOutside(region, listener);
  }

  @Override
  public boolean isWritable() {
    return isOpen() && !outputEnded() && pendingTotal() < settings.highWaterBytes;
  }

  @Override
  public void shutdownOutput() {
    if (loop.inLoop()) {
      shutdownLocal();
    } else {
      shutdownFromOutside();
    }
  }

  // ------------------------------------------------------------------------------------------- closing

  @Override
  public CompletionStage<CloseReason> close() {
    if (loop.inLoop()) {
      endByApplication();
    } else {
      closeFromOutside();
    }
    return closed();
  }

  @Override
  public CompletionStage<CloseReason> close(Duration limit) {
    if (limit.isNegative() || limit.compareTo(ConnectionOptions.MAX_LINGER) > 0) {
      throw new IllegalArgumentException("deadline " + limit + " is not within zero to " + ConnectionOptions.MAX_LINGER);
    }
    long nanos = limit.toNanos();
    if (loop.inLoop()) {
      endByApplication(nanos);
    } else {
      closeFromOutside(nanos);
    }
    return closed();
  }

  @Override
  public CompletionStage<CloseReason> abort() {
    if (loop.inLoop()) {
      endAbruptly(CloseReasons.LOCAL_ABORT);
    } else {
      abortFromOutside();
    }
    return closed();
  }

  @Override
  public boolean isOpen() {
    return reason == null && !endAsked();
  }

  // ------------------------------------------------------------------------------------------- the rest

  @Override
  public <T> T option(TransportOption<T> option) throws TransportException {
    ByteBuffer b = askable("option");
    b.putInt(Abi.OPTVAL_OPTION, option.number());
    check(loop.engine.query(handle, Abi.QUERY_OPTION, b.limit(Abi.OPTVAL_BYTES)), option.name());
    return option.decode(b.getLong(Abi.OPTVAL_VALUE));
  }

  @Override
  public <T> void option(TransportOption<T> option, T value) throws TransportException {
    long number = option.encode(value);
    ByteBuffer b = askable("option");
    b.putInt(Abi.OPTVAL_OPTION, option.number());
    b.putLong(Abi.OPTVAL_VALUE, number);
    check(loop.engine.control(handle, Abi.CONTROL_SET_OPTION, b.limit(Abi.OPTVAL_BYTES)), option.name());
  }

  @Override
  public TcpInfo tcpInfo() throws TransportException {
    ByteBuffer b = askable("tcpInfo");
    check(loop.engine.query(handle, Abi.QUERY_TCP_INFO, b.limit(Abi.TCP_INFO_BYTES)), "TCP_INFO");
    return Options.tcpInfo(b);
  }

  private ByteBuffer askable(String what) throws TransportException {
    checkLoop(what);
    CloseReason r = reason;
    if (r != null) {
      throw new TransportException(what + ": the connection has ended: " + r.detail(), r);
    }
    return loop.controlBuffer();
  }

  private void check(int code, String what) throws TransportException {
    if (code == -Abi.ENOTSUP || code == -Abi.ENOSYS) {
      throw new UnsupportedOperationException(loop.unsupported(what));
    }
    if (code < 0) {
      throw CloseReasons.exception(CloseReasons.ofCode(code, 0, what));
    }
  }

  @Override
  public void handler(ConnectionHandler handler) {
    checkLoop("handler");
    this.handler = Objects.requireNonNull(handler, "handler");
  }

  @Override
  public void idlePolicy(IdlePolicy policy) {
    Objects.requireNonNull(policy, "policy");
    checkLoop("idlePolicy");
    if ((flags & CLOSING) == 0) {
      watchIdle(loop.idle.rulesOf(policy));
    }
  }

  @Override
  public IdlePolicy idlePolicy() {
    checkLoop("idlePolicy");
    return idle == null ? IdlePolicy.none() : idle.rules.policy;
  }

  /** Replaces what watches over silence. Null: nothing does. */
  void watchIdle(IdleRules rules) {
    if (idle != null) {
      loop.idle.stop(idle);
    }
    idle = rules == null ? null : loop.idle.start(this, rules, loop.nanoTime());
  }

  @Override
  public String toString() {
    CloseReason r = closeReason();
    return "connection " + id + " " + localAddress() + " - " + remoteAddress() + (r == null ? "" : " " + r.kind());
  }
}
