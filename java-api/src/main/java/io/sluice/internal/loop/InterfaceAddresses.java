package io.sluice.internal.loop;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** What a wildcard address stands for: the addresses of the interfaces that are up. */
final class InterfaceAddresses {
  private InterfaceAddresses() {}

  /** First octet of an IPv6 unique local address, fc00::/7 (RFC 4193). */
  private static final int UNIQUE_LOCAL = 0xfc;
  private static final int UNIQUE_LOCAL_MASK = 0xfe;

  /**
   * Replaces a wildcard by addresses others can connect to; any other address is returned as it is. Public addresses first,
   * then private, link-local and loopback ones. Empty when the interfaces cannot be read.
   *
   * @param v6Only whether an IPv6 wildcard accepts no IPv4 connections
   */
  static List<SocketAddress> expand(SocketAddress bound, boolean v6Only) {
    if (!(bound instanceof InetSocketAddress inet) || !inet.getAddress().isAnyLocalAddress()) {
      return List.of(bound);
    }
    boolean v6 = inet.getAddress() instanceof Inet6Address;
    Set<InetAddress> found = new LinkedHashSet<>();
    try {
      NetworkInterface.networkInterfaces()
          .filter(InterfaceAddresses::isUp)
          .flatMap(NetworkInterface::inetAddresses)
          .filter(a -> a instanceof Inet4Address ? !v6 || !v6Only : v6)
          .map(InterfaceAddresses::withoutNeedlessScope)
          .forEach(found::add);
    } catch (SocketException e) {
      return List.of();
    }
    List<InetAddress> sorted = new ArrayList<>(found);
    sorted.sort(Comparator.comparingInt(InterfaceAddresses::rank));
    return sorted.stream().<SocketAddress>map(a -> new InetSocketAddress(a, inet.getPort())).toList();
  }

  private static boolean isUp(NetworkInterface i) {
    try {
      return i.isUp();
    } catch (SocketException goneMeanwhile) {
      return false;
    }
  }

  private static int rank(InetAddress a) {
    if (a.isLoopbackAddress()) {
      return 3;
    }
    if (a.isLinkLocalAddress()) {
      return 2;
    }
    return a.isSiteLocalAddress() || a instanceof Inet6Address && isUniqueLocal(a) ? 1 : 0;
  }

  private static boolean isUniqueLocal(InetAddress a) {
    return (a.getAddress()[0] & UNIQUE_LOCAL_MASK) == UNIQUE_LOCAL;
  }

  /** The JDK gives every IPv6 address the scope of its interface; only a link-local one needs it to be reached. */
  private static InetAddress withoutNeedlessScope(InetAddress a) {
    if (!(a instanceof Inet6Address) || a.isLinkLocalAddress()) {
      return a;
    }
    try {
      return InetAddress.getByAddress(a.getAddress());
    } catch (UnknownHostException e) {
      throw new IllegalStateException("an address of " + a.getAddress().length + " bytes", e);
    }
  }
}
