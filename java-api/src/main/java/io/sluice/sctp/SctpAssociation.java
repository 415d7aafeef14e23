package io.sluice.sctp;

import io.sluice.EventLoop;
import io.sluice.SendResult;
import io.sluice.TransportException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletionStage;

/**
 * An established SCTP association: ordered or unordered messages on several streams, to one peer. It belongs to one loop.
 *
 * <p>Every method may be called from any thread unless it says otherwise.
 *
 * <p><b>The end.</b> From the moment the cause of the end is known, which is before {@link SctpHandler#onClosed} is called,
 * {@code send} and {@code resetStreams} answer {@link SendResult#CLOSED} on every thread and {@link #close()} tells why.
 */
public interface SctpAssociation {
  /** Bytes that the reason of an abort may have: 504. */
  int MAX_REASON_BYTES = 504;
  /** Deadline of {@link #close()}: 5 seconds. */
  Duration DEFAULT_DEADLINE = Duration.ofSeconds(5);
  /** The longest deadline: 24 hours. */
  Duration MAX_DEADLINE = Duration.ofHours(24);

  /** Unique within the process, never reused. */
  long id();

  EventLoop loop();

  /** The endpoint whose UDP socket carries it. */
  SctpEndpoint endpoint();

  /** Also known after the close. */
  SctpAddress localAddress();

  /** Also known after the close. */
  SctpAddress remoteAddress();

  /** Whether a listener accepted it. False: it was connected from here. */
  boolean isAccepted();

  /**
   * Whether it is the new life of a peer that restarted on the same ports: an association with that peer has just ended with
   * {@link io.sluice.CloseReason.Kind#RESTARTED}.
   */
  boolean isRestart();

  SctpState state();

  /** Whether {@link #state()} is OPEN. False from the moment the end began. */
  boolean isOpen();

  // ------------------------------------------------------------------------------------------- sending

  /** Streams that may be sent on, as agreed with the peer: ids are 0 to that less 1. */
  int streamsOut();

  /** Streams that the peer may send on. */
  int streamsIn();

  /** The longest message that may be sent, bytes: {@link SctpStackOptions#maxMessageBytes()}. */
  int maxMessageBytes();

  /**
   * Sends the remaining bytes of {@code data} as one message, reliably and in the order of the stream. They are copied before
   * this method returns, unless the result is not {@linkplain SendResult#accepted() accepted}; position is advanced to limit
   * when taken, else unchanged.
   *
   * @param ppid payload protocol identifier, any 32 bits
   * @return {@link SendResult#QUEUED}, or {@link SendResult#SATURATED}: taken, wait for {@link SctpHandler#onWritable};
   *     {@link SendResult#REJECTED}: not taken, above {@link SctpOptions#sendLimitBytes()}, {@code onWritable} follows; {@link
   *     SendResult#CLOSED}: see {@link #closeReason()}
   * @throws IllegalArgumentException when the message is empty (SCTP has none) or longer than {@link #maxMessageBytes()}, or
   *     {@code stream} is not within 0 to {@link #streamsOut()} - 1
   */
  SendResult send(ByteBuffer data, int stream, int ppid);

  /** The same, with order and reliability as {@code how} says. */
  SendResult send(ByteBuffer data, SctpSendOptions how);

  /**
   * The same.
   *
   * @param context any number; comes back in {@link SctpSendFailure#context()}
   */
  SendResult send(ByteBuffer data, SctpSendOptions how, int context);

  /** Whether a {@code send} would be answered {@link SendResult#QUEUED}, as far as can be known at the moment. */
  boolean isWritable();

  /** Bytes taken by {@code send} that still wait for room in the stack's send buffer. */
  long pendingSendBytes();

  /**
   * Begins the numbers of outgoing streams anew (RFC 6525), after what was sent on them before was acknowledged. {@link
   * SctpHandler#onStreamReset} tells the outcome.
   *
   * @param streams 0 to {@link #streamsOut()} - 1 each; none: all of them
   * @return {@link SendResult#QUEUED} or {@link SendResult#CLOSED}
   * @throws IllegalArgumentException when an id is out of range
   */
  SendResult resetStreams(int... streams);

  // ------------------------------------------------------------------------------------------- closing

  /** {@link #close(Duration)} with {@link #DEFAULT_DEADLINE}. */
  CompletionStage<SctpClose> close();

  /**
   * Ends the association in good order: everything that was taken is delivered, then SHUTDOWN. At the deadline the peer is told
   * with an ABORT instead, and the reason is {@link io.sluice.CloseReason.Kind#CLOSE_TIMEOUT}. Messages of the peer are
   * delivered until then. May be called any number of times, in any state; never throws for the state it finds; a shorter
   * deadline replaces a longer one. Every call returns the same stage.
   *
   * @param deadline 0 (abort at once) to {@link #MAX_DEADLINE}
   * @return completes after {@code onClosed} returned, also when asked for later; never fails, and cannot be completed or
   *     cancelled by its callers
   */
  CompletionStage<SctpClose> close(Duration deadline);

  /**
   * {@link #abort(int, byte[])} with cause 12 and a text in UTF-8.
   *
   * @throws IllegalArgumentException when it is longer than {@link #MAX_REASON_BYTES}
   */
  CompletionStage<SctpClose> abort(String reason);

  /**
   * Ends the association now and tells the peer with an ABORT. No message is delivered any more; those that were not
   * acknowledged fail. Overtakes a {@code close()}.
   *
   * @param cause 12 (user-initiated abort), or 0 with an empty reason. Both are sent as 12: peers are known that ignore an ABORT
   *     whose cause they do not know
   * @param reason copied; at most {@link #MAX_REASON_BYTES}
   * @throws IllegalArgumentException when an argument is out of range
   */
  CompletionStage<SctpClose> abort(int cause, byte[] reason);

  /** The same stage as {@link #close()} returns; nothing is ended by asking. */
  CompletionStage<SctpClose> closed();

  /**
   * The reason, known from the moment the end began; null while the association is open. Final when {@link #state()} is {@link
   * SctpState#CLOSED}: an end in good order that does not come to pass takes the reason of what broke it.
   */
  SctpClose closeReason();

  // ------------------------------------------------------------------------------------------- the rest

  /**
   * What the stack knows of the association at the moment. Loop thread only.
   *
   * @throws TransportException when it has ended
   */
  SctpInfo info() throws TransportException;

  /** Replaces the handler. Loop thread only. */
  void handler(SctpHandler handler);

  /** Whatever the application wants to keep with the association. */
  Object attachment();

  void attachment(Object attachment);
}
