package io.sluice.internal.sctp;

import io.sluice.UdpDestination;
import io.sluice.internal.abi.Abi;
import io.sluice.internal.abi.SctpAbi;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;

/** The UDP address of a peer and the link it is reached through, in the forms that are needed. Immutable. */
final class Peer {
  final InetSocketAddress address;
  final UdpDestination destination;
  /** As {@code sluice_sctp_addr}: family, port and scope; the address. */
  private final long head;
  private final long high;
  private final long low;
  private final long link;

  private Peer(InetSocketAddress address, long head, long high, long low, long link) {
    this.address = address;
    this.destination = UdpDestination.to(address);
    this.head = head;
    this.high = high;
    this.low = low;
    this.link = link;
  }

  /** @param address resolved, with a port */
  static Peer of(InetSocketAddress address, long link) {
    byte[] raw = address.getAddress().getAddress();
    long head = (raw.length == 4 ? Abi.FAMILY_INET4 : Abi.FAMILY_INET6) | (long) address.getPort() << 16
        | (long) scope(address) << 32;
    return new Peer(address, head, word(raw, 0), word(raw, Long.BYTES), link);
  }

  /** Null: no address of a kind that is known. */
  static Peer decode(ByteBuffer from, int at) {
    int family = from.getShort(at + SctpAbi.PEER_FAMILY) & 0xffff;
    byte[] raw = new byte[family == Abi.FAMILY_INET4 ? 4 : 16];
    from.get(at + SctpAbi.PEER_BYTES, raw);
    int scope = from.getInt(at + SctpAbi.PEER_SCOPE_ID);
    int port = from.getShort(at + SctpAbi.PEER_PORT) & 0xffff;
    if (family != Abi.FAMILY_INET4 && family != Abi.FAMILY_INET6 || port == 0) {
      return null;
    }
    try {
      InetAddress host = scope != 0 ? Inet6Address.getByAddress(null, raw, scope) : InetAddress.getByAddress(raw);
      long head = from.getLong(at);
      long low = from.getLong(at + SctpAbi.PEER_BYTES + Long.BYTES);
      return new Peer(
          new InetSocketAddress(host, port), head, from.getLong(at + SctpAbi.PEER_BYTES), low,
          from.getLong(at + SctpAbi.PEER_LINK));
    } catch (UnknownHostException e) {
      return null; // Arrays of these lengths are never refused.
    }
  }

  private static long word(byte[] bytes, int at) {
    long w = 0;
    for (int i = Math.min(bytes.length, at + Long.BYTES) - 1; i >= at; i--) {
      w = w << 8 | bytes[i] & 0xff;
    }
    return w;
  }

  void encode(ByteBuffer to, int at) {
    to.putLong(at, head);
    to.putLong(at + SctpAbi.PEER_BYTES, high);
    to.putLong(at + SctpAbi.PEER_BYTES + Long.BYTES, low);
    to.putLong(at + SctpAbi.PEER_LINK, link);
  }

  boolean isAt(ByteBuffer from, int at) {
    return from.getLong(at) == head && from.getLong(at + SctpAbi.PEER_BYTES) == high
        && from.getLong(at + SctpAbi.PEER_BYTES + Long.BYTES) == low && from.getLong(at + SctpAbi.PEER_LINK) == link;
  }

  boolean is(InetSocketAddress other, long otherLink) {
    return otherLink == link && (other == address || other.equals(address) && scope(other) == (int) (head >>> 32));
  }

  /**
   * The interface behind which a link-local address is that of the peer: another host may have the same one behind another interface, and
   * {@code equals} does not look at that. The JDK also names interfaces for addresses that need none, and of these the kernel names none.
   */
  private static int scope(InetSocketAddress address) {
    return address.getAddress() instanceof Inet6Address six && six.isLinkLocalAddress() ? six.getScopeId() : 0;
  }

  long link() {
    return link;
  }

  @Override
  public String toString() {
    return address + " through link " + link;
  }
}
