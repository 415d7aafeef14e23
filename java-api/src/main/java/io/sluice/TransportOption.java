package io.sluice;

import java.util.List;
import io.sluice.internal.abi.Abi;

/**
 * A socket option with a typed value. An option that the engine or the operating system lacks fails with a message that
 * says so, at the call for {@link Connection#option}, through {@link Listener#ready()} or the connect stage otherwise.
 *
 * @param <T> {@link Boolean} for switches, {@link Integer} for numbers
 */
public final class TransportOption<T> {
  /** Send small segments at once (Nagle off). On by default, ignored for Unix sockets. {@code tcp(7)}. */
  public static final TransportOption<Boolean> TCP_NODELAY = flag("TCP_NODELAY", Abi.OPT_TCP_NODELAY);
  /** Keep-alive probes. {@code socket(7)}. */
  public static final TransportOption<Boolean> SO_KEEPALIVE = flag("SO_KEEPALIVE", Abi.OPT_SO_KEEPALIVE);
  /** Idle time before the first probe, seconds, 1 to 32767. */
  public static final TransportOption<Integer> TCP_KEEPIDLE = number("TCP_KEEPIDLE", Abi.OPT_TCP_KEEPIDLE, 1, 32767);
  /** Time between probes, seconds, 1 to 32767. */
  public static final TransportOption<Integer> TCP_KEEPINTVL = number("TCP_KEEPINTVL", Abi.OPT_TCP_KEEPINTVL, 1, 32767);
  /** Unanswered probes before the connection is dropped, 1 to 127. */
  public static final TransportOption<Integer> TCP_KEEPCNT = number("TCP_KEEPCNT", Abi.OPT_TCP_KEEPCNT, 1, 127);
  /** Longest time that sent data may stay unacknowledged, milliseconds; 0 = the system's. RFC 5482. */
  public static final TransportOption<Integer> TCP_USER_TIMEOUT =
      number("TCP_USER_TIMEOUT", Abi.OPT_TCP_USER_TIMEOUT, 0, Integer.MAX_VALUE);
  /** Acknowledge at once. Not permanent: the kernel may leave the mode. {@code tcp(7)}. */
  public static final TransportOption<Boolean> TCP_QUICKACK = flag("TCP_QUICKACK", Abi.OPT_TCP_QUICKACK);
  /** Several listeners on one port, connections spread among them. {@code socket(7)}. */
  public static final TransportOption<Boolean> SO_REUSEPORT = flag("SO_REUSEPORT", Abi.OPT_SO_REUSEPORT);
  /** Receive buffer, bytes. Linux doubles the value. */
  public static final TransportOption<Integer> SO_RCVBUF = number("SO_RCVBUF", Abi.OPT_SO_RCVBUF, 1, Integer.MAX_VALUE / 2);
  /** Send buffer, bytes. Linux doubles the value. */
  public static final TransportOption<Integer> SO_SNDBUF = number("SO_SNDBUF", Abi.OPT_SO_SNDBUF, 1, Integer.MAX_VALUE / 2);
  /** Listener: length of the queue of TCP Fast Open requests, RFC 7413. */
  public static final TransportOption<Integer> TCP_FASTOPEN = number("TCP_FASTOPEN", Abi.OPT_TCP_FASTOPEN, 0, 65535);
  /** Client: send data with the SYN where a cookie is known, RFC 7413. */
  public static final TransportOption<Boolean> TCP_FASTOPEN_CONNECT =
      flag("TCP_FASTOPEN_CONNECT", Abi.OPT_TCP_FASTOPEN_CONNECT);
  /** Listener: accept only when data has arrived, or after this many seconds. */
  public static final TransportOption<Integer> TCP_DEFER_ACCEPT =
      number("TCP_DEFER_ACCEPT", Abi.OPT_TCP_DEFER_ACCEPT, 0, 32767);
  /** Limit of unsent bytes in the kernel's send buffer before it stops taking more. */
  public static final TransportOption<Integer> TCP_NOTSENT_LOWAT =
      number("TCP_NOTSENT_LOWAT", Abi.OPT_TCP_NOTSENT_LOWAT, 0, Integer.MAX_VALUE);
  /** Hold back partial segments until it is switched off. */
  public static final TransportOption<Boolean> TCP_CORK = flag("TCP_CORK", Abi.OPT_TCP_CORK);
  /** Busy-poll the device queue for this long, microseconds. Raising it needs CAP_NET_ADMIN. */
  public static final TransportOption<Integer> SO_BUSY_POLL = number("SO_BUSY_POLL", Abi.OPT_SO_BUSY_POLL, 0, 1_000_000);
  /** An IPv6 listener does not accept IPv4. */
  public static final TransportOption<Boolean> IPV6_V6ONLY = flag("IPV6_V6ONLY", Abi.OPT_IPV6_V6ONLY);
  /** Type of service or traffic class, 0 to 255. RFC 2474. A datagram's own: {@link UdpDestination#withTos}. */
  public static final TransportOption<Integer> IP_TOS = number("IP_TOS", Abi.OPT_IP_TOS, 0, 255);

  /** Several sockets on one UDP address, as multicast receivers need. Listeners have it always. */
  public static final TransportOption<Boolean> SO_REUSEADDR = flag("SO_REUSEADDR", Abi.OPT_SO_REUSEADDR);

  // ------------------------------------------------------------------------------------------- UDP sockets

