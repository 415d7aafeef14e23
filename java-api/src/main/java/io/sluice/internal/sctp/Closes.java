package io.sluice.internal.sctp;

import io.sluice.CloseReason;
import io.sluice.CloseReason.Initiator;
import io.sluice.CloseReason.Kind;
import io.sluice.internal.abi.SctpAbi;
import io.sluice.sctp.SctpClose;
import io.sluice.sctp.SctpException;
import io.sluice.sctp.SctpLiveness;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** From the kinds of {@code sluice_sctp.h} to typed close reasons. */
final class Closes {
  static final byte[] NO_REASON = new byte[0];
  static final SctpClose LOCAL_CLOSE = of(Kind.LOCAL_CLOSE, Initiator.LOCAL, "closed by this side");
  static final SctpClose PEER_SHUTDOWN = of(Kind.PEER_CLOSE, Initiator.PEER, "the peer shut the association down");
  static final SctpClose LOOP_SHUTDOWN = of(Kind.LOOP_SHUTDOWN, Initiator.LOOP, "the event loop was shut down");
  /** Until the ring has room for it. */
  static final SctpClose CAUSE_TO_COME =
      of(Kind.IO_ERROR, Initiator.NETWORK, "the association has ended; its cause is about to be told");

  /** Characters of an abort's reason that are put into a sentence. */
  private static final int REASON_CHARS = 80;

  private Closes() {}

  private static SctpClose of(Kind kind, Initiator initiator, String detail) {
    return SctpClose.of(new CloseReason(kind, initiator, 0, 0, detail, 0));
  }

  static SctpClose failed(Kind kind, Initiator initiator, String detail) {
    return of(kind, initiator, detail);
  }

  static SctpClose localAbort(byte[] reason) {
    String detail = "aborted by this side, " + describe(SctpClose.CAUSE_USER_INITIATED_ABORT, reason);
    return new SctpClose(
        new CloseReason(Kind.LOCAL_ABORT, Initiator.LOCAL, 0, SctpClose.CAUSE_USER_INITIATED_ABORT, detail, 0),
        SctpClose.CAUSE_USER_INITIATED_ABORT, reason, false, false, false, false);
  }

  static SctpException exception(SctpClose why) {
    return new SctpException(why.reason().detail(), why);
  }

  // ------------------------------------------------------------------------------------------- from memory

  /** A CLOSED event. */
  static SctpClose ofEvent(ByteBuffer region, int at, SctpLiveness liveness, CloseReason instead, long bytesUnsent) {
    int n = Math.min(region.getInt(at + SctpAbi.EVENT_PAYLOAD_BYTES), SctpAbi.REASON_MAX);
    byte[] reason = bytes(region, region.getInt(at + SctpAbi.EVENT_PAYLOAD_OFFSET), n);
    return build(
        region.getShort(at + SctpAbi.EVENT_KIND) & 0xffff, region.get(at + SctpAbi.EVENT_FLAGS) & 0xff,
        region.getInt(at + SctpAbi.EVENT_VALUE), region.getInt(at + SctpAbi.EVENT_OS_ERRNO), reason, liveness, instead,
        bytesUnsent);
  }

  /** A {@code sluice_sctp_close_info} at offset 0. */
  static SctpClose ofInfo(ByteBuffer info, SctpLiveness liveness, CloseReason instead, long bytesUnsent) {
    int n = Math.min(info.getInt(SctpAbi.CLOSE_INFO_REASON_BYTES), SctpAbi.REASON_MAX);
    return build(
        info.getShort(SctpAbi.CLOSE_INFO_KIND) & 0xffff, info.getShort(SctpAbi.CLOSE_INFO_FLAGS) & 0xffff,
        info.getInt(SctpAbi.CLOSE_INFO_CAUSE), info.getInt(SctpAbi.CLOSE_INFO_OS_ERRNO),
        bytes(info, SctpAbi.CLOSE_INFO_REASON, n), liveness, instead, bytesUnsent);
  }

  private static byte[] bytes(ByteBuffer from, int at, int n) {
    if (n <= 0) {
      return NO_REASON;
    }
    byte[] b = new byte[n];
    from.get(at, b);
    return b;
  }

  /**
   * @param instead the reason why this side aborted, in place of "aborted by this side"; null: there is none
   */
  private static SctpClose build(
      int kind, int flags, int cause, int osError, byte[] reason, SctpLiveness liveness, CloseReason instead,
      long bytesUnsent) {
    boolean beforeOpen = (flags & SctpAbi.CLOSE_BEFORE_UP) != 0;
    boolean sentAbort = !beforeOpen && sendsAbort(kind);
    int code = (flags & SctpAbi.CLOSE_HAS_CAUSE) != 0 ? cause : sentAbort ? SctpAbi.CAUSE_USER : -1;
    boolean ours = instead != null && kind == SctpAbi.CLOSED_LOCAL_ABORT;
    Kind k = ours ? instead.kind() : kind(kind);
    Initiator i = ours ? instead.initiator() : initiator(kind);
    String detail = ours ? instead.detail() : detail(kind, code, osError, reason, liveness);
    CloseReason core = new CloseReason(k, i, osError, Math.max(0, code), detail, bytesUnsent);
    return new SctpClose(
        core, code, reason, (flags & SctpAbi.CLOSE_REASON_TRUNCATED) != 0, (flags & SctpAbi.CLOSE_BY_PEER) != 0, beforeOpen,
        (flags & SctpAbi.CLOSE_SHUTDOWN_SEEN) != 0);
  }

