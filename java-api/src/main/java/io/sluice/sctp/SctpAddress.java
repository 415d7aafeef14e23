package io.sluice.sctp;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Objects;

/**
 * Where an association ends: a host and an SCTP port, and between them a UDP port when SCTP travels in UDP datagrams. Immutable.
 */
public final class SctpAddress extends SocketAddress {
  /** The UDP port that IANA assigned to SCTP over UDP (RFC 6951): 9899. */
  public static final int DEFAULT_UDP_PORT = 9899;
  /** The largest port of either kind. */
  public static final int MAX_PORT = 65535;

  private static final long serialVersionUID = 1L;

  private final InetSocketAddress udp;
  private final int port;
  private final boolean overUdp;

  private SctpAddress(InetSocketAddress udp, int port, boolean overUdp) {
    this.udp = udp;
    this.port = port;
    this.overUdp = overUdp;
  }

  /**
   * An SCTP port behind a UDP port.
   *
   * @param udp resolved. Port 0: any, for a local address only
   * @param sctpPort 1 to 65535
   */
  public static SctpAddress overUdp(InetSocketAddress udp, int sctpPort) {
    Objects.requireNonNull(udp, "udp");
    if (udp.isUnresolved()) {
      throw new IllegalArgumentException(
          "udp " + udp.getHostString() + ":" + udp.getPort() + " is not resolved: the name is unknown, or it was made with"
              + " createUnresolved");
    }
    return new SctpAddress(udp, checkPort("sctpPort", sctpPort, 1), true);
  }

  /**
   * An SCTP port directly over IP, for {@link SctpBackend#KERNEL}.
   *
   * @param host the wildcard address: any, for a local address only
   * @param sctpPort 1 to 65535
   */
  public static SctpAddress overIp(InetAddress host, int sctpPort) {
    Objects.requireNonNull(host, "host");
    return new SctpAddress(new InetSocketAddress(host, 0), checkPort("sctpPort", sctpPort, 1), false);
  }

  /** Whether it was made by {@link #overUdp}. */
  public boolean isOverUdp() {
    return overUdp;
  }

  static int checkPort(String name, int port, int least) {
    if (port < least || port > MAX_PORT) {
      throw new IllegalArgumentException(name + " " + port + " is not within " + least + " to " + MAX_PORT);
    }
    return port;
  }

  /** Host and UDP port; over IP the port is 0. */
  public InetSocketAddress udp() {
    return udp;
  }

  public InetAddress host() {
    return udp.getAddress();
  }

  /** The SCTP port. */
  public int port() {
    return port;
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof SctpAddress a && a.port == port && a.overUdp == overUdp && a.udp.equals(udp);
  }

  @Override
  public int hashCode() {
    return udp.hashCode() * 31 + port;
  }

  /** {@code 192.0.2.1:9899 sctp 5000}; over IP {@code 192.0.2.1 sctp 5000}. */
  @Override
  public String toString() {
    String host = udp.getAddress().getHostAddress();
    return (host.indexOf(':') < 0 ? host : "[" + host + "]") + (overUdp ? ":" + udp.getPort() : "") + " sctp " + port;
  }
}
