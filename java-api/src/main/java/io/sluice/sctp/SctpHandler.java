package io.sluice.sctp;

import io.sluice.BufferLease;
import io.sluice.CloseReason;
import io.sluice.SendResult;

/**
 * What an application does with an association.
 *
 * <p>All methods are called on the association's loop thread: {@code onOpen} first, then any number of the others, at most one
 * {@code onPeerShutdown}, then exactly one {@code onClosed}, and nothing after it. All messages that were received before the
 * peer's last word are delivered before {@code onClosed}, and so is every {@code onSendFailed}. They must not block. An
 * exception thrown by a callback aborts the association with {@link CloseReason.Kind#HANDLER_FAILED}; the loop lives on.
 */
public interface SctpHandler {
  /** The association is established. */
  default void onOpen(SctpAssociation association) {}

  /**
   * A whole message arrived; it is never empty.
   *
   * @param data its bytes, lent until this method returns, unless retained (which copies them): see {@link BufferLease}
   * @param info stream, payload protocol and order; valid until this method returns
   */
  void onMessage(SctpAssociation association, BufferLease data, SctpMessageInfo info);

  /** After a {@code send} answered {@link SendResult#SATURATED} or {@link SendResult#REJECTED}: there is room again. */
  default void onWritable(SctpAssociation association) {}

  /** Streams were reset, by the peer or by {@link SctpAssociation#resetStreams}. */
  default void onStreamReset(SctpAssociation association, SctpStreamReset reset) {}

  /** The path to the peer changed its state. Nothing ends by it. */
  default void onPath(SctpAssociation association, SctpPathState state) {}

  /**
   * The peer ends the association in good order (SHUTDOWN): it sends no more and has taken everything that was sent before.
   * SCTP knows no half-open associations: {@code onClosed} follows by itself.
   */
  default void onPeerShutdown(SctpAssociation association) {}

  /** A message that was taken is given up. */
  default void onSendFailed(SctpAssociation association, SctpSendFailure failure) {}

  /** The association has ended. Called exactly once per {@code onOpen}. */
  default void onClosed(SctpAssociation association, SctpClose close) {}
}
