package io.sluice.soak;

/** What a side does in {@code onInputClosed}. */
enum Reaction {
  CLOSE,
  /** {@code close()} by another thread. */
  CLOSE_BY_OTHER,
  /** {@code close()} by a timer. */
  CLOSE_LATER,
  ABORT,
  THROW;

  /** The peer of such a side may see RST. */
  boolean resets() {
    return this == ABORT || this == THROW;
  }
}
