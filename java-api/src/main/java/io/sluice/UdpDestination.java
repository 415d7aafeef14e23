package io.sluice;

import io.sluice.internal.abi.Abi;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * Where a datagram goes, and how: made once and used for many. Immutable, every {@code with} returns a copy. What goes beyond
 * the address needs a native engine: on NIO such a datagram fails with {@link UdpError.Kind#UNSUPPORTED}.
 */
public final class UdpDestination {
  /** Datagrams of one train, see {@link #withSegmentBytes}: {@code UDP_MAX_SEGMENTS} of the kernels that have the fewest. */
  public static final int MAX_SEGMENTS = 64;

  private static final int NO_TOS = -1;
  private static final UdpDestination PEER = new UdpDestination(null, null, 0, NO_TOS, 0);

  private final InetSocketAddress address;
  private final InetAddress source;
  private final int interfaceIndex;
  private final int tos;
  private final int segmentBytes;
  /** As {@code sluice_meta}: family, port and scope; address; source; interface, flags and TOS. */
  private final long head;
  private final long high;
  private final long low;
  private final long sourceHigh;
  private final long sourceLow;
  private final long how;

  private UdpDestination(InetSocketAddress address, InetAddress source, int interfaceIndex, int tos, int segmentBytes) {
    this.address = address;
    this.source = source;
    this.interfaceIndex = interfaceIndex;
    this.tos = tos;
    this.segmentBytes = segmentBytes;
    InetAddress ip = address == null ? null : address.getAddress();
    byte[] raw = ip == null ? new byte[0] : ip.getAddress();
    head = address == null ? 0 : family(ip) | (long) address.getPort() << 16 | scope(ip) << 32;
    high = word(raw, 0);
    low = word(raw, Long.BYTES);
    byte[] from = source == null ? new byte[0] : source.getAddress();
    sourceHigh = word(from, 0);
    sourceLow = word(from, Long.BYTES);
    int flags = (source == null ? 0 : Abi.META_HAS_LOCAL) | (tos == NO_TOS ? 0 : Abi.META_HAS_TOS);
    how = interfaceIndex | (long) flags << 32 | (tos == NO_TOS ? 0 : (long) tos << 48);
  }

  private static long family(InetAddress ip) {
    return ip instanceof Inet4Address ? Abi.FAMILY_INET4 : Abi.FAMILY_INET6;
  }

  private static long scope(InetAddress ip) {
    return ip instanceof Inet6Address six ? six.getScopeId() : 0;
  }

  /** Eight bytes in the order of memory, little-endian; missing ones are 0. */
  private static long word(byte[] bytes, int at) {
    long w = 0;
    for (int i = Math.min(bytes.length, at + Long.BYTES) - 1; i >= at; i--) {
      w = w << 8 | bytes[i] & 0xff;
    }
    return w;
  }

  /**
   * That address.
   *
   * @throws IllegalArgumentException when it is not resolved, or its port is 0
   */
  public static UdpDestination to(InetSocketAddress address) {
    Objects.requireNonNull(address, "address");
    if (address.isUnresolved()) {
      throw new IllegalArgumentException(
          "address " + address.getHostString() + ":" + address.getPort() + " is not resolved: the name is unknown, or it was"
              + " made with createUnresolved");
    }
    if (address.getPort() == 0) {
      throw new IllegalArgumentException("address " + address + ": port 0 is not within 1 to 65535");
    }
    return new UdpDestination(address, null, 0, NO_TOS, 0);
  }

  /** The peer of a connected socket. */
  public static UdpDestination peer() {
    return PEER;
  }

  /**
   * From that address of this host; the port stays the socket's.
   *
   * @throws IllegalArgumentException when its family is not the destination's
   */
  public UdpDestination withSource(InetAddress source) {
    Objects.requireNonNull(source, "source");
    if (address != null && family(source) != family(address.getAddress())) {
      throw new IllegalArgumentException("source " + source + " is not of the family of destination " + address);
    }
    return new UdpDestination(address, source, interfaceIndex, tos, segmentBytes);
  }

  /** Through that interface, whatever the routing table says. */
  public UdpDestination withInterface(NetworkInterface through) {
    Objects.requireNonNull(through, "through");
    return new UdpDestination(address, source, through.getIndex(), tos, segmentBytes);
  }

  /** With that type of service or traffic class, 0 to 255; its low two bits are ECN (RFC 3168). */
  public UdpDestination withTos(int tos) {
    if (tos < 0 || tos > 255) {
      throw new IllegalArgumentException("tos " + tos + " is not within 0 to 255");
    }
    return new UdpDestination(address, source, interfaceIndex, tos, segmentBytes);
  }

  /**
   * Cuts what is sent into datagrams of that size, the last one may be shorter (generic segmentation offload, Linux 4.18). One
   * call then sends a train of up to 64 datagrams and 65,507 bytes, for hardly more than one datagram costs.
   *
   * @param bytes 1 to 65,507; 0: one datagram. What is sent may have {@value #MAX_SEGMENTS} times as many
   */
  public UdpDestination withSegmentBytes(int bytes) {
    if (bytes < 0 || bytes > UdpSocket.MAX_PAYLOAD_BYTES) {
      throw new IllegalArgumentException("segmentBytes " + bytes + " is not within 0 to " + UdpSocket.MAX_PAYLOAD_BYTES);
    }
    return new UdpDestination(address, source, interfaceIndex, tos, bytes);
  }

  /** Null: the peer of a connected socket. */
  public InetSocketAddress address() {
    return address;
  }

  /** Null: as routed. */
  public InetAddress source() {
    return source;
  }

  /** 0: as routed. */
  public int interfaceIndex() {
    return interfaceIndex;
  }

  /** -1: as the socket's option says. */
  public int tos() {
    return tos;
  }

  /** 0: one datagram. */
  public int segmentBytes() {
    return segmentBytes;
  }

  /** Whether it says nothing: the peer, and nothing else. */
  public boolean isPlainPeer() {
    return (head | how | segmentBytes) == 0;
  }

  /** Writes a {@code sluice_meta} into zeroed, little-endian memory: for the engines. */
  public void encode(ByteBuffer to, int at) {
    to.putLong(at, head);
    to.putLong(at + Abi.META_ADDR, high);
    to.putLong(at + Abi.META_ADDR + Long.BYTES, low);
    to.putLong(at + Abi.META_LOCAL, sourceHigh);
    to.putLong(at + Abi.META_LOCAL + Long.BYTES, sourceLow);
    to.putLong(at + Abi.META_INTERFACE, how);
    to.putLong(at + Abi.META_SEGMENT, segmentBytes);
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof UdpDestination d && Objects.equals(address, d.address) && Objects.equals(source, d.source)
        && interfaceIndex == d.interfaceIndex && tos == d.tos && segmentBytes == d.segmentBytes;
  }

  @Override
  public int hashCode() {
    return Objects.hash(address, source, interfaceIndex, tos, segmentBytes);
  }

  @Override
  public String toString() {
    return (address == null ? "the peer" : address.toString()) + (source == null ? "" : " from " + source)
        + (interfaceIndex == 0 ? "" : " through interface " + interfaceIndex) + (tos == NO_TOS ? "" : " tos " + tos)
        + (segmentBytes == 0 ? "" : " in segments of " + segmentBytes);
  }
}
