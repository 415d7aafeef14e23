package io.sluice;

import java.net.SocketAddress;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** A listening TCP or Unix socket. All methods may be called from any thread, in any state, and none throws for being early. */
public interface Listener {
  ListenerState state();

  /**
   * Completes with this listener when a connection attempt is accepted, on every loop that takes part, or fails with a {@link TransportException}
   * that names the cause (address in use, permission denied). The same stage each time; its callers cannot complete or cancel
   * it. No connection is given to the handler factory before it completes, and none ever when it fails.
   */
  CompletionStage<Listener> ready();

  /** The bound addresses: empty until the socket listens and after it was closed. */
  List<SocketAddress> addresses();

  /**
   * What {@link #addresses()} stands for: a wildcard address is replaced by the addresses of every network interface that is
   * up, any other one is given as it is. {@code 0.0.0.0} gives IPv4 addresses, {@code ::} gives those of both families, or
   * only IPv6 when the socket is {@link TransportOption#IPV6_V6ONLY}. Public addresses come first, then private
   * (RFC 1918, RFC 4193), link-local (with their scope) and loopback ones: whoever tells other machines leaves the last
   * ones out ({@link java.net.InetAddress#isLoopbackAddress()}). Asks the operating system at every call, so not from a
   * callback. Like {@link #addresses()} it never throws, and is empty before the socket listens and after it was closed.
   */
  List<SocketAddress> reachableAddresses();

  /**
   * The bound port.
   *
   * @return -1 while {@link #addresses()} is empty and for Unix sockets
   */
  int port();

  /** Stops accepting; new connections wait in the kernel's backlog. One that is being accepted just now is still delivered. */
  void pause();

  void resume();

  /** Stops listening. Established connections live on. Any number of times; the same stage each time. */
  CompletionStage<Listener> close();
}
