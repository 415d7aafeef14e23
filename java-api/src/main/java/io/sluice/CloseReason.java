package io.sluice;

import java.util.Objects;

/**
 * Why a connection ended. Exactly one per connection; the first cause wins, with one exception: an end in good order that
 * does not come to pass (a reset, an abort or a deadline while queued data was still on its way) takes the reason of what
 * broke it, because bytes were lost.
 *
 * @param kind what happened. New kinds may be added: a {@code switch} needs a default
 * @param initiator who started it
 * @param osError the operating system's errno, 0 when none was involved or it is not known
 * @param code an application or protocol code, 0 when there is none
 * @param detail one sentence for people; never null, not meant for parsing
 * @param bytesUnsent bytes taken by {@code send} that the kernel had not accepted when the connection ended
 */
public record CloseReason(
    Kind kind, Initiator initiator, int osError, long code, String detail, long bytesUnsent) {

  /** What happened. */
  public enum Kind {
    /** {@link Connection#close()} was called here and the connection ended in good order. */
    LOCAL_CLOSE(true),
    /** {@link Connection#abort()} was called here. */
    LOCAL_ABORT(true),
    /** The peer ended its direction (FIN), and the connection was closed in answer to it. SCTP: the peer's SHUTDOWN. */
    PEER_CLOSE(true),
    /** The peer reset the connection (RST). */
    PEER_RESET(false),
    /** SCTP: the peer aborted the association (ABORT); {@link CloseReason#code()} is its cause code. */
    PEER_ABORT(false),
    /** The peer refused the connection, or nothing listens there. */
    REFUSED(false),
    /** The peer stopped answering: retransmissions or TCP_USER_TIMEOUT ran out. */
    TIMED_OUT(false),
    /**
     * The peer answered no keep-alive probe while nothing sent was unacknowledged. The NIO engine cannot tell it from {@link
     * #TIMED_OUT} and says that.
     */
    KEEP_ALIVE_TIMEOUT(false),
    /** SCTP: heartbeats or retransmissions stayed without an answer; see {@link io.sluice.sctp.SctpLiveness}. */
    PATH_LOST(false),
    /** The connection was not established within {@link ConnectOptions#connectTimeout()}. */
    CONNECT_TIMEOUT(false),
    /** No route, network or host down or unreachable. */
    UNREACHABLE(false),
    /** {@code close()}: the peer's system did not acknowledge everything within linger or deadline; an abort followed. */
    CLOSE_TIMEOUT(false),
    /** The connection was idle for longer than its {@link IdlePolicy} allows: {@link IdlePolicy#withClose}. */
    IDLE_TIMEOUT(false),
    /** No sign of life answered the heartbeat: {@link IdlePolicy#withHeartbeat}. */
    HEARTBEAT_TIMEOUT(false),
    /** SCTP: the peer began a new association on the same ports, because its process was restarted, say. */
    RESTARTED(false),
    /** SCTP: the peer broke the protocol. */
    PROTOCOL_ERROR(false),
    /** The handler threw an exception. */
    HANDLER_FAILED(false),
    /** The loop was shut down. */
    LOOP_SHUTDOWN(true),
    /** A limit of this process: descriptors, memory. */
    RESOURCE_LIMIT(false),
    /** Another error of the operating system: see {@link CloseReason#osError()}. */
    IO_ERROR(false);

    private final boolean expected;

    Kind(boolean expected) {
      this.expected = expected;
    }

    /** True for ends that belong to normal operation; false for faults that a monitor should count. */
    public boolean isExpected() {
      return expected;
    }
  }

  /** Who started the end. */
  public enum Initiator {
    /** This side's application. */
    LOCAL,
    /** The other side. */
    PEER,
    /** The network or the kernel: timeouts, unreachable hosts. */
    NETWORK,
    /** This side's event loop: shutdown, limits, failed handlers. */
    LOOP
  }

  public CloseReason {
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(initiator, "initiator");
    Objects.requireNonNull(detail, "detail");
  }

  /** True for ends that belong to normal operation; false for faults that a monitor should count. */
  public boolean isExpected() {
    return kind.expected;
  }
}
