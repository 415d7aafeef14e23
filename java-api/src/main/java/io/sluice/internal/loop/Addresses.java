package io.sluice.internal.loop;

import io.sluice.internal.abi.Abi;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.util.Arrays;

/**
 * Socket addresses between Java and {@code sluice_addr}, and the compact form that a connection keeps: an IPv4 address in
 * one long, everything else in one byte array, so that an idle connection holds no address objects.
 */
final class Addresses {
  private Addresses() {}

  /** Compact form: no address, or one that is in the byte array. */
  static final long NOT_INET4 = 0L;
  private static final long INET4_MARK = 1L << 48;

  /** Refuses, at the call, addresses that no engine can use. */
  static void check(SocketAddress address) {
    if (address instanceof InetSocketAddress inet) {
      if (inet.isUnresolved()) {
        throw new IllegalArgumentException(
            "address " + inet.getHostString() + ":" + inet.getPort() + " is not resolved: the name is unknown, or it"
                + " was made with createUnresolved; resolve it first, with new InetSocketAddress(host, port)");
      }
      return;
    }
    if (address instanceof UnixDomainSocketAddress unix) {
      int bytes = unixPath(unix).length;
      if (bytes == 0) {
        throw new IllegalArgumentException("address is an unnamed Unix socket address; it needs a path");
      }
      if (bytes > Abi.PATH_MAX - 1) {
        throw new IllegalArgumentException(
            "Unix socket path " + unix.getPath() + " has " + bytes + " bytes, more than " + (Abi.PATH_MAX - 1));
      }
      return;
    }
    throw new IllegalArgumentException(
        "address " + address + " is neither an InetSocketAddress nor a UnixDomainSocketAddress");
  }

  /** Writes into zeroed memory. */
  static void write(SocketAddress address, ByteBuffer to, int at) {
    if (address instanceof UnixDomainSocketAddress unix) {
      byte[] path = unixPath(unix);
      to.putShort(at + Abi.ADDR_FAMILY, (short) Abi.FAMILY_UNIX);
      to.putInt(at + Abi.ADDR_PATH_LEN, path.length);
      to.put(at + Abi.ADDR_BYTES, path);
      return;
    }
    InetSocketAddress inet = (InetSocketAddress) address;
    InetAddress ip = inet.getAddress();
    boolean v4 = ip instanceof Inet4Address;
    to.putShort(at + Abi.ADDR_FAMILY, (short) (v4 ? Abi.FAMILY_INET4 : Abi.FAMILY_INET6));
    to.putShort(at + Abi.ADDR_PORT, (short) inet.getPort());
    to.putInt(at + Abi.ADDR_SCOPE_ID, v4 ? 0 : ((Inet6Address) ip).getScopeId());
    to.put(at + Abi.ADDR_BYTES, ip.getAddress());
  }

  /** Reads a {@code sluice_addr} at 0; null when its family is unknown. */
  static SocketAddress read(ByteBuffer b) {
    switch (b.getShort(Abi.ADDR_FAMILY)) {
      case Abi.FAMILY_INET4:
        return inet(bytes(b, 4), b.getShort(Abi.ADDR_PORT) & 0xffff, 0);
      case Abi.FAMILY_INET6:
        return inet(bytes(b, 16), b.getShort(Abi.ADDR_PORT) & 0xffff, b.getInt(Abi.ADDR_SCOPE_ID));
      case Abi.FAMILY_UNIX:
        return unix(bytes(b, pathLength(b)));
      default:
        return null;
    }
  }

  /** The IPv4 address at 0 in one long, or {@link #NOT_INET4}. */
  static long compactInet4(ByteBuffer b) {
    if (b.getShort(Abi.ADDR_FAMILY) != Abi.FAMILY_INET4) {
      return NOT_INET4;
    }
    long port = b.getShort(Abi.ADDR_PORT) & 0xffffL;
    return INET4_MARK | port << 32 | b.getInt(Abi.ADDR_BYTES) & 0xffffffffL;
  }

  /** An address at 0 that is not IPv4: null when unnamed or unknown. */
  static byte[] compactOther(ByteBuffer b) {
    int family = b.getShort(Abi.ADDR_FAMILY);
    if (family == Abi.FAMILY_INET6) {
      byte[] raw = new byte[22];
      b.get(Abi.ADDR_BYTES, raw, 0, 16);
      b.get(Abi.ADDR_PORT, raw, 16, 2);
      b.get(Abi.ADDR_SCOPE_ID, raw, 18, 4);
      return raw;
    }
    return family == Abi.FAMILY_UNIX && pathLength(b) > 0 ? bytes(b, pathLength(b)) : null;
  }

  /** The compact form: {@code inet4}, or {@link #NOT_INET4} and {@code other}. */
  record Compact(long inet4, byte[] other, boolean unix) {}

  /** Null when connections to that address see different ones of their own. */
  static Compact compactUnlessWildcard(SocketAddress bound) {
    if (bound instanceof InetSocketAddress inet && inet.getAddress().isAnyLocalAddress()) {
      return null;
    }
    ByteBuffer b = ByteBuffer.allocate(Abi.ADDR_BYTES_TOTAL).order(ByteOrder.LITTLE_ENDIAN);
    write(bound, b, 0);
    long inet4 = compactInet4(b);
    return new Compact(inet4, inet4 == NOT_INET4 ? compactOther(b) : null, isUnix(bound));
  }

  static SocketAddress expand(long inet4, byte[] other, boolean unix) {
    if (inet4 != NOT_INET4) {
      int ip = (int) inet4; // Little-endian load of network order.
      byte[] raw = {(byte) ip, (byte) (ip >> 8), (byte) (ip >> 16), (byte) (ip >> 24)};
      return inet(raw, (int) (inet4 >>> 32) & 0xffff, 0);
    }
    if (unix) {
      return unix(other == null ? new byte[0] : other);
    }
    if (other == null) {
      return null;
    }
    int port = other[16] & 0xff | (other[17] & 0xff) << 8;
    int scope = other[18] & 0xff | (other[19] & 0xff) << 8 | (other[20] & 0xff) << 16 | (other[21] & 0xff) << 24;
    return inet(Arrays.copyOf(other, 16), port, scope);
  }

  static boolean isUnix(SocketAddress address) {
    return address instanceof UnixDomainSocketAddress;
  }

  private static int pathLength(ByteBuffer b) {
    return Math.max(0, Math.min(b.getInt(Abi.ADDR_PATH_LEN), Abi.PATH_MAX));
  }

  private static byte[] bytes(ByteBuffer b, int n) {
    byte[] raw = new byte[n];
    b.get(Abi.ADDR_BYTES, raw);
    return raw;
  }

  private static byte[] unixPath(UnixDomainSocketAddress unix) {
    return unix.getPath().toString().getBytes(StandardCharsets.UTF_8);
  }

  /** An address in Linux's abstract namespace has no path in Java; it shows as unnamed. */
  private static SocketAddress unix(byte[] path) {
    boolean named = path.length > 0 && path[0] != 0;
    try {
      return UnixDomainSocketAddress.of(named ? new String(path, StandardCharsets.UTF_8) : "");
    } catch (InvalidPathException e) {
      // The peer chooses its path; one that this JVM's file name encoding lacks must not throw in our callbacks.
      return UnixDomainSocketAddress.of("");
    }
  }

  private static SocketAddress inet(byte[] raw, int port, int scope) {
    try {
      InetAddress ip = scope != 0 ? Inet6Address.getByAddress(null, raw, scope) : InetAddress.getByAddress(raw);
      return new InetSocketAddress(ip, port);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("an address of " + raw.length + " bytes", e);
    }
  }
}
