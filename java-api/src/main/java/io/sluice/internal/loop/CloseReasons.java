package io.sluice.internal.loop;

import io.sluice.CloseReason;
import io.sluice.CloseReason.Initiator;
import io.sluice.CloseReason.Kind;
import io.sluice.IdleKind;
import io.sluice.TransportException;
import io.sluice.internal.abi.Abi;

/** From the codes of {@code sluice.h} to typed close reasons. */
final class CloseReasons {
  private CloseReasons() {}

  static final CloseReason LOCAL_CLOSE = of(Kind.LOCAL_CLOSE, Initiator.LOCAL, "closed by this side");
  static final CloseReason LOCAL_ABORT = of(Kind.LOCAL_ABORT, Initiator.LOCAL, "aborted by this side");
  static final CloseReason PEER_CLOSE = of(Kind.PEER_CLOSE, Initiator.PEER, "the peer ended its direction");
  static final CloseReason CLOSE_TIMEOUT =
      of(Kind.CLOSE_TIMEOUT, Initiator.NETWORK, "the peer's system did not acknowledge all data before the deadline");
  static final CloseReason SHUTDOWN = of(Kind.LOOP_SHUTDOWN, Initiator.LOOP, "the event loop was shut down");

  private static CloseReason of(Kind kind, Initiator initiator, String detail) {
    return new CloseReason(kind, initiator, 0, 0, detail, 0);
  }

  /**
   * A failed operation.
   *
   * @param code positive or negative code of {@code sluice.h}
   * @param osError errno, 0 when unknown
   * @param what the operation, for the detail: "receive", "connect to ..."
   */
  static CloseReason ofCode(int code, int osError, String what) {
    int c = Math.abs(code);
    String errno = osError == 0 ? "" : " (errno " + osError + ")";
    return new CloseReason(kind(c), initiator(c), osError, 0, what + ": " + text(c) + errno, 0);
  }

  static CloseReason keepAliveTimeout(int osError, String what) {
    return new CloseReason(
        Kind.KEEP_ALIVE_TIMEOUT, Initiator.NETWORK, osError, 0,
        what + ": the peer answered no keep-alive probe (errno " + osError + ")", 0);
  }

  static CloseReason handlerFailed(String where, Throwable cause) {
    String what;
    try {
      what = cause.toString();
    } catch (Throwable t) {
      what = cause.getClass().getName(); // The application's exception may fail at telling about itself, too.
    }
    return of(Kind.HANDLER_FAILED, Initiator.LOOP, where + " threw " + what);
  }

  static CloseReason loopBroken(int code) {
    return of(Kind.IO_ERROR, Initiator.LOOP, "the event loop is broken: " + text(Math.abs(code)));
  }

  static CloseReason connectTimeout(String address, long millis) {
    return of(
        Kind.CONNECT_TIMEOUT, Initiator.NETWORK, "connect to " + address + ": not established within " + millis + " ms");
  }

  static CloseReason idleTimeout(IdleKind kind, long nanos) {
    String what =
        switch (kind) {
          case READ -> "nothing was received";
          case WRITE -> "nothing was sent";
          case ALL -> "nothing was received or sent";
        };
    return of(Kind.IDLE_TIMEOUT, Initiator.LOOP, what + " for " + text(nanos) + " (idle policy, " + kind + ")");
  }

  static CloseReason heartbeatTimeout(long nanos) {
    return of(Kind.HEARTBEAT_TIMEOUT, Initiator.LOOP, "no sign of life for " + text(nanos) + " after a heartbeat");
  }

  private static String text(long nanos) {
    return nanos % 1_000_000_000L == 0 ? nanos / 1_000_000_000L + " s" : nanos / 1_000_000L + " ms";
  }

  static CloseReason badAddress(String what) {
    return of(Kind.IO_ERROR, Initiator.LOCAL, what);
  }

