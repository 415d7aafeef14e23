package io.sluice.internal.nio;

import io.sluice.internal.abi.Abi;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.PortUnreachableException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.channels.UnsupportedAddressTypeException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;

/**
 * Exceptions of the JDK as error codes.
 *
 * <p>The JDK does not say errno, only a class and the text of strerror(3). The text is the better witness and is looked
 * at first; in a locale that translates it the class decides. The errno reported as {@code detail} is Linux's number for
 * what was recognised, and 0 where nothing was.
 */
final class NioErrors {
  private NioErrors() {}

  /** What strerror says on Linux, its errno there, and the portable code. */
  private enum Known {
    RESET("Connection reset", 104, Abi.ECONNRESET),
    PIPE("Broken pipe", 32, Abi.EPIPE),
    REFUSED("Connection refused", 111, Abi.ECONNREFUSED),
    TIMED_OUT("Connection timed out", 110, Abi.ETIMEDOUT),
    ABORTED("Software caused connection abort", 103, Abi.ECONNABORTED),
    IN_USE("Address already in use", 98, Abi.EADDRINUSE),
    NOT_AVAILABLE("Cannot assign requested address", 99, Abi.EADDRNOTAVAIL),
    FAMILY("Address family not supported", 97, Abi.ENOTSUP),
    NOT_SUPPORTED("Operation not supported", 95, Abi.ENOTSUP),
    NO_PROTOCOL_OPTION("Protocol not available", 92, Abi.ENOTSUP),
    WRONG_PROTOCOL("Protocol wrong type for socket", 91, Abi.EOTHER),
    ACCESS("Permission denied", 13, Abi.EPERM),
    PERMISSION("Operation not permitted", 1, Abi.EPERM),
    NET_UNREACHABLE("Network is unreachable", 101, Abi.ENETUNREACH),
    NET_DOWN("Network is down", 100, Abi.ENETUNREACH),
    HOST_UNREACHABLE("No route to host", 113, Abi.EHOSTUNREACH),
    HOST_DOWN("Host is down", 112, Abi.EHOSTUNREACH),
    FILES_SYSTEM("Too many open files in system", 23, Abi.EMFILE),
    FILES("Too many open files", 24, Abi.EMFILE),
    TOO_LONG("Message too long", 90, Abi.EMSGSIZE),
    NO_BUFFERS("No buffer space available", 105, Abi.ENOMEM),
    NO_MEMORY("Cannot allocate memory", 12, Abi.ENOMEM),
    NO_FILE("No such file or directory", 2, Abi.ENOENT),
    NOT_CONNECTED("Transport endpoint is not connected", 107, Abi.ENOTCONN),
    AGAIN("Resource temporarily unavailable", 11, Abi.EOTHER),
    INVALID("Invalid argument", 22, Abi.EINVAL),
    IO("Input/output error", 5, Abi.EIO),
    UNKNOWN("", 0, Abi.EOTHER);

    final String text;
    final int errno;
    final int code;

    Known(String text, int errno, int code) {
      this.text = text;
      this.errno = errno;
      this.code = code;
    }
  }

  private static final Known[] KNOWN = Known.values();

  /** Portable code in the low 32 bits (positive), errno in the high 32 bits. */
  static long of(Throwable e) {
    Known k = e instanceof IOException ? byText(e) : Known.UNKNOWN;
    if (k != Known.UNKNOWN) {
      return pack(k.code, k.errno);
    }
    k = byClass(e);
    if (k != Known.UNKNOWN) {
      return pack(k.code, k.errno);
    }
    if (e instanceof UnsupportedOperationException || e instanceof UnsupportedAddressTypeException) {
      return pack(Abi.ENOTSUP, 0);
    }
    if (e instanceof IllegalArgumentException || e instanceof UnresolvedAddressException) {
      return pack(Abi.EINVAL, 0);
    }
    return pack(Abi.EOTHER, 0);
  }

  static int code(long error) {
    return (int) error;
  }

  static int errno(long error) {
    return (int) (error >>> 32);
  }

  static long pack(int code, int errno) {
    return (code & 0xffffffffL) | (long) errno << 32;
  }

  private static Known byText(Throwable e) {
    String text = e.getMessage();
    if (text == null) {
      return Known.UNKNOWN;
    }
    for (Known k : KNOWN) {
      if (k != Known.UNKNOWN && text.contains(k.text)) {
        return k;
      }
    }
    return Known.UNKNOWN;
  }

  private static Known byClass(Throwable e) {
    if (e instanceof ConnectException || e instanceof PortUnreachableException) {
      return Known.REFUSED;
    }
    if (e instanceof NoRouteToHostException) {
      return Known.HOST_UNREACHABLE;
    }
    if (e instanceof BindException) {
      return Known.IN_USE;
    }
    if (e instanceof NoSuchFileException) {
      return Known.NO_FILE;
    }
    if (e instanceof AccessDeniedException) {
      return Known.ACCESS;
    }
    return e instanceof ClosedChannelException ? Known.NOT_CONNECTED : Known.UNKNOWN;
  }
}
