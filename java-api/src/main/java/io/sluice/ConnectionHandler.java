package io.sluice;

/**
 * What an application does with a connection.
 *
 * <p>All methods are called on the connection's loop thread, in the order {@code onOpen}, then any number of {@code
 * onData}, {@code onWritable}, {@code onIdle} and {@code onHeartbeat}, at most one {@code onInputEnding}, at most one {@code
 * onInputClosed}, then exactly one {@code onClosed}, and nothing after
 * it. They must not block: a blocked callback blocks every connection of the loop. An exception thrown by a callback
 * closes the connection with {@link CloseReason.Kind#HANDLER_FAILED}; the loop lives on.
 */
public interface ConnectionHandler {
  /** The connection is established. */
  default void onOpen(Connection connection) {}

  /**
   * Data arrived.
   *
   * @param data lent until this method returns, unless retained or sent: see {@link BufferLease}
   */
  void onData(Connection connection, BufferLease data);

  /** After a {@code send} answered {@link SendResult#SATURATED}: the queue fell to the low-water mark. */
  default void onWritable(Connection connection) {}

  /**
   * While reading is paused: the peer has ended its direction, or its process has died in good order. Data may still be
   * unread; {@link #onInputClosed} follows when reading was resumed and all of it was delivered. At most once, and never when
   * reading is not paused. For a proxy, say, that would otherwise work on for a client that has hung up. The NIO engine
   * notices it only when little data is unread.
   */
  default void onInputEnding(Connection connection) {}

  /**
   * The peer ended its direction (FIN); all its data was delivered before. Override to go on sending; the default closes. When
   * the peer resets a connection that stays half-open, that ends it at once; on the NIO engine the next send notices it.
   */
  default void onInputClosed(Connection connection) {
    connection.close();
  }

  /**
   * The connection was idle for a time that its {@link IdlePolicy} names with {@link IdlePolicy#withNotify}; called again
   * after each further such time. The default does nothing.
   */
  default void onIdle(Connection connection, IdleKind kind) {}

  /**
   * A ping is due: nothing was received for the interval of {@link IdlePolicy#withHeartbeat}. Override to send the ping of
   * the protocol. The default does nothing, so that only a peer that sends by itself survives the timeout.
   */
  default void onHeartbeat(Connection connection) {}

  /**
   * The connection has ended: it is no longer counted, no look-up of {@link ConnectionRegistry} finds it, all send listeners
   * were called. Called exactly once per {@code onOpen}.
   */
  default void onClosed(Connection connection, CloseReason reason) {}
}