  /** Datagrams may be sent to broadcast addresses. */
  public static final TransportOption<Boolean> SO_BROADCAST = flag("SO_BROADCAST", Abi.OPT_SO_BROADCAST);
  /** Time to live, or hop limit, 1 to 255. */
  public static final TransportOption<Integer> IP_TTL = number("IP_TTL", Abi.OPT_IP_TTL, 1, 255);
  /** The same for multicast, 0 to 255; the system's default is 1: this network only. */
  public static final TransportOption<Integer> IP_MULTICAST_TTL = number("IP_MULTICAST_TTL", Abi.OPT_IP_MULTICAST_TTL, 0, 255);
  /** Multicast that is sent comes back to this host's members. On by default. */
  public static final TransportOption<Boolean> IP_MULTICAST_LOOP = flag("IP_MULTICAST_LOOP", Abi.OPT_IP_MULTICAST_LOOP);
  /** Index of the interface that multicast leaves by; 0 = as routed. {@link java.net.NetworkInterface#getIndex()}. */
  public static final TransportOption<Integer> IP_MULTICAST_IF =
      number("IP_MULTICAST_IF", Abi.OPT_IP_MULTICAST_IF, 0, Integer.MAX_VALUE);
  /** Receive of every group that any socket of the host joined, Linux's default; off: of one's own. {@code ip(7)}. */
  public static final TransportOption<Boolean> IP_MULTICAST_ALL = flag("IP_MULTICAST_ALL", Abi.OPT_IP_MULTICAST_ALL);
  /** Tell the local address and interface of what is received: {@link DatagramInfo#destination()}. */
  public static final TransportOption<Boolean> IP_PKTINFO = flag("IP_PKTINFO", Abi.OPT_IP_PKTINFO);
  /** Tell TOS and ECN of what is received: {@link DatagramInfo#tos()}. */
  public static final TransportOption<Boolean> IP_RECVTOS = flag("IP_RECVTOS", Abi.OPT_IP_RECVTOS);
  /**
   * Tell ICMP errors with all that is known of them, also on sockets that are not connected: {@link UdpHandler#onError}.
   * To be set in {@link UdpOptions} or {@code onOpen}.
   */
  public static final TransportOption<Boolean> IP_RECVERR = flag("IP_RECVERR", Abi.OPT_IP_RECVERR);
  /**
   * Path MTU discovery: 0 may fragment, 1 the kernel decides, 2 never fragment and refuse what exceeds the path's known MTU, 3
   * never fragment whatever is known.
   */
  public static final TransportOption<Integer> IP_MTU_DISCOVER = number("IP_MTU_DISCOVER", Abi.OPT_IP_MTU_DISCOVER, 0, 3);
  /** Cut every larger send into datagrams of so many bytes; 0 = off. For one send: {@link UdpDestination#withSegmentBytes}. */
  public static final TransportOption<Integer> UDP_SEGMENT = number("UDP_SEGMENT", Abi.OPT_UDP_SEGMENT, 0, 65_507);
  /**
   * Several datagrams of one peer in one buffer: {@link DatagramInfo#segmentBytes()}. Needs receive buffers for 64 KiB, else
   * what does not fit is lost.
   */
  public static final TransportOption<Boolean> UDP_GRO = flag("UDP_GRO", Abi.OPT_UDP_GRO);
  /** Count what is lost for want of room in the receive buffer: {@link DatagramInfo#dropped()}. */
  public static final TransportOption<Boolean> SO_RXQ_OVFL = flag("SO_RXQ_OVFL", Abi.OPT_SO_RXQ_OVFL);

  private final String name;
  private final int number;
  private final Class<T> type;
  private final int min;
  private final int max;

  private TransportOption(String name, int number, Class<T> type, int min, int max) {
    this.name = name;
    this.number = number;
    this.type = type;
    this.min = min;
    this.max = max;
  }

  private static TransportOption<Boolean> flag(String name, int number) {
    return new TransportOption<>(name, number, Boolean.class, 0, 1);
  }

  private static TransportOption<Integer> number(String name, int number, int min, int max) {
    return new TransportOption<>(name, number, Integer.class, min, max);
  }

  /** Every option there is. */
  public static List<TransportOption<?>> all() {
    return List.of(
        TCP_NODELAY, SO_KEEPALIVE, TCP_KEEPIDLE, TCP_KEEPINTVL, TCP_KEEPCNT, TCP_USER_TIMEOUT, TCP_QUICKACK, SO_REUSEPORT,
        SO_RCVBUF, SO_SNDBUF, TCP_FASTOPEN, TCP_FASTOPEN_CONNECT, TCP_DEFER_ACCEPT, TCP_NOTSENT_LOWAT, TCP_CORK,
        SO_BUSY_POLL, IPV6_V6ONLY, IP_TOS, SO_REUSEADDR, SO_BROADCAST, IP_TTL, IP_MULTICAST_TTL, IP_MULTICAST_LOOP,
        IP_MULTICAST_IF, IP_MULTICAST_ALL, IP_PKTINFO, IP_RECVTOS, IP_RECVERR, IP_MTU_DISCOVER, UDP_SEGMENT, UDP_GRO,
        SO_RXQ_OVFL);
  }

  public String name() {
    return name;
  }

  public Class<T> type() {
    return type;
  }

  /** The number in {@code sluice.h}. */
  public int number() {
    return number;
  }

  /**
   * The value as the number that the kernel gets.
   *
   * @throws IllegalArgumentException when the value is out of range
   */
  public long encode(T value) {
    if (value == null) {
      throw new IllegalArgumentException(name + ": value is null");
    }
    long v = value instanceof Boolean b ? (b ? 1 : 0) : ((Integer) value).longValue();
    if (v < min || v > max) {
      throw new IllegalArgumentException(name + ": value " + value + " is not within " + min + " to " + max);
    }
    return v;
  }

  /** The kernel's number as a value. */
  public T decode(long value) {
    return type.cast(type == Boolean.class ? (Object) (value != 0) : (Object) (int) value);
  }

  @Override
  public String toString() {
    return name;
  }
}
