package io.sluice;

/** The immediate answer of every {@code send}. */
public enum SendResult {
  /** Taken; the connection can take more. */
  QUEUED,
  /**
   * Taken, and the queue is now at or above the high-water mark: stop, and go on when {@link
   * ConnectionHandler#onWritable} is called.
   */
  SATURATED,
  /**
   * Not taken: the bytes would exceed {@link ConnectionOptions#sendLimitBytes()}, or the loop has no send memory left,
   * or the connection has as many files queued as it may (16).
   * Nothing of the message was sent; a lease that was passed has been released. When more than the low-water mark is
   * pending {@link ConnectionHandler#onWritable} will be called (for a send on the loop's thread); for the limit of files it
   * always will, whichever thread sent.
   */
  REJECTED,
  /**
   * Not taken: the connection is closing or closed, or its output is shut down. {@link Connection#closed()} tells
   * why, as soon as that is final; a lease that was passed has been released.
   */
  CLOSED;

  /** Whether the message was taken. */
  public boolean accepted() {
    return this == QUEUED || this == SATURATED;
  }
}
