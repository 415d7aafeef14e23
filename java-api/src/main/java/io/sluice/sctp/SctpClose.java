package io.sluice.sctp;

import io.sluice.CloseReason;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;

/**
 * How an association ended: the {@link CloseReason} that every transport has, and what only SCTP tells. Code that serves TCP as
 * well looks at {@link #reason()} alone.
 *
 * <table>
 * <caption>What the reason's kind means for an association</caption>
 * <tr><th>kind</th><th>what happened</th></tr>
 * <tr><td>LOCAL_CLOSE</td><td>{@code close()} here; SHUTDOWN completed</td></tr>
 * <tr><td>LOCAL_ABORT</td><td>{@code abort()} here</td></tr>
 * <tr><td>CLOSE_TIMEOUT</td><td>{@code close()} here; the deadline came first, an ABORT was sent</td></tr>
 * <tr><td>PEER_CLOSE</td><td>the peer's SHUTDOWN completed</td></tr>
 * <tr><td>PEER_ABORT</td><td>the peer's ABORT, with {@link #causeCode()} and {@link #abortReason()}</td></tr>
 * <tr><td>PATH_LOST</td><td>heartbeats or retransmissions stayed without an answer</td></tr>
 * <tr><td>REFUSED</td><td>connect: nobody listens on the SCTP port, or on the UDP port with {@link
 *     SctpOptions#closeOnIcmp()}</td></tr>
 * <tr><td>CONNECT_TIMEOUT</td><td>connect: no answer</td></tr>
 * <tr><td>RESTARTED</td><td>the peer began a new association on the same ports; a listener gets it as a new one</td></tr>
 * <tr><td>UNREACHABLE</td><td>an ICMP error, with {@link SctpOptions#closeOnIcmp()}</td></tr>
 * <tr><td>PROTOCOL_ERROR</td><td>the peer broke the protocol; an ABORT was sent</td></tr>
 * <tr><td>RESOURCE_LIMIT</td><td>a message above {@link SctpStackOptions#maxMessageBytes()} came, or another limit</td></tr>
 * <tr><td>HANDLER_FAILED</td><td>a callback threw; an ABORT was sent</td></tr>
 * <tr><td>LOOP_SHUTDOWN</td><td>the loop was shut down; an ABORT with the reason "shutting down" was sent</td></tr>
 * <tr><td>IO_ERROR</td><td>another error: see {@link CloseReason#osError()}</td></tr>
 * </table>
 */
public final class SctpClose {
  /** Cause code "User-Initiated Abort" (RFC 9260, section 3.3.10.12). */
  public static final int CAUSE_USER_INITIATED_ABORT = 12;

  private static final byte[] NO_BYTES = new byte[0];

  private final CloseReason reason;
  private final int causeCode;
  private final byte[] abortReason;
  private final boolean truncated;
  private final boolean byPeer;
  private final boolean beforeOpen;
  private final boolean shutdownSeen;

  /**
   * For implementations and tests of handlers.
   *
   * @param causeCode -1: no ABORT, or one without a cause
   * @param abortReason copied
   */
  public SctpClose(
      CloseReason reason, int causeCode, byte[] abortReason, boolean truncated, boolean byPeer, boolean beforeOpen,
      boolean shutdownSeen) {
    this.reason = Objects.requireNonNull(reason, "reason");
    this.causeCode = causeCode;
    this.abortReason = abortReason.length == 0 ? NO_BYTES : abortReason.clone();
    this.truncated = truncated;
    this.byPeer = byPeer;
    this.beforeOpen = beforeOpen;
    this.shutdownSeen = shutdownSeen;
  }

  /** One that SCTP has nothing to add to. */
  public static SctpClose of(CloseReason reason) {
    return new SctpClose(reason, -1, NO_BYTES, false, reason.initiator() == CloseReason.Initiator.PEER, false, false);
  }

  /** What every transport tells. Its {@code code} is {@link #causeCode()}, 0 when there is none. */
  public CloseReason reason() {
    return reason;
  }

  public CloseReason.Kind kind() {
    return reason.kind();
  }

  /** See {@link CloseReason#isExpected()}. */
  public boolean isExpected() {
    return reason.isExpected();
  }

  /**
   * Cause code of the ABORT chunk, 0 to 65535: the peer's, or the one that was sent. Any value is possible from a peer.
   *
   * @return -1 when there was no ABORT, or one without a cause
   */
  public int causeCode() {
    return causeCode;
  }

  /**
   * The reason bytes of the ABORT chunk, at most {@link SctpAssociation#MAX_REASON_BYTES}: the peer's, or those that were sent.
   * A copy.
   */
  public byte[] abortReason() {
    return abortReason.clone();
  }

  /** The same as UTF-8 text; what is not valid becomes U+FFFD. From a peer: not to be trusted. */
  public String abortReasonText() {
    return new String(abortReason, StandardCharsets.UTF_8);
  }

  /** The peer's reason was longer than {@link SctpAssociation#MAX_REASON_BYTES}. */
  public boolean isAbortReasonTruncated() {
    return truncated;
  }

  /** The peer ended it. */
  public boolean isByPeer() {
    return byPeer;
  }

  /** It ended before it was established. */
  public boolean isBeforeOpen() {
    return beforeOpen;
  }

  /** A SHUTDOWN of the peer had come, whatever ended the association then. */
  public boolean isPeerShutdownSeen() {
    return shutdownSeen;
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof SctpClose c && c.reason.equals(reason) && c.causeCode == causeCode
        && Arrays.equals(c.abortReason, abortReason) && c.truncated == truncated && c.byPeer == byPeer
        && c.beforeOpen == beforeOpen && c.shutdownSeen == shutdownSeen;
  }

  @Override
  public int hashCode() {
    return Objects.hash(reason, causeCode, Arrays.hashCode(abortReason), truncated, byPeer, beforeOpen, shutdownSeen);
  }

  /** {@code PEER_ABORT by PEER: the peer aborted, cause 12 (user-initiated abort) "bye"}. Printable, whatever the peer sent. */
  @Override
  public String toString() {
    StringBuilder s = new StringBuilder(120);
    s.append(reason.kind()).append(" by ").append(reason.initiator()).append(": ").append(reason.detail());
    if (beforeOpen) {
      s.append(", before it was established");
    }
    if (shutdownSeen) {
      s.append(", after a SHUTDOWN of the peer");
    }
    return s.toString();
  }
}
