package io.sluice;

/** Told what became of one {@code send}. Called on the loop's thread, exactly once, before {@code onClosed}. */
@FunctionalInterface
public interface SendListener {
  /**
   * @param connection the connection
   * @param failure null when the kernel accepted every byte; else why not all were. Accepted by the kernel does not mean
   *     received by the peer.
   */
  void onSent(Connection connection, CloseReason failure);
}
