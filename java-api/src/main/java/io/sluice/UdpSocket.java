package io.sluice;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletionStage;

/**
 * A UDP socket that belongs to one event loop: bound, or bound and connected to one peer. Opened by {@link
 * EventLoopGroup#bindUdp} and {@link EventLoopGroup#connectUdp}.
 *
 * <p>Every method may be called from any thread unless it says otherwise. Datagrams keep their bounds: each {@code send} is
 * one, or one train of segments, taken by the kernel whole or not at all, and one that fails takes no other with it.
 *
 * <p><b>Size of what is received.</b> A datagram has to fit into one receive buffer less {@link #RECEIVE_OVERHEAD_BYTES}; its end
 * is lost otherwise, which {@link DatagramInfo#isTruncated()} tells. The default buffers take 17,248 bytes: whoever expects
 * more, or switches {@link TransportOption#UDP_GRO} on, makes them larger with {@link EventLoopGroup.Builder#receiveBuffers}.
 *
 * <p><b>What is lost.</b> UDP loses datagrams in the network; when nobody reads, the kernel drops what its receive buffer
 * ({@link TransportOption#SO_RCVBUF}) does not hold. Neither is an error.
 */
public interface UdpSocket {
  /** Most bytes of a datagram over IPv4: 65,535 less the headers of IP and UDP. */
  int MAX_PAYLOAD_BYTES = 65_507;
  /** Bytes of a receive buffer that a datagram cannot use. */
  int RECEIVE_OVERHEAD_BYTES = 160;

  /** Unique within the process, among connections too; never reused. */
  long id();

  EventLoop loop();

  /** The bound address. Also known after the close. */
  InetSocketAddress localAddress();

  /** The peer of a connected socket, else null. */
  InetSocketAddress remoteAddress();

  // ------------------------------------------------------------------------------------------- sending

  /**
   * Sends the remaining bytes of {@code data}, also none at all, to the peer of a connected socket. They are copied before
   * this method returns; position is advanced to limit when taken, else unchanged. Should it fail, {@link
   * UdpHandler#onError} is told.
   *
   * @throws IllegalStateException when the socket is not connected
   * @throws IllegalArgumentException when they are more than 65,535
   */
  SendResult send(ByteBuffer data);

  /**
   * The same to an address. A socket that is not connected sends anywhere; a connected one, too, with a native engine.
   *
   * @throws IllegalArgumentException also when {@code to} is unresolved or has port 0
   */
  SendResult send(ByteBuffer data, InetSocketAddress to);

  /** The same, with source, TOS or segments as {@code to} says. */
  SendResult send(ByteBuffer data, UdpDestination to);

  /** The same; the listener is told what became of it, when the result is accepted. */
  SendResult send(ByteBuffer data, UdpDestination to, UdpSendListener listener);

  /**
   * Sends received bytes without a copy. Ends the lease, whatever the result. A lease of another loop is copied.
   *
   * @throws IllegalStateException when the lease has ended before
   */
  SendResult send(BufferLease data, UdpDestination to);

  /** The same; the listener is told what became of it, when the result is accepted. */
  SendResult send(BufferLease data, UdpDestination to, UdpSendListener listener);

  /**
   * Answers a datagram within its callback: to its source, from the address it was sent to where that is known. Loop thread
   * only; elsewhere use {@link DatagramInfo#reply()}.
   */
  SendResult reply(ByteBuffer data, DatagramInfo to);

  /** The same without a copy. Ends the lease, whatever the result. */
  SendResult reply(BufferLease data, DatagramInfo to);

  /** Whether a {@code send} would be answered {@link SendResult#QUEUED}, as far as can be known at the moment. */
  boolean isWritable();

  /** Bytes taken by {@code send} and not yet by the kernel, as the loop knows it; see {@link Connection#pendingSendBytes()}. */
  long pendingSendBytes();

  // ------------------------------------------------------------------------------------------- reading

  /** Stops {@code onDatagram} until {@link #resumeReading()}: datagrams wait in the kernel, which drops those beyond its buffer. */
  void pauseReading();

  void resumeReading();

  boolean isReadingPaused();

  // ------------------------------------------------------------------------------------------- groups

  /**
   * Joins a multicast group (RFC 1112, RFC 3376, RFC 2710).
   *
   * @param on the interface; null: the system chooses
   * @return completes on the loop's thread, or fails with a {@link TransportException}, also when it was joined before
   * @throws IllegalArgumentException when {@code group} is no multicast address
   */
  CompletionStage<UdpSocket> join(InetAddress group, NetworkInterface on);

  /** Joins it for datagrams of one source only. */
  CompletionStage<UdpSocket> join(InetAddress group, NetworkInterface on, InetAddress source);

  /** Leaves a group, named as it was joined. */
  CompletionStage<UdpSocket> leave(InetAddress group, NetworkInterface on);

  CompletionStage<UdpSocket> leave(InetAddress group, NetworkInterface on, InetAddress source);

  /** Shuts one source out of a group that was joined for all. */
  CompletionStage<UdpSocket> block(InetAddress group, NetworkInterface on, InetAddress source);

  CompletionStage<UdpSocket> unblock(InetAddress group, NetworkInterface on, InetAddress source);

  // ------------------------------------------------------------------------------------------- closing

  /**
   * Closes in good order: what {@code send} took goes to the kernel first. May be called any number of times, in any state;
   * never throws; every call returns the same stage.
   *
   * @return completes with the reason after {@code onClosed} returned; never fails, and cannot be completed or cancelled by
   *     its callers
   */
  CompletionStage<CloseReason> close();

  /** Closes at once and drops what the kernel has not taken. Overtakes a {@code close()}. */
  CompletionStage<CloseReason> abort();

  /** The same stage as {@link #close()} returns. */
  CompletionStage<CloseReason> closed();

  /**
   * The reason, for any thread: null until it is final, then what {@code onClosed} is told, from its beginning on and for ever.
   * A socket whose end has begun ({@link #isOpen} is false) has none yet, because another cause may still come first.
   */
  CloseReason closeReason();

  /** False from the moment the end began. */
  boolean isOpen();

  // ------------------------------------------------------------------------------------------- the rest

  /**
   * Reads a socket option. Loop thread only.
   *
   * @throws UnsupportedOperationException when engine or operating system lacks it; the message says which
   * @throws TransportException when the socket has ended
   */
  <T> T option(TransportOption<T> option) throws TransportException;

  /** Sets a socket option. Loop thread only. Throws as {@link #option(TransportOption)}. */
  <T> void option(TransportOption<T> option, T value) throws TransportException;

  /** Replaces the handler. Loop thread only. */
  void handler(UdpHandler handler);

  /** Whatever the application wants to keep with the socket. */
  Object attachment();

  void attachment(Object attachment);
}
