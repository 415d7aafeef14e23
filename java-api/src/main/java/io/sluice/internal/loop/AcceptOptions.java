package io.sluice.internal.loop;

import io.sluice.TransportOption;
import io.sluice.internal.abi.Abi;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Where the options of accepted connections are set: on the listening socket, once, where the kernel hands them on, else on
 * every accepted one, which costs a system call per connection.
 *
 * <p>An accepted socket of Linux begins as a copy of its listener ({@code sk_clone_lock} in {@code net/core/sock.c}), as it was
 * when the handshake ended; these are set before {@code listen(2)}, so no connection can be older. Only options that mean
 * nothing to the listening socket itself are handed on: a receive buffer, for example, would also change the handshake.
 */
record AcceptOptions(Map<TransportOption<?>, Object> onListener, Map<TransportOption<?>, Object> onAccepted) {
  private static final Set<TransportOption<?>> INHERITED =
      Set.of(
          TransportOption.TCP_NODELAY,
          TransportOption.SO_KEEPALIVE,
          TransportOption.TCP_KEEPIDLE,
          TransportOption.TCP_KEEPINTVL,
          TransportOption.TCP_KEEPCNT);

  /**
   * @param listener options that the application set on the listener
   * @param connections options of its connections; they win over the listener's
   * @param inherit whether the engine uses sockets of a kernel that hands options on
   */
  static AcceptOptions of(
      Map<TransportOption<?>, Object> listener, Map<TransportOption<?>, Object> connections, boolean inherit) {
    if (!inherit) {
      return new AcceptOptions(listener, connections);
    }
    Map<TransportOption<?>, Object> once = new LinkedHashMap<>(listener);
    Map<TransportOption<?>, Object> each = new LinkedHashMap<>();
    for (Map.Entry<TransportOption<?>, Object> option : connections.entrySet()) {
      (INHERITED.contains(option.getKey()) ? once : each).put(option.getKey(), option.getValue());
    }
    return once.size() > Abi.MAX_OPTVALS ? new AcceptOptions(listener, connections) : new AcceptOptions(once, each);
  }
}
