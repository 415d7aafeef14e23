package io.sluice;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/** How to listen. Immutable: every {@code with} returns a copy. */
public final class ListenOptions {
  /** Default backlog; the kernel caps it at {@code net.core.somaxconn}. */
  public static final int DEFAULT_BACKLOG = 4096;

  /** How connections reach the loops of a group. */
  public enum Distribution {
    /** SHARDED for TCP on Linux with more than one loop, else HAND_OFF. */
    AUTO,
    /**
     * Every loop has a listening socket of its own on the same port ({@code SO_REUSEPORT}) and the kernel spreads the
     * connections by their addresses' hash. No hand-over between threads.
     */
    SHARDED,
    /** One loop accepts and hands the connections to the loops in turn: an even spread, also for Unix sockets. */
    HAND_OFF
  }

  private static final ListenOptions DEFAULTS =
      new ListenOptions(Map.of(), DEFAULT_BACKLOG, Distribution.AUTO, ConnectionOptions.defaults());

  private final Map<TransportOption<?>, Object> socketOptions;
  private final int backlog;
  private final Distribution distribution;
  private final ConnectionOptions connections;

  private ListenOptions(
      Map<TransportOption<?>, Object> socketOptions, int backlog, Distribution distribution,
      ConnectionOptions connections) {
    this.socketOptions = socketOptions;
    this.backlog = backlog;
    this.distribution = distribution;
    this.connections = connections;
  }

  public static ListenOptions defaults() {
    return DEFAULTS;
  }

  /** Sets an option on the listening socket. Options of the connections belong to {@link #withConnections}. */
  public <T> ListenOptions with(TransportOption<T> option, T value) {
    option.encode(value);
    Map<TransportOption<?>, Object> m = new LinkedHashMap<>(socketOptions);
    m.put(option, value);
    return new ListenOptions(Map.copyOf(m), backlog, distribution, connections);
  }

  /** Connections that the kernel keeps until they are accepted, 1 to 65535. */
  public ListenOptions withBacklog(int backlog) {
    if (backlog < 1 || backlog > 65535) {
      throw new IllegalArgumentException("backlog " + backlog + " is not within 1 to 65535");
    }
    return new ListenOptions(socketOptions, backlog, distribution, connections);
  }

  public ListenOptions withDistribution(Distribution distribution) {
    return new ListenOptions(
        socketOptions, backlog, Objects.requireNonNull(distribution, "distribution"), connections);
  }

  public ListenOptions withConnections(ConnectionOptions connections) {
    return new ListenOptions(
        socketOptions, backlog, distribution, Objects.requireNonNull(connections, "connections"));
  }

  public Map<TransportOption<?>, Object> socketOptions() {
    return socketOptions;
  }

  public int backlog() {
    return backlog;
  }

  public Distribution distribution() {
    return distribution;
  }

  public ConnectionOptions connections() {
    return connections;
  }
}
