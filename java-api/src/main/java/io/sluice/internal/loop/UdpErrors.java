package io.sluice.internal.loop;

import io.sluice.UdpError;
import io.sluice.UdpError.Kind;
import io.sluice.UdpError.Origin;
import io.sluice.internal.abi.Abi;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/** From codes and error notifications of {@code sluice.h} to typed errors. The notification is bounds-checked by its caller. */
final class UdpErrors {
  private UdpErrors() {}

  /**
   * A datagram that was not sent.
   *
   * @param code positive or negative code of {@code sluice.h}
   */
  static UdpError ofSend(int code, int osError, InetSocketAddress destination) {
    Kind kind = kind(Math.abs(code));
    // A refusal is never this host's: an earlier datagram's fate, told to this one (udp(7)).
    Origin origin = kind == Kind.REFUSED ? Origin.NETWORK : Origin.LOCAL;
    return plain(kind, origin, code, osError, destination, "send");
  }

  /** What a connected socket heard, without more. */
  static UdpError ofNotification(int code, int osError, InetSocketAddress peer) {
    return plain(kind(Math.abs(code)), Origin.NETWORK, code, osError, peer, "reported by the network");
  }

  private static UdpError plain(Kind kind, Origin origin, int code, int osError, InetSocketAddress destination, String what) {
    String errno = osError == 0 ? "" : " (errno " + osError + ")";
    String to = destination == null ? "" : " to " + destination;
    return new UdpError(kind, origin, destination, null, -1, -1, 0, osError, what + to + ": " + text(code) + errno);
  }

  /** A {@code sluice_meta} with META_ERROR, in little-endian memory. */
  static UdpError ofMeta(ByteBuffer b, int at) {
    long head = b.getLong(at);
    int family = (int) head & 0xffff;
    InetSocketAddress destination =
        family == 0 ? null
            : UdpAddresses.expand(head, b.getLong(at + Abi.META_ADDR), b.getLong(at + Abi.META_ADDR + Long.BYTES));
    Origin origin =
        switch (b.get(at + Abi.META_ORIGIN)) {
          case Abi.ORIGIN_LOCAL -> Origin.LOCAL;
          case Abi.ORIGIN_ICMP -> Origin.ICMP;
          case Abi.ORIGIN_ICMP6 -> Origin.ICMP6;
          default -> Origin.NETWORK;
        };
    boolean icmp = origin == Origin.ICMP || origin == Origin.ICMP6;
    InetAddress by = null;
    if ((b.getShort(at + Abi.META_FLAGS) & Abi.META_HAS_LOCAL) != 0) {
      // The host that told it: of the destination's family, so mapped on a socket that speaks both; else of the protocol's.
      long reporter = family != 0 ? family : origin == Origin.ICMP ? Abi.FAMILY_INET4 : Abi.FAMILY_INET6;
      by = UdpAddresses.expand(reporter, b.getLong(at + Abi.META_LOCAL), b.getLong(at + Abi.META_LOCAL + Long.BYTES)).getAddress();
    }
    int code = b.getShort(at + Abi.META_CODE) & 0xffff;
    int osError = b.getInt(at + Abi.META_OS_ERRNO);
    int type = icmp ? b.get(at + Abi.META_ICMP_TYPE) & 0xff : -1;
    int icmpCode = icmp ? b.get(at + Abi.META_ICMP_CODE) & 0xff : -1;
    int mtu = code == Abi.EMSGSIZE ? b.getInt(at + Abi.META_INFO) : 0;
    String detail =
        "to " + destination + ": " + text(code) + (icmp ? ", " + origin + " type " + type + " code " + icmpCode + " from " + by : "")
            + (mtu == 0 ? "" : ", path MTU " + mtu);
    return new UdpError(kind(code), origin, destination, by, type, icmpCode, mtu, osError, detail);
  }

  private static String text(int code) {
    return Math.abs(code) == Abi.ECONNREFUSED ? "port unreachable" : CloseReasons.text(code);
  }

  private static Kind kind(int code) {
    switch (code) {
      case Abi.ECONNREFUSED:
        return Kind.REFUSED;
      case Abi.EHOSTUNREACH:
        return Kind.HOST_UNREACHABLE;
      case Abi.ENETUNREACH:
        return Kind.NETWORK_UNREACHABLE;
      case Abi.EMSGSIZE:
        return Kind.TOO_LARGE;
      case Abi.ENOBUFS:
        return Kind.NO_BUFFERS;
      case Abi.EPERM:
        return Kind.NOT_PERMITTED;
      case Abi.EADDRNOTAVAIL:
        return Kind.SOURCE_NOT_AVAILABLE;
      case Abi.ENOTSUP:
        return Kind.UNSUPPORTED;
      case Abi.ECANCELED:
      case Abi.EALREADY:
      case Abi.ESTALE:
        return Kind.CANCELLED;
      case Abi.ENOMEM:
        return Kind.RESOURCE_LIMIT;
      default:
        return Kind.IO_ERROR;
    }
  }
}
