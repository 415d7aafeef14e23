package io.sluice.sctp;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Objects;

/** Where an association ends: a host, a UDP port and an SCTP port. Immutable. */
public final class SctpAddress extends SocketAddress {
  /** The UDP port that IANA assigned to SCTP over UDP (RFC 6951): 9899. */
  public static final int DEFAULT_UDP_PORT = 9899;
  /** The largest port of either kind. */
  public static final int MAX_PORT = 65535;

  private static final long serialVersionUID = 1L;

  private final InetSocketAddress udp;
  private final int port;

  private SctpAddress(InetSocketAddress udp, int port) {
    this.udp = udp;
    this.port = port;
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
    return new SctpAddress(udp, checkPort("sctpPort", sctpPort, 1));
  }

  static int checkPort(String name, int port, int least) {
    if (port < least || port > MAX_PORT) {
      throw new IllegalArgumentException(name + " " + port + " is not within " + least + " to " + MAX_PORT);
    }
    return port;
  }

  /** Host and UDP port. */
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
    return o instanceof SctpAddress a && a.port == port && a.udp.equals(udp);
  }

  @Override
  public int hashCode() {
    return udp.hashCode() * 31 + port;
  }

  /** {@code 192.0.2.1:9899 sctp 5000}. */
  @Override
  public String toString() {
    String host = udp.getAddress().getHostAddress();
    return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + udp.getPort() + " sctp " + port;
  }
}
