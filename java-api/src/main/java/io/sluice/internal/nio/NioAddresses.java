package io.sluice.internal.nio;

import io.sluice.internal.abi.Abi;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;

/** {@code sluice_addr} to and from the JDK's addresses. */
final class NioAddresses {
  private static final int ADDR_RESERVED = 12;
  private static final int ADDR_RESERVED2 = 120;

  private NioAddresses() {}

  /** Paths are bytes to the system; the JDK encodes them with this one. */
  private static final Charset PATH_CHARSET = pathCharset();

  private static Charset pathCharset() {
    String name = System.getProperty("sun.jnu.encoding");
    return name != null && Charset.isSupported(name) ? Charset.forName(name) : StandardCharsets.UTF_8;
  }

  /** Why an address cannot be used, as a positive code. */
  static final class Unusable extends Exception {
    private static final long serialVersionUID = 1L;
    final int code;

    Unusable(int code) {
      super(null, null, false, false);
      this.code = code;
    }
  }

  /** The address at {@code at} of the region, which has {@code ADDR_BYTES_TOTAL} readable bytes there. */
  static SocketAddress read(ByteBuffer b, int at) throws Unusable {
    int pathBytes = b.getInt(at + Abi.ADDR_PATH_LEN);
    int port = b.getShort(at + Abi.ADDR_PORT) & 0xffff;
    int scope = b.getInt(at + Abi.ADDR_SCOPE_ID);
    require(b.getInt(at + ADDR_RESERVED) == 0 && b.getLong(at + ADDR_RESERVED2) == 0);
    try {
      switch (b.getShort(at + Abi.ADDR_FAMILY)) {
        case Abi.FAMILY_INET4:
          require(scope == 0 && pathBytes == 0 && zeroFrom(b, at, 4));
          return new InetSocketAddress(InetAddress.getByAddress(bytes(b, at, 4)), port);
        case Abi.FAMILY_INET6:
          require(pathBytes == 0 && zeroFrom(b, at, 16));
          return new InetSocketAddress(Inet6Address.getByAddress(null, bytes(b, at, 16), scope == 0 ? -1 : scope), port);
        case Abi.FAMILY_UNIX:
          require(port == 0 && scope == 0 && pathBytes > 0 && pathBytes <= Abi.PATH_MAX && zeroFrom(b, at, pathBytes));
          return unix(bytes(b, at, pathBytes));
        default:
          throw new Unusable(Abi.EINVAL);
      }
    } catch (IOException | InvalidPathException e) {
      throw new Unusable(Abi.EINVAL);
    }
  }

  private static SocketAddress unix(byte[] path) throws Unusable {
    if (path[0] == 0) {
      // Abstract names: the JDK knows paths only.
      throw new Unusable(Abi.ENOTSUP);
    }
    for (byte b : path) {
      require(b != 0);
    }
    return UnixDomainSocketAddress.of(path(path));
  }

  /** A path of the system as the JDK's string. */
  static String path(byte[] bytes) {
    return new String(bytes, PATH_CHARSET);
  }

  private static void require(boolean condition) throws Unusable {
    if (!condition) {
      throw new Unusable(Abi.EINVAL);
    }
  }

  private static boolean zeroFrom(ByteBuffer b, int at, int from) {
    for (int i = from; i < Abi.PATH_MAX; i++) {
      if (b.get(at + Abi.ADDR_BYTES + i) != 0) {
        return false;
      }
    }
    return true;
  }

  private static byte[] bytes(ByteBuffer b, int at, int count) {
    byte[] bytes = new byte[count];
    b.get(at + Abi.ADDR_BYTES, bytes);
    return bytes;
  }

  static ProtocolFamily family(SocketAddress a) {
    if (a instanceof UnixDomainSocketAddress) {
      return StandardProtocolFamily.UNIX;
    }
    return ((InetSocketAddress) a).getAddress() instanceof Inet6Address ? StandardProtocolFamily.INET6 : StandardProtocolFamily.INET;
  }

  /** Writes {@code a} (null: unnamed Unix address) as a {@code sluice_addr} at 0. False: the path is too long. */
  static boolean write(SocketAddress a, ByteBuffer out) {
    for (int i = 0; i < Abi.ADDR_BYTES_TOTAL; i += Long.BYTES) {
      out.putLong(i, 0);
    }
    if (a instanceof InetSocketAddress) {
      InetSocketAddress inet = (InetSocketAddress) a;
      boolean six = inet.getAddress() instanceof Inet6Address;
      out.putShort(Abi.ADDR_FAMILY, (short) (six ? Abi.FAMILY_INET6 : Abi.FAMILY_INET4));
      out.putShort(Abi.ADDR_PORT, (short) inet.getPort());
      out.putInt(Abi.ADDR_SCOPE_ID, six ? ((Inet6Address) inet.getAddress()).getScopeId() : 0);
      out.put(Abi.ADDR_BYTES, inet.getAddress().getAddress());
      return true;
    }
    out.putShort(Abi.ADDR_FAMILY, (short) Abi.FAMILY_UNIX);
    if (a != null) {
      byte[] path = ((UnixDomainSocketAddress) a).getPath().toString().getBytes(PATH_CHARSET);
      if (path.length > Abi.PATH_MAX) {
        return false;
      }
      out.putInt(Abi.ADDR_PATH_LEN, path.length);
      out.put(Abi.ADDR_BYTES, path);
    }
    return true;
  }
}
