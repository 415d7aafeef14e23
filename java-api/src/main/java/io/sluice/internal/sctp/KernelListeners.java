package io.sluice.internal.sctp;

import io.sluice.internal.abi.Abi;
import io.sluice.sctp.SctpOptions;
import java.net.InetAddress;

/** What listens on one loop by the kernel's SCTP: each part has a socket. */
final class KernelListeners extends ListenerParts<KernelListeners.SocketPart> {
  static final class SocketPart extends ListenerParts.Part {
    private final KernelSocket socket;

    private SocketPart(Listener owner, KernelEndpoint endpoint, long tag, long id, KernelSocket socket) {
      super(owner, endpoint, tag, id);
      this.socket = socket;
    }
  }

  private final KernelLoop home;

  KernelListeners(KernelLoop home) {
    super(home);
    this.home = home;
  }

  /** Null: it listens. Else why not. */
  String listen(Listener owner, KernelEndpoint endpoint, InetAddress host, int port, SctpOptions options) {
    long tag = newTag();
    long id = home.stack.listen(host, port, tag, options);
    if (id == -Abi.EADDRNOTAVAIL) {
      return host.getHostAddress() + " is no address of this host";
    }
    if (id <= 0) {
      return refusal((int) id, "SCTP port " + port + " of " + host.getHostAddress() + " is in use");
    }
    began(new SocketPart(owner, endpoint, tag, id, new KernelSocket(home, id, home.stack.descriptor(), null)));
    return null;
  }

  @Override
  void stop(SocketPart p) {
    super.stop(p);
    p.socket.closeNow();
  }

  @Override
  void stopWithLoop(SocketPart p) {
    stop(p);
    p.endpoint.listensNoMore(); // Nothing else tells an endpoint without a socket.
  }

  /** The loop does not take the socket over: whoever listens by it is deaf. */
  void refused(KernelSocket socket) {
    parts.values().stream().filter(p -> p.socket == socket).map(p -> p.owner).toList().forEach(Listener::close);
  }
}
