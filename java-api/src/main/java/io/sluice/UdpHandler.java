package io.sluice;

/**
 * What an application does with a {@link UdpSocket}.
 *
 * <p>All methods are called on the socket's loop thread, in the order {@code onOpen}, then any number of {@code onDatagram},
 * {@code onWritable} and {@code onError}, then exactly one {@code onClosed}, and nothing after it. They must not block.
 *
 * <p><b>Exceptions.</b> A socket without connections serves many peers, and no single datagram may end it for all of them: an
 * exception thrown by a callback is logged (rate-limited), counted in {@link LoopMetric#DATAGRAM_HANDLER_FAILURES}, and the
 * socket lives on. Only one thrown by {@code onOpen} closes it, with {@link CloseReason.Kind#HANDLER_FAILED}.
 */
public interface UdpHandler {
  /** The socket is bound, and nothing was received yet: the place to set options that need that. */
  default void onOpen(UdpSocket socket) {}

  /**
   * A datagram arrived; also one of no bytes.
   *
   * @param data its payload, lent until this method returns, unless retained or sent: see {@link BufferLease}
   * @param info where it came from and what else is known; valid until this method returns
   */
  void onDatagram(UdpSocket socket, BufferLease data, DatagramInfo info);

  /** After a {@code send} was answered SATURATED or REJECTED: the queue fell to the low-water mark. */
  default void onWritable(UdpSocket socket) {}

  /**
   * A datagram that was sent failed: without a {@link UdpSendListener} it was refused here, or the network said so later
   * (ICMP: on a connected socket, and on any with {@link TransportOption#IP_RECVERR}). Nothing ends by it. Hearsay from the
   * network can be forged: take it for a hint.
   */
  default void onError(UdpSocket socket, UdpError error) {}

  /** The socket has ended; all send listeners were called. */
  default void onClosed(UdpSocket socket, CloseReason reason) {}
}
