package io.sluice.contract;

import io.sluice.internal.abi.Abi;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Writes addresses, options and iovecs into the scratch area. Places are used in a circle: a structure may be overwritten
 * once its submission was consumed, and no test has that many unconsumed ones.
 */
final class Scratch {
  private final ByteBuffer region;
  private final int begin;
  private final int end;
  private int next;

  Scratch(ByteBuffer region) {
    this.region = region;
    begin = region.getInt(Abi.HDR_SCRATCH_OFFSET);
    end = begin + region.getInt(Abi.HDR_SCRATCH_BYTES);
    next = begin;
  }

  int begin() {
    return begin;
  }

  int end() {
    return end;
  }

  int allot(int bytes) {
    int aligned = (bytes + 7) & -8;
    if (next + aligned > end) {
      next = begin;
    }
    int at = next;
    next += aligned;
    for (int i = 0; i < aligned; i++) {
      region.put(at + i, (byte) 0);
    }
    return at;
  }

  long address(SocketAddress address) {
    int at = allot(Abi.ADDR_BYTES_TOTAL);
    writeAddress(region, at, address);
    return at;
  }

  /** One address behind the other. */
  long addresses(SocketAddress first, SocketAddress second) {
    int at = allot(2 * Abi.ADDR_BYTES_TOTAL);
    writeAddress(region, at, first);
    writeAddress(region, at + Abi.ADDR_BYTES_TOTAL, second);
    return at;
  }

  /** Pairs of option and value; 0 when there are none. */
  long options(long... pairs) {
    if (pairs.length == 0) {
      return 0;
    }
    int at = allot(pairs.length / 2 * Abi.OPTVAL_BYTES);
    for (int i = 0; i < pairs.length; i += 2) {
      region.putInt(at + i / 2 * Abi.OPTVAL_BYTES + Abi.OPTVAL_OPTION, (int) pairs[i]);
      region.putLong(at + i / 2 * Abi.OPTVAL_BYTES + Abi.OPTVAL_VALUE, pairs[i + 1]);
    }
    return at;
  }

  /** Pairs of address and length. */
  long iovecs(long... pairs) {
    int at = allot(pairs.length / 2 * Abi.IOVEC_BYTES);
    for (int i = 0; i < pairs.length; i += 2) {
      region.putLong(at + i / 2 * Abi.IOVEC_BYTES + Abi.IOVEC_ADDR, pairs[i]);
      region.putLong(at + i / 2 * Abi.IOVEC_BYTES + Abi.IOVEC_LEN, pairs[i + 1]);
    }
    return at;
  }

  ByteBuffer region() {
    return region;
  }

  private static void writeAddress(ByteBuffer b, int at, SocketAddress address) {
    if (address instanceof UnixDomainSocketAddress unix) {
      byte[] path = unix.getPath().toString().getBytes(StandardCharsets.UTF_8);
      b.putShort(at + Abi.ADDR_FAMILY, (short) Abi.FAMILY_UNIX);
      b.putInt(at + Abi.ADDR_PATH_LEN, path.length);
      b.put(at + Abi.ADDR_BYTES, path);
      return;
    }
    InetSocketAddress inet = (InetSocketAddress) address;
    boolean six = inet.getAddress() instanceof Inet6Address;
    b.putShort(at + Abi.ADDR_FAMILY, (short) (six ? Abi.FAMILY_INET6 : Abi.FAMILY_INET4));
    b.putShort(at + Abi.ADDR_PORT, (short) inet.getPort());
    b.putInt(at + Abi.ADDR_SCOPE_ID, six ? ((Inet6Address) inet.getAddress()).getScopeId() : 0);
    b.put(at + Abi.ADDR_BYTES, inet.getAddress().getAddress());
  }

  static SocketAddress readAddress(ByteBuffer b, int at) {
    int family = b.getShort(at + Abi.ADDR_FAMILY);
    if (family == Abi.FAMILY_UNIX) {
      byte[] path = new byte[b.getInt(at + Abi.ADDR_PATH_LEN)];
      b.get(at + Abi.ADDR_BYTES, path);
      return UnixDomainSocketAddress.of(new String(path, StandardCharsets.UTF_8));
    }
    byte[] bytes = new byte[family == Abi.FAMILY_INET6 ? 16 : 4];
    b.get(at + Abi.ADDR_BYTES, bytes);
    try {
      return new InetSocketAddress(InetAddress.getByAddress(bytes), b.getShort(at + Abi.ADDR_PORT) & 0xffff);
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }
}
