package io.sluice;

import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletionStage;

/**
 * A connected TCP or Unix stream socket that belongs to one event loop.
 *
 * <p>Every method may be called from any thread unless it says otherwise. On the loop's own thread {@code send} is a
 * matter of nanoseconds: the sends of one loop turn leave in one system call.
 */
public interface Connection {
  /** Unique within the process, never reused. */
  long id();

  EventLoop loop();

  /** The local address. Also known after the close. */
  SocketAddress localAddress();

  /**
   * The peer's address; for a Unix socket client usually unnamed. Never changes, also known after the close. Null for a TCP
   * connection that the peer had reset before the loop could ask for it.
   */
  SocketAddress remoteAddress();

  // ------------------------------------------------------------------------------------------- sending

  /**
   * Sends the remaining bytes of {@code data}. They are copied before this method returns (unless the result is not
   * {@linkplain SendResult#accepted() accepted}); position is advanced to limit when taken, else unchanged.
   */
  SendResult send(ByteBuffer data);

  /**
   * Like {@link #send(ByteBuffer)}, and tells the listener when the kernel has accepted the bytes. The listener is called
   * only when the result is accepted.
   */
  SendResult send(ByteBuffer data, SendListener listener);

  /** Sends several buffers as one message: all or none is taken. */
  SendResult send(ByteBuffer[] data);

  /**
   * Sends received bytes without a copy. Ends the lease, whatever the result. A lease of another loop is copied.
   *
   * @throws IllegalStateException when the lease has ended before
   */
  SendResult send(BufferLease data);

  /** Like {@link #send(BufferLease)}, and tells the listener when the kernel has accepted the bytes. */
  SendResult send(BufferLease data, SendListener listener);

  /**
   * Sends a region of a file; the kernel copies it where it can ({@code sendfile(2)}). It counts as pending, not against
   * {@link ConnectionOptions#sendLimitBytes()}; at most 16 regions of a connection may be queued, then the answer is
   * {@link SendResult#REJECTED}. When the file cannot be opened or ends early the connection is closed with {@link
   * CloseReason.Kind#IO_ERROR}, because its stream cannot go on.
   *
   * @throws IllegalArgumentException when the file does not exist, is no regular file or is shorter than the region
   * @param listener told the outcome; may be null
   */
  SendResult send(FileRegion region, SendListener listener);

  /** Whether a {@code send} would be answered {@link SendResult#QUEUED}, as far as can be known at the moment. */
  boolean isWritable();

  /**
   * Bytes taken by {@code send} and not yet accepted by the kernel, as the loop knows it. The loop learns of acceptance
   * with its next turn and does not wake up for it when nobody waits; asking from another thread makes it look again.
   */
  long pendingSendBytes();

  /** Ends the sending direction after everything queued (FIN). Later sends answer {@link SendResult#CLOSED}. */
  void shutdownOutput();

  // ------------------------------------------------------------------------------------------- reading

  /**
   * Stops {@code onData} until {@link #resumeReading()}. The kernel's receive buffer then fills and the peer is slowed
   * down by TCP. Data received already is kept and delivered on resume.
   */
  void pauseReading();

  void resumeReading();

  boolean isReadingPaused();

  // ------------------------------------------------------------------------------------------- closing

  /**
   * Closes in good order: everything sent before goes out, then this direction is ended (FIN), and the socket is closed when
   * the peer's end has come, too, or {@link ConnectionOptions#linger()} is over. What the peer sends meanwhile is read and
   * thrown away, also when reading was paused; no callback but {@link SendListener} and {@code onClosed} comes any more. When
   * the peer's end was seen before, the usual answer to {@code onInputClosed}, nothing is waited for.
   *
   * <p>When the linger is over and the peer's system has acknowledged everything, the connection is closed all the same
   * and the reason stays {@link CloseReason.Kind#LOCAL_CLOSE}; else it is aborted with {@link
   * CloseReason.Kind#CLOSE_TIMEOUT}. May be called any number of times, in any state; never throws; every call returns the
   * same stage.
   *
   * @return completes with the reason after {@code onClosed} returned; never fails, and cannot be completed or cancelled by
   *     its callers
   */
  CompletionStage<CloseReason> close();

  /**
   * Like {@link #close()}, with this deadline in place of the linger: it bounds the whole end. Also shortens the time of a
   * close that is under way. With a linger of 0 the peer's end is not waited for: the
   * deadline bounds the sending, in place of the 5 seconds that {@link ConnectionOptions#withLinger} tells of.
   *
   * @param deadline 0 to 24 hours
   */
  CompletionStage<CloseReason> close(Duration deadline);

  /** Resets the connection (RST) and drops unsent data: {@code SO_LINGER} with time 0. Overtakes a {@code close()}. */
  CompletionStage<CloseReason> abort();

  /** Completes with the reason after {@code onClosed} returned; the same stage as {@link #close()} returns. */
  CompletionStage<CloseReason> closed();

  /**
   * The reason, for any thread: null until it is final, then for ever what {@code onClosed} is told, from its beginning on. A
   * connection whose end has begun ({@link #isOpen} is false, sends are answered {@link SendResult#CLOSED}) has none yet:
   * the loop may still find that a reset came before a {@code close()} of another thread, and an end in good order may break.
   * Who was answered CLOSED and wants to know why, asks {@link #closed()}.
   */
  CloseReason closeReason();

  /** False from the moment the end began. */
  boolean isOpen();

  // ------------------------------------------------------------------------------------------- the rest

  /**
   * Reads a socket option. Loop thread only.
   *
   * @throws UnsupportedOperationException when engine or operating system lacks it; the message says which
   * @throws TransportException when the connection has ended
   */
  <T> T option(TransportOption<T> option) throws TransportException;

  /** Sets a socket option. Loop thread only. Throws as {@link #option(TransportOption)}. */
  <T> void option(TransportOption<T> option, T value) throws TransportException;

  /** TCP state and statistics of this connection ({@code tcp(7)}). Loop thread only. Throws as {@link #option}. */
  TcpInfo tcpInfo() throws TransportException;

  /** Replaces the handler, for example after a protocol upgrade. Loop thread only. */
  void handler(ConnectionHandler handler);

  /**
   * Replaces the idle policy; its times begin anew. {@link IdlePolicy#none()} ends it. Does nothing when the end of the
   * connection has begun. Loop thread only.
   */
  void idlePolicy(IdlePolicy policy);

  /** The present idle policy; {@link IdlePolicy#none()} also when the connection has ended. Loop thread only. */
  IdlePolicy idlePolicy();

  /** Whatever the application wants to keep with the connection. */
  Object attachment();

  void attachment(Object attachment);
}
