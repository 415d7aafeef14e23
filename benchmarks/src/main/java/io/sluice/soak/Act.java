package io.sluice.soak;

/** How a side ends its connection, when its plan lets it begin. */
enum Act {
  /** Does not begin: answers the peer's end, see {@link Reaction}. */
  NONE,
  /** {@code close()}. */
  CLOSE,
  /** {@code close()} called by several other threads at once. */
  CLOSE_BY_MANY,
  /** {@code close(Duration)} with a few milliseconds. */
  CLOSE_DEADLINE,
  /** Never reads, then {@code close()}. */
  CLOSE_UNREAD,
  /** {@code close()}, overtaken by {@code abort()}. */
  CLOSE_THEN_ABORT,
  /** {@code abort()}; RST of a JDK socket. */
  ABORT,
  /** {@code shutdownOutput()}, and reads on until the peer ends. */
  SHUT,
  /** Silent until the idle policy closes. */
  IDLE,
  /** Heartbeats without an answer. */
  HEARTBEAT,
  /** A callback throws. */
  THROW,
  /** Open until the groups are shut down. */
  STAY
}
