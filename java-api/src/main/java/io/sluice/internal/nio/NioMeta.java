package io.sluice.internal.nio;

import io.sluice.internal.abi.Abi;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;

/**
 * {@code sluice_meta} to and from the JDK's addresses. The latest ones are remembered in both directions, so that a steady
 * exchange with a few peers makes no garbage here.
 */
final class NioMeta {
  /** Destinations remembered, a power of two. */
  private static final int REMEMBERED = 256;
  private static final int WORD = Long.BYTES;

  private static final class Destination {
    final long head;
    final long high;
    final long low;
    final InetSocketAddress address;

    Destination(long head, long high, long low, InetSocketAddress address) {
      this.head = head;
      this.high = high;
      this.low = low;
      this.address = address;
    }
  }

  private final Destination[] destinations = new Destination[REMEMBERED];

  private InetSocketAddress lastSource;
  private long sourceHead;
  private long sourceHigh;
  private long sourceLow;

  /** Writes the meta of a received datagram; {@code b} is little-endian. */
  void write(ByteBuffer b, int at, InetSocketAddress source, boolean truncated) {
    if (source != lastSource) { // The JDK gives the same object again for the same sender.
      encode(b, at, source);
      lastSource = source;
      sourceHead = b.getLong(at);
      sourceHigh = b.getLong(at + Abi.META_ADDR);
      sourceLow = b.getLong(at + Abi.META_ADDR + WORD);
    }
    b.putLong(at, sourceHead);
    b.putLong(at + Abi.META_ADDR, sourceHigh);
    b.putLong(at + Abi.META_ADDR + WORD, sourceLow);
    for (int i = Abi.META_LOCAL; i < Abi.META_BYTES; i += WORD) {
      b.putLong(at + i, 0L);
    }
    if (truncated) {
      b.putShort(at + Abi.META_FLAGS, (short) Abi.META_TRUNCATED);
    }
  }

  private static void encode(ByteBuffer b, int at, InetSocketAddress a) {
    InetAddress ip = a.getAddress();
    boolean six = ip instanceof Inet6Address;
    b.putLong(at + Abi.META_ADDR, 0L).putLong(at + Abi.META_ADDR + WORD, 0L);
    b.putShort(at + Abi.META_FAMILY, (short) (six ? Abi.FAMILY_INET6 : Abi.FAMILY_INET4));
    b.putShort(at + Abi.META_PORT, (short) a.getPort());
    b.putInt(at + Abi.META_SCOPE_ID, six ? ((Inet6Address) ip).getScopeId() : 0);
    b.put(at + Abi.META_ADDR, ip.getAddress());
  }

  /**
   * Checks the meta of a datagram to be sent.
   *
   * @return 0, EINVAL when it is malformed, ENOTSUP when it wants what the JDK cannot do per datagram
   */
  static int check(ByteBuffer b, int at) {
    int family = b.getShort(at + Abi.META_FAMILY);
    int flags = b.getShort(at + Abi.META_FLAGS) & 0xffff;
    boolean local = (flags & Abi.META_HAS_LOCAL) != 0;
    boolean tos = (flags & Abi.META_HAS_TOS) != 0;
    long high = b.getLong(at + Abi.META_ADDR);
    long low = b.getLong(at + Abi.META_ADDR + WORD);
    boolean addressSound =
        switch (family) {
          case 0 -> b.getLong(at) == 0 && high == 0 && low == 0;
          case Abi.FAMILY_INET4 -> b.getInt(at + Abi.META_SCOPE_ID) == 0 && high >>> 32 == 0 && low == 0 && port(b, at) != 0;
          case Abi.FAMILY_INET6 -> port(b, at) != 0;
          default -> false;
        };
    boolean restSound =
        (flags & ~(Abi.META_HAS_LOCAL | Abi.META_HAS_TOS)) == 0
            && (local || (b.getLong(at + Abi.META_LOCAL) | b.getLong(at + Abi.META_LOCAL + WORD)) == 0)
            && (tos || b.get(at + Abi.META_TOS) == 0)
            && b.get(at + Abi.META_ORIGIN) == 0
            && b.getLong(at + Abi.META_SEGMENT) >>> 16 == 0
            && b.getLong(at + Abi.META_ASSOC) == 0;
    if (!addressSound || !restSound) {
      return Abi.EINVAL;
    }
    boolean more = local || tos || b.getInt(at + Abi.META_INTERFACE) != 0 || b.getShort(at + Abi.META_SEGMENT) != 0;
    return more ? Abi.ENOTSUP : 0;
  }

  private static int port(ByteBuffer b, int at) {
    return b.getShort(at + Abi.META_PORT) & 0xffff;
  }

  /** The destination of a meta that {@link #check} passed; null: the socket's peer. */
  InetSocketAddress destination(ByteBuffer b, int at) {
    long head = b.getLong(at);
    if (head == 0) {
      return null;
    }
    long high = b.getLong(at + Abi.META_ADDR);
    long low = b.getLong(at + Abi.META_ADDR + WORD);
    int slot = slot(head, high, low);
    Destination d = destinations[slot];
    if (d == null || d.head != head || d.high != high || d.low != low) {
      d = new Destination(head, high, low, decode(b, at));
      destinations[slot] = d;
    }
    return d.address;
  }

  private static int slot(long head, long high, long low) {
    long mixed = (head * 31 + high) * 31 + low;
    mixed *= 0x9E3779B97F4A7C15L;
    return (int) (mixed >>> 40) & REMEMBERED - 1;
  }

  private static InetSocketAddress decode(ByteBuffer b, int at) {
    boolean six = b.getShort(at + Abi.META_FAMILY) == Abi.FAMILY_INET6;
    byte[] raw = new byte[six ? 16 : 4];
    b.get(at + Abi.META_ADDR, raw);
    int scope = b.getInt(at + Abi.META_SCOPE_ID);
    try {
      InetAddress ip = six && scope != 0 ? Inet6Address.getByAddress(null, raw, scope) : InetAddress.getByAddress(raw);
      return new InetSocketAddress(ip, port(b, at));
    } catch (UnknownHostException e) {
      throw new IllegalStateException("an address of " + raw.length + " bytes", e);
    }
  }
}