  /** A file that was taken cannot be opened: this side's fault, whatever the errno says of peers. */
  static CloseReason fileFailed(int code, Object path) {
    CloseReason r = ofCode(code, 0, "open file " + path);
    return r.kind() == Kind.RESOURCE_LIMIT
        ? r : new CloseReason(Kind.IO_ERROR, Initiator.LOCAL, r.osError(), r.code(), r.detail(), 0);
  }

  static CloseReason listenerClosed(Object address) {
    return of(Kind.LOCAL_CLOSE, Initiator.LOCAL, "listen on " + address + ": the listener was closed before it was ready");
  }

  static CloseReason withUnsent(CloseReason r, long bytes) {
    return bytes == r.bytesUnsent()
        ? r
        : new CloseReason(r.kind(), r.initiator(), r.osError(), r.code(), r.detail(), bytes);
  }

  static TransportException exception(CloseReason reason) {
    return new TransportException(reason.detail(), reason);
  }

  /** Loads what the switches below are compiled to. */
  static void preload() {
    ofCode(Abi.EOTHER, 0, "");
    idleTimeout(IdleKind.ALL, 0);
  }

  private static Kind kind(int code) {
    switch (code) {
      case Abi.ECONNRESET:
      case Abi.ECONNABORTED:
      case Abi.EPIPE:
        return Kind.PEER_RESET;
      case Abi.ECONNREFUSED:
      case Abi.ENOENT:
        return Kind.REFUSED;
      case Abi.ETIMEDOUT:
        return Kind.TIMED_OUT;
      case Abi.ENETUNREACH:
      case Abi.EHOSTUNREACH:
        return Kind.UNREACHABLE;
      case Abi.EMFILE:
      case Abi.ENOMEM:
        return Kind.RESOURCE_LIMIT;
      default:
        return Kind.IO_ERROR;
    }
  }

  private static Initiator initiator(int code) {
    switch (kind(code)) {
      case PEER_RESET:
      case REFUSED:
        return Initiator.PEER;
      case TIMED_OUT:
      case UNREACHABLE:
        return Initiator.NETWORK;
      case RESOURCE_LIMIT:
        return Initiator.LOOP;
      default:
        return Initiator.LOCAL;
    }
  }

  static String text(int code) {
    switch (Math.abs(code)) {
      case Abi.EINVAL:
        return "invalid argument";
      case Abi.ESTALE:
        return "the socket has ended";
      case Abi.ECANCELED:
        return "cancelled";
      case Abi.EOWNER:
        return "called by a thread that does not own the loop";
      case Abi.ENOMEM:
        return "out of memory, or a limit of the loop is reached";
      case Abi.EBUSY:
        return "busy";
      case Abi.EALREADY:
        return "closing already";
      case Abi.ENOENT:
        return "nothing has that name";
      case Abi.ENOTSUP:
        return "not supported by this engine, kernel or socket type";
      case Abi.ENOSYS:
        return "the system call does not exist or is filtered";
      case Abi.EPERM:
        return "permission denied";
      case Abi.EMFILE:
        return "out of file descriptors: raise the limit (ulimit -n)";
      case Abi.EADDRINUSE:
        return "address in use";
      case Abi.EADDRNOTAVAIL:
        return "address not available on this machine";
      case Abi.ECONNREFUSED:
        return "connection refused";
      case Abi.ECONNRESET:
        return "connection reset by the peer";
      case Abi.ECONNABORTED:
        return "connection aborted";
      case Abi.EPIPE:
        return "the peer does not read any more";
      case Abi.ETIMEDOUT:
        return "the peer stopped answering";
      case Abi.ENETUNREACH:
        return "network unreachable";
      case Abi.EHOSTUNREACH:
        return "host unreachable";
      case Abi.ENOTCONN:
        return "not connected";
      case Abi.EFAULT:
        return "memory not readable";
      case Abi.EMSGSIZE:
        return "larger than the path, the interface or the protocol takes";
      case Abi.ENOBUFS:
        return "the kernel or the interface's queue has no room just now";
      case Abi.EIO:
        return "reading the file failed, or it ended early";
      default:
        return "system error";
    }
  }
}
