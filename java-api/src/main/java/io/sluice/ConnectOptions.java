package io.sluice;

import java.net.SocketAddress;
import java.time.Duration;
import java.util.Objects;

/** How to connect. Immutable: every {@code with} returns a copy. */
public final class ConnectOptions {
  /** Default of {@link #connectTimeout()}: 10 seconds. */
  public static final Duration DEFAULT_CONNECT_TIMEOUT = Duration.ofSeconds(10);
  /** The longest connect timeout: 1 hour. */
  public static final Duration MAX_CONNECT_TIMEOUT = Duration.ofHours(1);

  private static final ConnectOptions DEFAULTS =
      new ConnectOptions(DEFAULT_CONNECT_TIMEOUT, ConnectionOptions.defaults());

  private final Duration connectTimeout;
  private final ConnectionOptions connection;

  private ConnectOptions(Duration connectTimeout, ConnectionOptions connection) {
    this.connectTimeout = connectTimeout;
    this.connection = connection;
  }

  public static ConnectOptions defaults() {
    return DEFAULTS;
  }

  /** More than zero, at most {@link #MAX_CONNECT_TIMEOUT}. */
  public ConnectOptions withConnectTimeout(Duration timeout) {
    if (timeout.isNegative() || timeout.isZero() || timeout.compareTo(MAX_CONNECT_TIMEOUT) > 0) {
      throw new IllegalArgumentException(
          "connectTimeout " + timeout + " is not more than zero and at most " + MAX_CONNECT_TIMEOUT);
    }
    return new ConnectOptions(timeout, connection);
  }

  public ConnectOptions withConnection(ConnectionOptions connection) {
    return new ConnectOptions(connectTimeout, Objects.requireNonNull(connection, "connection"));
  }

  public Duration connectTimeout() {
    return connectTimeout;
  }

  public ConnectionOptions connection() {
    return connection;
  }
}
