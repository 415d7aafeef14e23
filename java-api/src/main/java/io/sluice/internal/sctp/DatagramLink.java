package io.sluice.internal.sctp;

import java.nio.ByteBuffer;

/** What carries the datagrams of a stack: a UDP socket, or a test's wire. Loop thread only. */
interface DatagramLink {
  /**
   * Sends the remaining bytes, which are copied. Datagrams may be lost: nothing is answered.
   *
   * @param to the peer they are for
   */
  void send(ByteBuffer datagram, Peer to);

  /** An association or a listener that used this link is gone. */
  void userGone();
}