  private static boolean sendsAbort(int kind) {
    return switch (kind) {
      case SctpAbi.CLOSED_LOCAL_ABORT, SctpAbi.CLOSED_LOCAL_DEADLINE, SctpAbi.CLOSED_STACK_SHUTDOWN, SctpAbi.CLOSED_LIMIT,
          SctpAbi.CLOSED_UNREACHABLE -> true;
      default -> false;
    };
  }

  /** Also for counters. */
  static Kind kind(int kind) {
    return switch (kind) {
      case SctpAbi.CLOSED_LOCAL -> Kind.LOCAL_CLOSE;
      case SctpAbi.CLOSED_LOCAL_ABORT -> Kind.LOCAL_ABORT;
      case SctpAbi.CLOSED_LOCAL_DEADLINE -> Kind.CLOSE_TIMEOUT;
      case SctpAbi.CLOSED_STACK_SHUTDOWN -> Kind.LOOP_SHUTDOWN;
      case SctpAbi.CLOSED_PEER_SHUTDOWN -> Kind.PEER_CLOSE;
      case SctpAbi.CLOSED_PEER_ABORT -> Kind.PEER_ABORT;
      case SctpAbi.CLOSED_PATH_LOST -> Kind.PATH_LOST;
      case SctpAbi.CLOSED_REFUSED -> Kind.REFUSED;
      case SctpAbi.CLOSED_CONNECT_TIMEOUT -> Kind.CONNECT_TIMEOUT;
      case SctpAbi.CLOSED_RESTARTED -> Kind.RESTARTED;
      case SctpAbi.CLOSED_UNREACHABLE -> Kind.UNREACHABLE;
      case SctpAbi.CLOSED_LIMIT -> Kind.RESOURCE_LIMIT;
      case SctpAbi.CLOSED_PROTOCOL -> Kind.PROTOCOL_ERROR;
      default -> Kind.IO_ERROR;
    };
  }

  private static Initiator initiator(int kind) {
    return switch (kind(kind)) {
      case LOCAL_CLOSE, LOCAL_ABORT, IO_ERROR -> Initiator.LOCAL;
      case LOOP_SHUTDOWN, RESOURCE_LIMIT -> Initiator.LOOP;
      case PEER_CLOSE, PEER_ABORT, REFUSED, RESTARTED, PROTOCOL_ERROR -> Initiator.PEER;
      default -> Initiator.NETWORK;
    };
  }

  private static String detail(int kind, int code, int osError, byte[] reason, SctpLiveness liveness) {
    return switch (kind) {
      case SctpAbi.CLOSED_LOCAL -> "closed by this side";
      case SctpAbi.CLOSED_LOCAL_ABORT -> "aborted by this side, " + describe(code, reason);
      case SctpAbi.CLOSED_LOCAL_DEADLINE -> "closed by this side; the deadline came first and the association was aborted";
      case SctpAbi.CLOSED_STACK_SHUTDOWN -> "the event loop was shut down";
      case SctpAbi.CLOSED_PEER_SHUTDOWN -> "the peer shut the association down";
      case SctpAbi.CLOSED_PEER_ABORT -> "the peer aborted, " + describe(code, reason);
      case SctpAbi.CLOSED_PATH_LOST -> "the peer stopped answering (liveness " + liveness.name() + ")";
      case SctpAbi.CLOSED_REFUSED -> osError == 0 ? "refused by the peer: nobody listens on the SCTP port"
          : "refused: nobody listens on the UDP port (errno " + osError + ")";
      case SctpAbi.CLOSED_CONNECT_TIMEOUT -> "connect: no answer to " + liveness.connectAttempts() + " attempts";
      case SctpAbi.CLOSED_RESTARTED -> "the peer began a new association on the same ports";
      case SctpAbi.CLOSED_UNREACHABLE -> "the network says that the peer cannot be reached (errno " + osError + ")";
      case SctpAbi.CLOSED_LIMIT -> "the peer sent a message above the limit, or a limit of this side is reached";
      case SctpAbi.CLOSED_PROTOCOL -> "the peer broke the protocol";
      default -> "the SCTP stack failed (errno " + osError + ")";
    };
  }

  // ------------------------------------------------------------------------------------------- for people

  /** Cause and reason for a sentence, printable whatever the peer sent. */
  static String describe(int causeCode, byte[] abortReason) {
    if (causeCode < 0) {
      return "without a cause";
    }
    String name = causeCode == SctpClose.CAUSE_USER_INITIATED_ABORT ? " (user-initiated abort)" : "";
    return "cause " + causeCode + name + (abortReason.length == 0 ? "" : " \"" + printable(abortReason) + "\"");
  }

  private static String printable(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    StringBuilder s = new StringBuilder(REASON_CHARS + 3);
    text.codePoints().limit(REASON_CHARS).forEach(c -> s.appendCodePoint(isPlain(c) ? c : '?'));
    return text.codePointCount(0, text.length()) > REASON_CHARS ? s.append("...").toString() : s.toString();
  }

  private static boolean isPlain(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL, Character.FORMAT, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR, Character.SURROGATE,
          Character.UNASSIGNED, Character.PRIVATE_USE -> false;
      default -> true;
    };
  }
}
