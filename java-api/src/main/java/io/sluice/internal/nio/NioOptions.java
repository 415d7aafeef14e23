package io.sluice.internal.nio;

import io.sluice.internal.abi.Abi;
import java.io.IOException;
import java.net.SocketOption;
import java.net.NetworkInterface;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.NetworkChannel;

/**
 * {@code SLUICE_OPT_*} on JDK channels. What the JDK cannot set is ENOTSUP: it has no TCP_USER_TIMEOUT, TCP_FASTOPEN,
 * TCP_DEFER_ACCEPT, TCP_NOTSENT_LOWAT, TCP_CORK, SO_BUSY_POLL and IPV6_V6ONLY, and of those of datagram sockets only
 * SO_BROADCAST and the multicast ones. The keep-alive details and TCP_QUICKACK
 * need the module {@code jdk.net}, which may be missing from a trimmed run-time image.
 */
final class NioOptions {
  private NioOptions() {}

  /** A list of options copied out of the scratch area. */
  static final class Values {
    final int[] options;
    final long[] values;

    Values(int count) {
      options = new int[count];
      values = new long[count];
    }
  }

  private static final SocketOption<?>[] JDK = new SocketOption<?>[Abi.OPT_COUNT];

  static {
    JDK[Abi.OPT_TCP_NODELAY] = StandardSocketOptions.TCP_NODELAY;
    JDK[Abi.OPT_SO_KEEPALIVE] = StandardSocketOptions.SO_KEEPALIVE;
    JDK[Abi.OPT_SO_REUSEPORT] = StandardSocketOptions.SO_REUSEPORT;
    JDK[Abi.OPT_SO_RCVBUF] = StandardSocketOptions.SO_RCVBUF;
    JDK[Abi.OPT_SO_SNDBUF] = StandardSocketOptions.SO_SNDBUF;
    JDK[Abi.OPT_IP_TOS] = StandardSocketOptions.IP_TOS;
    JDK[Abi.OPT_SO_REUSEADDR] = StandardSocketOptions.SO_REUSEADDR;
    JDK[Abi.OPT_SO_BROADCAST] = StandardSocketOptions.SO_BROADCAST;
    JDK[Abi.OPT_IP_MULTICAST_TTL] = StandardSocketOptions.IP_MULTICAST_TTL;
    JDK[Abi.OPT_IP_MULTICAST_LOOP] = StandardSocketOptions.IP_MULTICAST_LOOP;
    JDK[Abi.OPT_IP_MULTICAST_IF] = StandardSocketOptions.IP_MULTICAST_IF;
    JDK[Abi.OPT_TCP_KEEPIDLE] = extended("TCP_KEEPIDLE");
    JDK[Abi.OPT_TCP_KEEPINTVL] = extended("TCP_KEEPINTERVAL");
    JDK[Abi.OPT_TCP_KEEPCNT] = extended("TCP_KEEPCOUNT");
    JDK[Abi.OPT_TCP_QUICKACK] = extended("TCP_QUICKACK");
  }

  private static SocketOption<?> extended(String field) {
    try {
      return (SocketOption<?>) Class.forName("jdk.net.ExtendedSocketOptions").getField(field).get(null);
    } catch (ReflectiveOperationException | LinkageError e) {
      return null;
    }
  }

  /** Is this option settable on connections (not Unix ones) at all? For ACCEPT, which sets them later. */
  static boolean isKnown(int option) {
    return option > 0 && option < Abi.OPT_COUNT && JDK[option] != null;
  }

  /**
   * Reads a list of options.
   *
   * @return null when an entry is malformed
   */
  static Values read(ByteBuffer b, int at, int count) {
    Values v = new Values(count);
    for (int i = 0; i < count; i++) {
      int entry = at + i * Abi.OPTVAL_BYTES;
      if (b.getInt(entry + 4) != 0) {
        return null;
      }
      v.options[i] = b.getInt(entry + Abi.OPTVAL_OPTION);
      v.values[i] = b.getLong(entry + Abi.OPTVAL_VALUE);
    }
    return v;
  }

  /** Sets all of them; 0, or the first error as {@link NioErrors#of} packs it. */
  static long setAll(NetworkChannel channel, Values v) {
    long error = 0;
    for (int i = 0; v != null && i < v.options.length && error == 0; i++) {
      error = set(channel, v.options[i], v.values[i]);
    }
    return error;
  }

  /** Sets one option; 0, or an error as {@link NioErrors#of} packs it. */
  @SuppressWarnings("unchecked")
  static long set(NetworkChannel channel, int option, long value) {
    if (!isKnown(option) || !channel.supportedOptions().contains(JDK[option])) {
      return NioErrors.pack(Abi.ENOTSUP, 0);
    }
    boolean isSwitch = JDK[option].type() == Boolean.class;
    if (value < 0 || value > (isSwitch ? 1 : Integer.MAX_VALUE)) {
      return NioErrors.pack(Abi.EINVAL, 0);
    }
    try {
      if (option == Abi.OPT_IP_MULTICAST_IF) {
        NetworkInterface on = NetworkInterface.getByIndex((int) value);
        if (on == null) {
          return NioErrors.pack(value == 0 ? Abi.ENOTSUP : Abi.EADDRNOTAVAIL, 0);
        }
        channel.setOption(StandardSocketOptions.IP_MULTICAST_IF, on);
      } else if (isSwitch) {
        channel.setOption((SocketOption<Boolean>) JDK[option], value == 1);
      } else {
        channel.setOption((SocketOption<Integer>) JDK[option], (int) value);
      }
      return 0;
    } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
      return NioErrors.of(e);
    }
  }

  /** Fills in the value of a {@code sluice_optval} at 0; 0 or a positive code. */
  static int get(NetworkChannel channel, ByteBuffer optval) {
    int option = optval.getInt(Abi.OPTVAL_OPTION);
    if (optval.getInt(4) != 0) {
      return Abi.EINVAL;
    }
    if (!isKnown(option) || !channel.supportedOptions().contains(JDK[option])) {
      return Abi.ENOTSUP;
    }
    try {
      Object value = channel.getOption(JDK[option]);
      optval.putLong(Abi.OPTVAL_VALUE, number(value));
      return 0;
    } catch (IOException | UnsupportedOperationException e) {
      return NioErrors.code(NioErrors.of(e));
    }
  }

  private static long number(Object value) {
    if (value instanceof Boolean b) {
      return b ? 1 : 0;
    }
    if (value instanceof Integer i) {
      return i;
    }
    return value instanceof NetworkInterface n ? n.getIndex() : 0; // Null: no interface was chosen.
  }
}
