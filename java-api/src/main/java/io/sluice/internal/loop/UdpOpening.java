package io.sluice.internal.loop;

import io.sluice.EventLoop;
import io.sluice.TransportException;
import io.sluice.UdpHandler;
import io.sluice.UdpOptions;
import io.sluice.UdpSocket;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** Opens datagram sockets: one, or one on every loop, where the first finds the port and the others follow. */
final class UdpOpening {
  private UdpOpening() {}

  private static void checkBindable(String argument, InetSocketAddress address) {
    if (address.isUnresolved()) {
      throw new IllegalArgumentException(
          argument + " " + address.getHostString() + ":" + address.getPort() + " is not resolved: the name is unknown, or it was"
              + " made with createUnresolved");
    }
  }

  static CompletionStage<UdpSocket> bind(Loop loop, InetSocketAddress local, UdpOptions options, UdpHandler handler) {
    Objects.requireNonNull(handler, "handler");
    checkBindable("local", local);
    return open(loop, local, null, UdpSettings.of(options, false), handler);
  }

  static CompletionStage<UdpSocket> connect(Loop loop, InetSocketAddress peer, UdpOptions options, UdpHandler handler) {
    Objects.requireNonNull(handler, "handler");
    checkBindable("peer", peer);
    if (peer.getPort() == 0) {
      throw new IllegalArgumentException("peer " + peer + ": port 0 is not within 1 to 65535");
    }
    InetSocketAddress local = options.localAddress() != null ? options.localAddress() : anyOfFamily(peer);
    checkBindable("localAddress", local);
    if (local.getAddress() instanceof Inet4Address && !(peer.getAddress() instanceof Inet4Address)) {
      throw new IllegalArgumentException("peer " + peer + " is an IPv6 address, localAddress " + local + " an IPv4 address");
    }
    return open(loop, local, peer, UdpSettings.of(options, false), handler);
  }

  private static InetSocketAddress anyOfFamily(InetSocketAddress peer) {
    try {
      return new InetSocketAddress(InetAddress.getByAddress(new byte[peer.getAddress() instanceof Inet4Address ? 4 : 16]), 0);
    } catch (UnknownHostException e) {
      throw new IllegalStateException(e);
    }
  }

  private static CompletionStage<UdpSocket> open(
      Loop loop, InetSocketAddress local, InetSocketAddress peer, UdpSettings settings, UdpHandler handler) {
    UdpSocketImpl socket = new UdpSocketImpl(loop, local, peer, settings, handler);
    socket.open();
    return socket.opened;
  }

  /** All of them, in the order of the loops, or none. */
  static CompletionStage<List<UdpSocket>> sharded(
      List<Loop> loops, InetSocketAddress local, UdpOptions options, Function<? super EventLoop, ? extends UdpHandler> handlers) {
    Objects.requireNonNull(handlers, "handlers");
    checkBindable("local", local);
    UdpSettings settings = UdpSettings.of(options, loops.size() > 1);
    List<UdpHandler> made = new ArrayList<>();
    for (Loop loop : loops) {
      made.add(Objects.requireNonNull(handlers.apply(loop), "the handler factory returned null"));
    }
    SharedStage<List<UdpSocket>> all = new SharedStage<>();
    next(loops, local, settings, made, new ArrayList<>(), all);
    return all;
  }

  private static void next(
      List<Loop> loops, InetSocketAddress local, UdpSettings settings, List<UdpHandler> handlers, List<UdpSocket> opened,
      SharedStage<List<UdpSocket>> all) {
    int i = opened.size();
    if (i == loops.size()) {
      all.finish(List.copyOf(opened));
      return;
    }
    open(loops.get(i), local, null, settings, handlers.get(i))
        .whenComplete(
            (socket, failure) -> {
              if (failure == null) {
                opened.add(socket);
                next(loops, socket.localAddress(), settings, handlers, opened, all);
              } else {
                opened.forEach(UdpSocket::abort);
                all.fail(failure instanceof TransportException ? failure : failure.getCause());
              }
            });
  }
}
