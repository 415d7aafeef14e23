package io.sluice.internal.loop;

import io.sluice.CloseReason;
import io.sluice.ConnectionHandler;
import io.sluice.internal.abi.Abi;
import java.net.SocketAddress;
import java.nio.ByteBuffer;

/**
 * Identity and state of a connection, and what its parts ({@link ConnectionSends}, {@link ConnectionReads}, {@link
 * StreamConnection}) share. One object per connection, fields counted: an idle connection must stay small.
 */
abstract class ConnectionCore extends Endpoint {
  /** The application wants no data now. */
  static final int PAUSED = 1;
  /** The end began: a CLOSE was submitted, or will be when the lingering is over. */
  static final int CLOSING = 1 << 1;
  /** The end began in good order and has not been overtaken by a failure. */
  static final int DRAINING = 1 << 2;
  /** The end is complete. */
  static final int ENDED = 1 << 3;
  /** onInputClosed was called. */
  static final int INPUT_CLOSED = 1 << 4;
  /** The end of the stream was received while paused. */
  static final int EOF_PENDING = 1 << 5;
  /** The sending direction was ended here. */
  static final int OUTPUT_SHUT = 1 << 6;
  /** The peer's end came when this side had ended its direction before. */
  static final int LOCAL_FIRST = 1 << 7;
  /** A send was answered SATURATED: onWritable is owed. */
  static final int WANTS_WRITABLE = 1 << 8;
  /** In the loop's list of connections to flush. */
  static final int DIRTY = 1 << 9;
  /** Data is kept in {@link ConnectionReads}. */
  static final int HOLDING = 1 << 10;
  /** The receive or watch in flight was asked to end. */
  static final int CANCELLING = 1 << 11;
  /** This engine cannot watch. */
  static final int WATCHED = 1 << 12;
  static final int UNIX = 1 << 13;
  /** This side connected. */
  static final int CONNECTED = 1 << 14;
  /** A send failed: what is queued behind it will fail with its reason. */
  static final int SEND_FAILED = 1 << 15;
  /** Ending in good order, and the peer's end is awaited: CLOSE was not submitted yet. */
  static final int LINGERING = 1 << 16;
  /** The end was an abort. */
  static final int ABORTED = 1 << 17;
  /** onInputEnding was called. */
  static final int ENDING_TOLD = 1 << 18;

  /** Data goes straight to the handler when none of these is set. */
  static final int NOT_DELIVERING = PAUSED | CLOSING | HOLDING;

  final Settings settings;
  final long handle;
  ConnectionHandler handler;
  int flags;
  final long openedNanos;
  /** Bytes that sends took, from files too. */
  long bytesTaken;
  /** Null: no idle policy, or the connection has ended. */
  IdleWatch idle;
  volatile CloseReason reason;
  /** What {@link KeyIndex} has this connection under. */
  volatile Object keys;
  private volatile Object attachment;

  private long remoteInet4;
  private byte[] remoteOther;
  private long localInet4;
  private byte[] localOther;

  ConnectionCore(Loop loop, long handle, Settings settings) {
    super(loop);
    this.handle = handle;
    this.settings = settings;
    this.openedNanos = System.nanoTime();
  }

  /**
   * Asks for both addresses while they can still be had: after a reset the kernel knows them no more.
   *
   * @param acceptedBy whose address this side has when it listens on one address and not on all of them, which saves the
   *     question; null for a connection made here
   */
  final void captureAddresses(ListenerImpl acceptedBy) {
    ByteBuffer b = loop.controlBuffer();
    if (loop.engine.query(handle, Abi.QUERY_PEER_ADDR, b) >= 0) {
      remoteInet4 = Addresses.compactInet4(b);
      remoteOther = remoteInet4 == Addresses.NOT_INET4 ? Addresses.compactOther(b) : null;
      markUnix(b);
    }
    Addresses.Compact listening = acceptedBy == null ? null : acceptedBy.onlyAddress();
    if (listening != null) {
      localInet4 = listening.inet4();
      localOther = listening.other();
      flags |= listening.unix() ? UNIX : 0;
      return;
    }
    b = loop.controlBuffer();
    if (loop.engine.query(handle, Abi.QUERY_LOCAL_ADDR, b) >= 0) {
      localInet4 = Addresses.compactInet4(b);
      localOther = localInet4 == Addresses.NOT_INET4 ? Addresses.compactOther(b) : null;
      markUnix(b);
    }
  }

  private void markUnix(ByteBuffer b) {
    if (b.getShort(Abi.ADDR_FAMILY) == Abi.FAMILY_UNIX) {
      flags |= UNIX;
    }
  }

  @Override
  public final SocketAddress remoteAddress() {
    return Addresses.expand(remoteInet4, remoteOther, (flags & UNIX) != 0);
  }

  public final SocketAddress localAddress() {
    return Addresses.expand(localInet4, localOther, (flags & UNIX) != 0);
  }

  @Override
  final String callback() {
    return "onData";
  }

  @Override
  final String described() {
    return "connection " + id + " with " + remoteAddress();
  }

  public final Object attachment() {
    return attachment;
  }

  public final void attachment(Object attachment) {
    this.attachment = attachment;
  }

  /** Bytes in the kernel that the peer has not acknowledged, or -1 when this engine cannot tell. A system call. */
  final long kernelUnsent() {
    ByteBuffer b = loop.controlBuffer().limit(Long.BYTES);
    return loop.engine.query(handle, Abi.QUERY_UNSENT, b) >= 0 ? b.getLong(0) : -1;
  }

  /**
   * A number that changes while the peer takes data, as far as this engine can tell: a large send or a file is one operation,
   * whose progress the queue does not show. On a Unix socket the native engines only see how full the kernel's buffer is.
   */
  final long progress() {
    ByteBuffer b = loop.controlBuffer().limit(Abi.TCP_INFO_BYTES);
    if (loop.engine.query(handle, Abi.QUERY_TCP_INFO, b) >= 0) {
      return Options.tcpInfo(b).bytesAcked();
    }
    long accepted = loop.engine.acceptedOfFirst(handle);
    return accepted >= 0 ? accepted : kernelUnsent();
  }

  /**
   * The reason of a failed operation. A kernel that gave up although the peer owed no acknowledgement missed the answers to
   * its keep-alive probes.
   */
  final CloseReason failure(int result, int osError, String what) {
    return result == -Abi.ETIMEDOUT && kernelUnsent() == 0
        ? CloseReasons.keepAliveTimeout(osError, what)
        : CloseReasons.ofCode(result, osError, what);
  }

  @Override
  final boolean mayKeepBuffer() {
    return heldBuffers < settings.maxLeasedBuffers && loop.pool.mayKeep();
  }

  final void markDirty() {
    if ((flags & DIRTY) == 0) {
      flags |= DIRTY;
      loop.addDirty(self());
    }
  }

  abstract StreamConnection self();

  /** Ends the connection because of an error; the first cause wins. Loop thread. */
  abstract void fail(CloseReason cause);

  /** Ends the connection because a callback threw. Loop thread. */
  abstract void handlerFailed(String where, Throwable cause);

  /** Loop-thread calls check this first, so that a mistake is found where it is made. */
  final void checkLoop(String what) {
    if (!loop.inLoop()) {
      throw new IllegalStateException(
          what + " is for the loop's thread; use loop().execute(...), this is " + Thread.currentThread().getName());
    }
  }
}
