package io.sluice.internal.loop;

import io.sluice.CloseReason;
import io.sluice.TransportException;
import io.sluice.TransportOption;
import io.sluice.UdpSocket;
import io.sluice.internal.abi.Abi;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;

/** Socket options and multicast groups of a datagram socket. */
final class UdpControl {
  private final UdpSocketImpl socket;
  private final Loop loop;

  UdpControl(UdpSocketImpl socket) {
    this.socket = socket;
    this.loop = socket.loop;
  }

  // ------------------------------------------------------------------------------------------- options

  /** What a refused opening was about. */
  static String refused(Loop loop, int result, int number) {
    if (number == 0) {
      return "";
    }
    for (TransportOption<?> o : TransportOption.all()) {
      if (o.number() == number) {
        return result == -Abi.ENOTSUP ? ": " + loop.unsupported(o.name()) : ": option " + o.name() + " was refused";
      }
    }
    return ": option " + number + " was refused";
  }

  <T> T get(TransportOption<T> option) throws TransportException {
    ByteBuffer b = askable();
    b.putInt(Abi.OPTVAL_OPTION, option.number());
    check(loop.engine.query(socket.handle(), Abi.QUERY_OPTION, b.limit(Abi.OPTVAL_BYTES)), option);
    return option.decode(b.getLong(Abi.OPTVAL_VALUE));
  }

  <T> void set(TransportOption<T> option, T value) throws TransportException {
    long number = option.encode(value);
    ByteBuffer b = askable();
    b.putInt(Abi.OPTVAL_OPTION, option.number());
    b.putLong(Abi.OPTVAL_VALUE, number);
    check(loop.engine.control(socket.handle(), Abi.CONTROL_SET_OPTION, b.limit(Abi.OPTVAL_BYTES)), option);
  }

  private ByteBuffer askable() throws TransportException {
    socket.checkLoop("option");
    CloseReason r = socket.reason;
    if (r != null) {
      throw new TransportException("option: the socket has ended: " + r.detail(), r);
    }
    return loop.controlBuffer();
  }

  private void check(int code, TransportOption<?> option) throws TransportException {
    if (code == -Abi.ENOTSUP || code == -Abi.ENOSYS) {
      throw new UnsupportedOperationException(loop.unsupported(option.name()));
    }
    if (code == -Abi.EBUSY) {
      throw CloseReasons.exception(
          CloseReasons.ofCode(code, 0, option.name() + " cannot change while the socket is read: set it in UdpOptions or onOpen"));
    }
    if (code < 0) {
      throw CloseReasons.exception(CloseReasons.ofCode(code, 0, option.name()));
    }
  }

  // ------------------------------------------------------------------------------------------- groups

  /** Any thread. Source null: anybody. */
  CompletionStage<UdpSocket> group(int what, String name, InetAddress group, NetworkInterface on, InetAddress source) {
    Objects.requireNonNull(group, "group");
    if (!group.isMulticastAddress()) {
      throw new IllegalArgumentException("group " + group + " is not a multicast address (224.0.0.0/4 or ff00::/8)");
    }
    if (source != null && source instanceof Inet4Address != group instanceof Inet4Address) {
      throw new IllegalArgumentException("source " + source + " is not of the family of group " + group);
    }
    int index = on == null ? 0 : on.getIndex();
    String described = name + " " + group.getHostAddress() + (on == null ? "" : " on " + on.getName())
        + (source == null ? "" : " of source " + source.getHostAddress());
    SharedStage<UdpSocket> stage = new SharedStage<>();
    Runnable act = () -> carryOut(what, described, group, index, source, stage);
    if (loop.inLoop()) {
      act.run();
      return stage;
    }
    try {
      loop.execute(act);
    } catch (RejectedExecutionException ended) {
      stage.fail(CloseReasons.exception(CloseReasons.SHUTDOWN));
    }
    return stage;
  }

  private void carryOut(
      int what, String described, InetAddress group, int index, InetAddress source, SharedStage<UdpSocket> stage) {
    CloseReason r = socket.reason;
    if (r != null) {
      stage.fail(new TransportException(described + ": the socket has ended: " + r.detail(), r));
      return;
    }
    ByteBuffer b = loop.controlBuffer().limit(Abi.GROUP_BYTES);
    b.putShort(Abi.GROUP_FAMILY, (short) (group instanceof Inet4Address ? Abi.FAMILY_INET4 : Abi.FAMILY_INET6));
    b.putShort(Abi.GROUP_SOURCED, (short) (source == null ? 0 : 1));
    b.putInt(Abi.GROUP_INTERFACE, index);
    b.put(Abi.GROUP_GROUP, group.getAddress());
    if (source != null) {
      b.put(Abi.GROUP_SOURCE, source.getAddress());
    }
    int code = loop.engine.control(socket.handle(), what, b);
    if (code < 0) {
      stage.fail(CloseReasons.exception(CloseReasons.ofCode(code, 0, described + hint(what, code))));
    } else {
      stage.finish(socket);
    }
  }

  private String hint(int what, int code) {
    switch (-code) {
      case Abi.EADDRINUSE:
        return " (it was joined before)";
      case Abi.EADDRNOTAVAIL:
        return what == Abi.CONTROL_JOIN ? " (no such interface, or none can)" : " (it was not joined like that)";
      case Abi.ENOTSUP:
        return ": " + loop.unsupported("this kind of membership");
      case Abi.ENOBUFS:
      case Abi.ENOMEM:
        return " (Linux: net.ipv4.igmp_max_memberships)";
      default:
        return "";
    }
  }
}
