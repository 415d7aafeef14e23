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
    boolean unix = b.getShort(at + Abi.ADDR_FAMILY) == Abi.FAMILY_UNIX;
    if (b.getInt(at + 12) != 0 || b.getLong(at + 120) != 0 || (!unix && pathBytes != 0)) {
      throw new Unusable(Abi.EINVAL);
    }
    int port = b.getShort(at + Abi.ADDR_PORT) & 0xffff;
    try {
      switch (b.getShort(at + Abi.ADDR_FAMILY)) {
        case Abi.FAMILY_INET4:
          return new InetSocketAddress(InetAddress.getByAddress(bytes(b, at, 4)), port);
        case Abi.FAMILY_INET6:
          return new InetSocketAddress(inet6(bytes(b, at, 16), b.getInt(at + Abi.ADDR_SCOPE_ID)), port);
        case Abi.FAMILY_UNIX:
          return unix(b, at, pathBytes);
        default:
          throw new Unusable(Abi.EINVAL);
      }
    } catch (IOException | InvalidPathException e) {
      throw new Unusable(Abi.EINVAL);
    }
  }

  private static InetAddress inet6(byte[] bytes, int scope) throws IOException {
    return scope == 0 ? Inet6Address.getByAddress(null, bytes, -1) : Inet6Address.getByAddress(null, bytes, scope);
  }

  private static SocketAddress unix(ByteBuffer b, int at, int pathBytes) throws Unusable {
    if (pathBytes < 0 || pathBytes > Abi.PATH_MAX) {
      throw new Unusable(Abi.EINVAL);
    }
    if (pathBytes == 0 || b.get(at + Abi.ADDR_BYTES) == 0) {
      // Unnamed and abstract sockets: the JDK knows paths only.
      throw new Unusable(pathBytes == 0 ? Abi.EINVAL : Abi.ENOTSUP);
    }
    return UnixDomainSocketAddress.of(new String(bytes(b, at, pathBytes), PATH_CHARSET));
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
