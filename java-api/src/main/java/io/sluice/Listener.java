package io.sluice;

import java.net.SocketAddress;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** A listening TCP or Unix socket. All methods may be called from any thread, in any state, and none throws for being early. */
public interface Listener {
  ListenerState state();

  /**
   * Completes with this listener when a connection attempt would be accepted, or fails with a {@link TransportException}
   * that names the cause (address in use, permission denied).
   */
  CompletionStage<Listener> ready();

  /** The bound addresses: empty until the socket listens and after it was closed. */
  List<SocketAddress> addresses();

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
