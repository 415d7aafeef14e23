package io.sluice.internal.loop;

import io.sluice.UdpDestination;
import io.sluice.internal.abi.Abi;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;

/**
 * The addresses of a loop's peers, remembered in both directions: so a steady exchange makes no address objects. Each is a
 * table with {@value #WAYS} places per hash; who finds them taken takes one over. Loop thread only.
 */
final class UdpAddresses {
  /** Places in each direction, a power of two. */
  static final int PLACES = 1024;
  /** With one place per hash, two of a few dozen peers would often take turns in it, and make garbage for ever. */
  private static final int WAYS = 4;

  private static final class Source {
    final long head;
    final long high;
    final long low;
    final InetSocketAddress address;

    Source(long head, long high, long low, InetSocketAddress address) {
      this.head = head;
      this.high = high;
      this.low = low;
      this.address = address;
    }
  }

  private final Source[] sources = new Source[PLACES];
  private final UdpDestination[] destinations = new UdpDestination[PLACES];
  private int next;
  private Source local = new Source(0, 0, 0, null);

  /** The address in the first three words of a {@code sluice_meta}; null: there is none. */
  InetSocketAddress source(long head, long high, long low) {
    if ((head & 0xffff) == 0) {
      return null;
    }
    int first = firstPlace((head * 31 + high) * 31 + low);
    for (int i = first; i < first + WAYS; i++) {
      Source s = sources[i];
      if (s != null && s.head == head && s.high == high && s.low == low) {
        return s.address;
      }
    }
    Source s = new Source(head, high, low, expand(head, high, low));
    sources[first + victim()] = s;
    return s.address;
  }

  /** The local address beside the sender's family. */
  InetAddress local(long head, long high, long low) {
    long family = head & 0xffff;
    if (local.head != family || local.high != high || local.low != low || local.address == null) {
      local = new Source(family, high, low, expand(family, high, low));
    }
    return local.address.getAddress();
  }

  UdpDestination destination(InetSocketAddress address) {
    int first = firstPlace(address.hashCode());
    for (int i = first; i < first + WAYS; i++) {
      UdpDestination d = destinations[i];
      if (d != null && (d.address() == address || isSame(d.address(), address))) {
        return d;
      }
    }
    UdpDestination d = UdpDestination.to(address);
    destinations[first + victim()] = d;
    return d;
  }

  /** {@code equals} does not look at the interface that a link-local address belongs to. */
  private static boolean isSame(InetSocketAddress a, InetSocketAddress b) {
    return a.equals(b)
        && (!(a.getAddress() instanceof Inet6Address six) || six.getScopeId() == ((Inet6Address) b.getAddress()).getScopeId());
  }

  private static int firstPlace(long hash) {
    return ((int) (hash * 0x9E3779B97F4A7C15L >>> 40) & PLACES / WAYS - 1) * WAYS;
  }

  private int victim() {
    return next++ & WAYS - 1;
  }

  static InetSocketAddress expand(long head, long high, long low) {
    boolean six = (head & 0xffff) == Abi.FAMILY_INET6;
    int scope = (int) (head >>> 32);
    byte[] raw = new byte[six ? 16 : 4];
    for (int i = 0; i < raw.length; i++) {
      raw[i] = (byte) ((i < Long.BYTES ? high : low) >>> (i & 7) * Byte.SIZE);
    }
    try {
      InetAddress ip = six && scope != 0 ? Inet6Address.getByAddress(null, raw, scope) : InetAddress.getByAddress(raw);
      return new InetSocketAddress(ip, (int) (head >>> 16) & 0xffff);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("an address of " + raw.length + " bytes", e);
    }
  }
}
