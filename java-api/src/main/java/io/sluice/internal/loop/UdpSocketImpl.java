package io.sluice.internal.loop;

import io.sluice.BufferLease;
import io.sluice.CloseReason;
import io.sluice.DatagramInfo;
import io.sluice.EventLoop;
import io.sluice.SendResult;
import io.sluice.TransportException;
import io.sluice.TransportOption;
import io.sluice.UdpDestination;
import io.sluice.UdpHandler;
import io.sluice.UdpSendListener;
import io.sluice.UdpSocket;
import io.sluice.internal.abi.Abi;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;

/**
 * The datagram socket as the application sees it: checks arguments, and on the loop's thread calls the halves straight, from
 * other threads through {@link UdpOutside} and tasks.
 */
final class UdpSocketImpl extends UdpLife implements UdpSocket {
  private static final int CLOSE_ASKED = 1;
  private static final int ABORT_ASKED = 1 << 1;
  /** The loop's word: the reason is final. */
  private static final int REASON_FIXED = 1 << 2;
  private static final VarHandle ASKED;

  static {
    try {
      ASKED = MethodHandles.lookup().findVarHandle(UdpSocketImpl.class, "asked", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final UdpControl control;
  private final boolean isInet4;
  private volatile int asked;
  /** What the application last asked for. */
  private volatile boolean pauseWanted;
  private volatile Object attachment;

  UdpSocketImpl(Loop loop, InetSocketAddress bindTo, InetSocketAddress peer, UdpSettings settings, UdpHandler handler) {
    super(loop, bindTo, peer, settings, handler);
    pauseWanted = settings.startPaused();
    isInet4 = bindTo.getAddress() instanceof Inet4Address;
    control = new UdpControl(this);
    outside = new UdpOutside(this);
    sends = new UdpSends(this);
    reads = new UdpReads(this);
  }

  /** Any thread. */
  void open() {
    try {
      loop.execute(this::start);
    } catch (RejectedExecutionException ended) {
      openingFailed(CloseReasons.SHUTDOWN);
    }
  }

  @Override
  UdpSocketImpl self() {
    return this;
  }

  @Override
  public EventLoop loop() {
    return loop;
  }

  // ------------------------------------------------------------------------------------------- sending

  @Override
  public SendResult send(ByteBuffer data) {
    return sendCopy(data, UdpDestination.peer(), null);
  }

  @Override
  public SendResult send(ByteBuffer data, InetSocketAddress to) {
    Objects.requireNonNull(to, "to");
    // The table of addresses is the loop's.
    return sendCopy(data, loop.inLoop() ? loop.udp.addresses.destination(to) : UdpDestination.to(to), null);
  }

  @Override
  public SendResult send(ByteBuffer data, UdpDestination to) {
    return sendCopy(data, to, null);
  }

  @Override
  public SendResult send(ByteBuffer data, UdpDestination to, UdpSendListener listener) {
    return sendCopy(data, to, Objects.requireNonNull(listener, "listener"));
  }

  private SendResult sendCopy(ByteBuffer data, UdpDestination to, UdpSendListener listener) {
    Objects.requireNonNull(data, "data");
    checkLength(data.remaining());
    checkDestination(to, data.remaining());
    return loop.inLoop() ? sends.copy(data, to, null, listener) : outside.send(data, to, listener);
  }

  @Override
  public SendResult send(BufferLease data, UdpDestination to) {
    return sendLease(data, to, null, null);
  }

  @Override
  public SendResult send(BufferLease data, UdpDestination to, UdpSendListener listener) {
    return sendLease(data, to, null, Objects.requireNonNull(listener, "listener"));
  }

  @Override
  public SendResult reply(ByteBuffer data, DatagramInfo to) {
    Objects.requireNonNull(data, "data");
    checkLength(data.remaining());
    return sends.copy(data, null, answered(to), null);
  }

  @Override
  public SendResult reply(BufferLease data, DatagramInfo to) {
    return sendLease(data, null, answered(to), null);
  }

  private UdpInfo answered(DatagramInfo to) {
    Objects.requireNonNull(to, "to");
    if (!(to instanceof UdpInfo info)) {
      throw new IllegalArgumentException("to: " + to.getClass().getName() + " is not what onDatagram was called with");
    }
    info.checkUse(this);
    return info;
  }

  /** Either {@code to} or {@code answered}. */
  private SendResult sendLease(BufferLease data, UdpDestination to, UdpInfo answered, UdpSendListener listener) {
    Objects.requireNonNull(data, "data");
    checkLength(data.length()); // Also throws when it has ended.
    if (answered == null) {
      checkDestination(to, data.length());
    }
    boolean local = loop.inLoop();
    if (data instanceof CallbackLease lease && local) {
      return sends.lent(lease, to, answered, listener);
    }
    if (data instanceof CheckedLease lease) {
      return sendLease(lease.send(described()), to, answered, listener);
    }
    if (data instanceof RetainedLease lease && lease.pool.loop == loop) {
      lease.take();
      return local ? sends.retained(lease, to, answered, listener) : outside.send(lease, to, listener);
    }
    byte[] bytes = bytesOf(data);
    return local ? sends.copy(ByteBuffer.wrap(bytes), to, answered, listener) : outside.send(bytes, to, listener);
  }

  /** Ends the lease. */
  private static byte[] bytesOf(BufferLease data) {
    if (data instanceof HeapLease lease) {
      return lease.take();
    }
    byte[] bytes = new byte[data.length()];
    data.copyTo(0, bytes, 0, bytes.length);
    data.release();
    return bytes;
  }

  private static void checkLength(int bytes) {
    if (bytes > Abi.MSG_MAX) {
      throw new IllegalArgumentException("data has " + bytes + " bytes, a datagram at most " + Abi.MSG_MAX);
    }
  }

  private void checkDestination(UdpDestination to, int bytes) {
    Objects.requireNonNull(to, "to");
    InetSocketAddress address = to.address();
    if (address == null) {
      checkPeer(to);
    } else if (isInet4 && !(address.getAddress() instanceof Inet4Address)) {
      throw new IllegalArgumentException("to " + address + " is an IPv6 address, " + described() + " is bound to an IPv4 address");
    }
    int segment = to.segmentBytes();
    if (segment > 0 && bytes > (long) segment * UdpDestination.MAX_SEGMENTS) {
      throw new IllegalArgumentException(
          "data has " + bytes + " bytes, " + UdpDestination.MAX_SEGMENTS + " segments of " + segment + " bytes have at most "
              + (long) segment * UdpDestination.MAX_SEGMENTS);
    }
  }

  private void checkPeer(UdpDestination to) {
    if (remoteAddress() == null) {
      throw new IllegalStateException(described() + " is not connected: say where to send");
    }
    // Without a destination the engine takes the source's family for the socket's.
    if (to.source() != null && to.source() instanceof Inet4Address != isInet4) {
      throw new IllegalArgumentException(
          "source " + to.source() + " is not of the family of " + described() + ": name the peer, with UdpDestination.to");
    }
  }

  @Override
  public boolean isWritable() {
    return isOpen() && sends.pendingLoad() + outside.load() < settings.highWaterBytes();
  }

  /** Lazy completions wait for the loop's next turn; who watches from outside must not wait for them for ever. */
  @Override
  public long pendingSendBytes() {
    long pending = sends.pendingBytes() + outside.load();
    if (pending > 0 && !loop.inLoop()) {
      loop.wakeUp();
    }
    return pending;
  }

  // ------------------------------------------------------------------------------------------- reading

  @Override
  public void pauseReading() {
    wantPause(true);
  }

  @Override
  public void resumeReading() {
    wantPause(false);
  }

  @Override
  public boolean isReadingPaused() {
    return pauseWanted;
  }

  private void wantPause(boolean paused) {
    pauseWanted = paused;
    run(
        () -> {
          if (pauseWanted) { // The latest wish: an older task does no harm.
            reads.pause();
          } else {
            reads.resume();
          }
        });
  }

  /** A task that finds the loop gone has nothing left to do: the socket has ended with it. */
  private void run(Runnable task) {
    if (loop.inLoop()) {
      task.run();
      return;
    }
    try {
      loop.execute(task);
    } catch (RejectedExecutionException ended) {
      // The socket ended before the loop did.
    }
  }

  // ------------------------------------------------------------------------------------------- groups

  @Override
  public CompletionStage<UdpSocket> join(InetAddress group, NetworkInterface on) {
    return control.group(Abi.CONTROL_JOIN, "join", group, on, null);
  }

  @Override
  public CompletionStage<UdpSocket> join(InetAddress group, NetworkInterface on, InetAddress source) {
    return control.group(Abi.CONTROL_JOIN, "join", group, on, Objects.requireNonNull(source, "source"));
  }

  @Override
  public CompletionStage<UdpSocket> leave(InetAddress group, NetworkInterface on) {
    return control.group(Abi.CONTROL_LEAVE, "leave", group, on, null);
  }

  @Override
  public CompletionStage<UdpSocket> leave(InetAddress group, NetworkInterface on, InetAddress source) {
    return control.group(Abi.CONTROL_LEAVE, "leave", group, on, Objects.requireNonNull(source, "source"));
  }

  @Override
  public CompletionStage<UdpSocket> block(InetAddress group, NetworkInterface on, InetAddress source) {
    return control.group(Abi.CONTROL_BLOCK, "block", group, on, Objects.requireNonNull(source, "source"));
  }

  @Override
  public CompletionStage<UdpSocket> unblock(InetAddress group, NetworkInterface on, InetAddress source) {
    return control.group(Abi.CONTROL_UNBLOCK, "unblock", group, on, Objects.requireNonNull(source, "source"));
  }

  // ------------------------------------------------------------------------------------------- closing

  private void ask(int bit, Runnable act) {
    boolean first = ((int) ASKED.getAndBitwiseOr(this, bit) & bit) == 0;
    if (first || loop.inLoop()) {
      run(act);
    }
  }

  @Override
  public CompletionStage<CloseReason> close() {
    ask(CLOSE_ASKED, () -> endGracefully(CloseReasons.LOCAL_CLOSE));
    return closed;
  }

  @Override
  public CompletionStage<CloseReason> abort() {
    ask(ABORT_ASKED, () -> endNow(CloseReasons.LOCAL_ABORT));
    return closed;
  }

  @Override
  public CompletionStage<CloseReason> closed() {
    return closed;
  }

  @Override
  public CloseReason closeReason() {
    return (asked & REASON_FIXED) != 0 ? reason : null;
  }

  @Override
  void reasonFixed() {
    ASKED.getAndBitwiseOr(this, REASON_FIXED);
  }

  @Override
  public boolean isOpen() {
    return reason == null && asked == 0;
  }

  // ------------------------------------------------------------------------------------------- the rest

  void checkLoop(String what) {
    if (!loop.inLoop()) {
      throw new IllegalStateException(
          what + " is for the loop's thread; use loop().execute(...), this is " + Thread.currentThread().getName());
    }
  }

  @Override
  public <T> T option(TransportOption<T> option) throws TransportException {
    return control.get(option);
  }

  @Override
  public <T> void option(TransportOption<T> option, T value) throws TransportException {
    control.set(option, value);
  }

  @Override
  public void handler(UdpHandler handler) {
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
    CloseReason r = closeReason();
    return described() + (r == null ? "" : " " + r.kind());
  }
}
