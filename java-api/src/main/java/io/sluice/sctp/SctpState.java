package io.sluice.sctp;

/**
 * <pre>
 *             peer's SHUTDOWN          SHUTDOWN completed
 *   OPEN ------------------------&gt; PEER_SHUTDOWN ---------&gt; CLOSED
 *    |                                 |                     ^  ^
 *    |  close()                        | ABORT, timers       |  |
 *    +--------&gt; CLOSING ---------------+---------------------+  |
 *    |              SHUTDOWN completed, deadline, ABORT, timers |
 *    +----------------------------------------------------------+
 *       abort(), the peer's ABORT, timers, restart
 * </pre>
 */
public enum SctpState {
  /** Messages go both ways. */
  OPEN,
  /** The peer ends the association in good order; nothing can be sent any more, and CLOSED follows by itself. */
  PEER_SHUTDOWN,
  /** {@code close()} was called: what was taken goes out, messages still come. */
  CLOSING,
  /** The cause is known and final; {@link SctpHandler#onClosed} was called or is about to be. */
  CLOSED
}
