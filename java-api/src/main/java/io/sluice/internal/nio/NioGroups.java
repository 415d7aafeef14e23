package io.sluice.internal.nio;

import io.sluice.internal.abi.Abi;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.MembershipKey;
import java.util.ArrayList;
import java.util.Collections;

/** JOIN, LEAVE, BLOCK and UNBLOCK over the JDK's membership keys. */
final class NioGroups {
  private NioGroups() {}

  /** 0 or a negative code. */
  static int control(NioSlot slot, int what, ByteBuffer in) {
    if (slot.datagram == null) {
      return -Abi.ENOTSUP;
    }
    if (in.limit() != Abi.GROUP_BYTES) {
      return -Abi.EINVAL;
    }
    try {
      InetAddress group = address(in, Abi.GROUP_GROUP);
      int sourced = in.getShort(Abi.GROUP_SOURCED);
      InetAddress source = sourced == 1 ? address(in, Abi.GROUP_SOURCE) : null;
      boolean sound =
          group != null && group.isMulticastAddress() && (sourced == 1 ? source != null : sourced == 0 && noSource(in));
      if (!sound) {
        return -Abi.EINVAL;
      }
      NetworkInterface on = networkInterface(slot.datagram, in.getInt(Abi.GROUP_INTERFACE));
      return on == null ? -Abi.EADDRNOTAVAIL : -control(slot, what, group, on, source);
    } catch (UnsupportedOperationException e) {
      return -Abi.ENOTSUP;
    } catch (IllegalArgumentException | IllegalStateException e) {
      return -Abi.EINVAL;
    } catch (IOException e) {
      return -NioErrors.code(NioErrors.of(e));
    }
  }

  private static int control(NioSlot slot, int what, InetAddress group, NetworkInterface on, InetAddress source)
      throws IOException {
    boolean ofAnybody = what == Abi.CONTROL_BLOCK || what == Abi.CONTROL_UNBLOCK;
    MembershipKey key = find(slot, group, on, ofAnybody ? null : source);
    switch (what) {
      case Abi.CONTROL_JOIN:
        if (key != null) {
          return Abi.EADDRINUSE;
        }
        slot.memberships.add(source == null ? slot.datagram.join(group, on) : slot.datagram.join(group, on, source));
        return 0;
      case Abi.CONTROL_LEAVE:
        if (key == null) {
          return Abi.EADDRNOTAVAIL;
        }
        slot.memberships.remove(key);
        key.drop();
        return 0;
      case Abi.CONTROL_BLOCK:
      case Abi.CONTROL_UNBLOCK:
        if (source == null) {
          return Abi.EINVAL;
        }
        return key == null ? Abi.EADDRNOTAVAIL : filter(key, what, source);
      default:
        return Abi.EINVAL;
    }
  }

  private static int filter(MembershipKey key, int what, InetAddress source) throws IOException {
    if (what == Abi.CONTROL_BLOCK) {
      key.block(source);
      return 0;
    }
    try {
      key.unblock(source);
      return 0;
    } catch (IllegalStateException notBlocked) {
      return Abi.EADDRNOTAVAIL;
    }
  }

  private static MembershipKey find(NioSlot slot, InetAddress group, NetworkInterface on, InetAddress source) {
    if (slot.memberships == null) {
      slot.memberships = new ArrayList<>();
    }
    for (MembershipKey k : slot.memberships) {
      InetAddress of = k.sourceAddress();
      if (k.group().equals(group) && k.networkInterface().equals(on) && (of == null ? source == null : of.equals(source))) {
        return k;
      }
    }
    return null;
  }

  private static InetAddress address(ByteBuffer in, int at) throws UnknownHostException {
    int bytes = in.getShort(Abi.GROUP_FAMILY) == Abi.FAMILY_INET4 ? 4 : 16;
    if (bytes == 16 && in.getShort(Abi.GROUP_FAMILY) != Abi.FAMILY_INET6) {
      return null;
    }
    for (int i = bytes; i < 16; i++) {
      if (in.get(at + i) != 0) {
        return null;
      }
    }
    byte[] raw = new byte[bytes];
    in.get(at, raw);
    return InetAddress.getByAddress(raw);
  }

  private static boolean noSource(ByteBuffer in) {
    return in.getLong(Abi.GROUP_SOURCE) == 0 && in.getLong(Abi.GROUP_SOURCE + Long.BYTES) == 0;
  }

  /** The JDK must be told one: for 0 it is the socket's, else the first one that can. */
  private static NetworkInterface networkInterface(DatagramChannel channel, int index) throws IOException {
    if (index < 0) {
      return null;
    }
    if (index != 0) {
      return NetworkInterface.getByIndex(index);
    }
    NetworkInterface chosen = channel.getOption(StandardSocketOptions.IP_MULTICAST_IF);
    if (chosen != null) {
      return chosen;
    }
    for (NetworkInterface n : Collections.list(NetworkInterface.getNetworkInterfaces())) {
      if (n.isUp() && !n.isLoopback() && n.supportsMulticast()) {
        return n;
      }
    }
    return null;
  }
}
