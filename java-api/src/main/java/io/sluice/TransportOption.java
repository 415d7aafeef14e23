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
  /** Type of service or traffic class, 0 to 255. RFC 2474. */
  public static final TransportOption<Integer> IP_TOS = number("IP_TOS", Abi.OPT_IP_TOS, 0, 255);

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
        SO_BUSY_POLL, IPV6_V6ONLY, IP_TOS);
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
