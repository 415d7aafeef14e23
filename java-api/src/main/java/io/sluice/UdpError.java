package io.sluice;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Objects;

/**
 * Why a datagram was not sent, or did not arrive as far as somebody told. It concerns one datagram, never the socket.
 *
 * @param kind what happened. New kinds may be added: a {@code switch} needs a default
 * @param origin who found out
 * @param destination of the datagram; null when the system did not say
 * @param reportedBy the host that sent the ICMP message; null when unknown or none did
 * @param icmpType type of the ICMP or ICMPv6 message; -1 when there was none
 * @param icmpCode its code; -1 when there was none
 * @param mtu the largest packet that the path takes, bytes, with {@link Kind#TOO_LARGE}; 0 when unknown
 * @param osError the operating system's errno, 0 when none was involved or it is not known
 * @param detail one sentence for people; never null, not meant for parsing
 */
public record UdpError(
    Kind kind, Origin origin, InetSocketAddress destination, InetAddress reportedBy, int icmpType, int icmpCode, int mtu,
    int osError, String detail) {

  /** What happened. */
  public enum Kind {
    /** Nothing listens on that port (ICMP port unreachable). */
    REFUSED,
    /** No route to the host, or it does not answer. */
    HOST_UNREACHABLE,
    /** No route to the network, or it is down. */
    NETWORK_UNREACHABLE,
    /** Larger than protocol, interface or path take: see {@link UdpError#mtu()}. */
    TOO_LARGE,
    /** The kernel or the interface's queue had no room: the only error that sending less cures. */
    NO_BUFFERS,
    /** A firewall, or a broadcast without {@link TransportOption#SO_BROADCAST}. */
    NOT_PERMITTED,
    /** The source address asked for is not this host's. */
    SOURCE_NOT_AVAILABLE,
    /** Engine or kernel cannot send it like that (source, TOS, segments, family). */
    UNSUPPORTED,
    /** The socket was closed before the kernel took it. */
    CANCELLED,
    /** A limit of the loop. */
    RESOURCE_LIMIT,
    /** Another error of the operating system: see {@link UdpError#osError()}. */
    IO_ERROR
  }

  /** Who found out. */
  public enum Origin {
    /** This host, when it was to send. */
    LOCAL,
    /** An ICMP message (RFC 792). */
    ICMP,
    /** An ICMPv6 message (RFC 4443). */
    ICMP6,
    /** The network, and the system did not say more: a connected socket without {@link TransportOption#IP_RECVERR}. */
    NETWORK
  }

  public UdpError {
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(origin, "origin");
    Objects.requireNonNull(detail, "detail");
  }
}
