package io.sluice.internal.sctp;

import io.sluice.internal.abi.Abi;
import io.sluice.internal.abi.SctpAbi;
import io.sluice.sctp.SctpOptions;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;

/** What listens on one loop by the kernel's SCTP: found by the tag in the events of what was accepted. Loop thread only. */
final class KernelListeners {
  /** One listening socket. */
  static final class Part {
    final Listener owner;
    final KernelEndpoint endpoint;
    private final long tag;
    private final long id;
    private final KernelSocket socket;

    private Part(Listener owner, KernelEndpoint endpoint, long tag, long id, KernelSocket socket) {
      this.owner = owner;
      this.endpoint = endpoint;
      this.tag = tag;
      this.id = id;
      this.socket = socket;
    }
  }

  private final Map<Long, Part> parts = new HashMap<>();
  private long tags;

  /** Null when it was closed meanwhile. */
  Part get(long tag) {
    return parts.get(tag);
  }

  /** Null: it listens. Else why not. */
  String listen(KernelLoop home, Listener owner, KernelEndpoint endpoint, InetAddress host, int port, SctpOptions options) {
    long tag = ++tags;
    long id = home.stack.listen(host, port, tag, options);
    if (id <= 0) {
      return refusal(home, host, port, (int) id);
    }
    parts.put(tag, new Part(owner, endpoint, tag, id, new KernelSocket(home, id, home.stack.descriptor(), null)));
    endpoint.listens();
    return null;
  }

  private static String refusal(KernelLoop home, InetAddress host, int port, int code) {
    return switch (-code) {
      case Abi.EADDRINUSE -> "SCTP port " + port + " of " + host.getHostAddress() + " is in use";
      case Abi.EADDRNOTAVAIL -> host.getHostAddress() + " is no address of this host";
      case SctpAbi.ELIMIT -> "the loop has no listener left";
      case Abi.EALREADY -> "the event loop is shutting down";
      default -> home.stack.text(code) + " (code " + code + ")";
    };
  }

  private void stop(KernelLoop home, Part p) {
    home.stack.unlisten(p.id);
    p.socket.closeNow();
    p.endpoint.listensNoMore();
  }

  /** Those of a listener at an endpoint. */
  void unlisten(KernelLoop home, Listener owner, KernelEndpoint endpoint) {
    parts.values().stream().filter(p -> p.owner == owner && p.endpoint == endpoint).toList().forEach(p -> {
      parts.remove(p.tag);
      stop(home, p);
    });
  }

  /** The loop ends. */
  void closeAll(KernelLoop home) {
    parts.values().forEach(p -> stop(home, p));
    parts.values().stream().map(p -> p.owner).distinct().toList().forEach(Listener::endedWithLoop);
    parts.clear();
  }

  /** The loop does not take the socket over: whoever listens by it is deaf. */
  void refused(KernelSocket socket) {
    parts.values().stream().filter(p -> p.socket == socket).map(p -> p.owner).toList().forEach(Listener::close);
  }

  void closeOf(KernelEndpoint endpoint) {
    parts.values().stream().filter(p -> p.endpoint == endpoint).map(p -> p.owner).distinct().toList()
        .forEach(Listener::close);
  }
}
