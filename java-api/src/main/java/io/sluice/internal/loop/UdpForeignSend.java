package io.sluice.internal.loop;

import io.sluice.UdpDestination;
import io.sluice.UdpSendListener;

/** A datagram of another thread on its way to the loop: already taken, so it must be carried out or reported as failed. */
final class UdpForeignSend {
  /** End of the stack of a socket that takes no more. */
  static final UdpForeignSend CLOSED = new UdpForeignSend(null, null, null, null);

  /** One of these two is set. */
  final byte[] bytes;
  final RetainedLease lease;

  final UdpDestination to;
  final UdpSendListener listener;
  /** The caller was told to wait for onWritable. */
  boolean saturated;
  UdpForeignSend next;

  UdpForeignSend(byte[] bytes, RetainedLease lease, UdpDestination to, UdpSendListener listener) {
    this.bytes = bytes;
    this.lease = lease;
    this.to = to;
    this.listener = listener;
  }

  int length() {
    return bytes != null ? bytes.length : lease.length;
  }

  static UdpForeignSend reversed(UdpForeignSend s) {
    UdpForeignSend r = null;
    while (s != null) {
      UdpForeignSend next = s.next;
      s.next = r;
      r = s;
      s = next;
    }
    return r;
  }
}
