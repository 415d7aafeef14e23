package io.sluice;

import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * What is known of a received datagram besides its bytes. One object per loop is used for all datagrams, so that none is
 * made for each: valid until {@link UdpHandler#onDatagram} returns, also after the payload was sent, retained or released;
 * on the loop's thread only. Any call later, or from another thread, throws {@link IllegalStateException}.
 */
public interface DatagramInfo {
  /**
   * The sender. The object is immutable, yours to keep, and remembered by the loop: a peer that keeps sending gets the same
   * one again, as long as not very many peers take turns (1024 per loop and hash; beyond that new ones are made).
   */
  InetSocketAddress source();

  /**
   * The address of this host that the datagram was sent to, which for multicast is the group's.
   *
   * @return null without {@link TransportOption#IP_PKTINFO}
   */
  InetAddress destination();

  /** Index of the interface it came in by; 0 without {@link TransportOption#IP_PKTINFO}. */
  int interfaceIndex();

  /** Type of service or traffic class, 0 to 255; -1 without {@link TransportOption#IP_RECVTOS}. */
  int tos();

  /** The ECN field (RFC 3168): 0 not capable, 1 ECT(1), 2 ECT(0), 3 congestion experienced; -1 as {@link #tos()}. */
  int ecn();

  /**
   * With {@link TransportOption#UDP_GRO}: the payload holds several datagrams of this many bytes each, the last one may be
   * shorter.
   *
   * @return 0 when the payload is one datagram
   */
  int segmentBytes();

  /** The datagram was longer than a receive buffer holds, and its end is lost. See {@link UdpSocket}. */
  boolean isTruncated();

  /**
   * Datagrams that this socket has lost so far because its receive buffer was full, modulo 2^32.
   *
   * @return -1 when unknown: without {@link TransportOption#SO_RXQ_OVFL}, and before the first loss
   */
  long dropped();

  /**
   * An answer to the sender, from the address that this datagram was sent to, where that is known and is no group. To be
   * kept; {@link UdpSocket#reply} does the same without an object.
   */
  UdpDestination reply();
}
