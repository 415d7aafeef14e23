package io.sluice.internal.loop;

import io.sluice.FileRegion;
import io.sluice.SendListener;

/** A send of another thread on its way to the loop: already taken, so it must be carried out or reported as failed. */
final class ForeignSend {
  /** End of the stack of a connection that takes no more. */
  static final ForeignSend CLOSED = new ForeignSend(null, null, null, null);

  /** Exactly one of these is set. */
  final byte[] bytes;
  final RetainedLease lease;
  final FileRegion file;

  final SendListener listener;
  /** The caller was told to wait for onWritable. */
  boolean saturated;
  ForeignSend next;

  ForeignSend(byte[] bytes, RetainedLease lease, FileRegion file, SendListener listener) {
    this.bytes = bytes;
    this.lease = lease;
    this.file = file;
    this.listener = listener;
  }

  /** Bytes that count against the send limit: a file needs no memory. */
  int memoryBytes() {
    return bytes != null ? bytes.length : lease != null ? lease.length : 0;
  }

  static ForeignSend reversed(ForeignSend s) {
    ForeignSend r = null;
    while (s != null) {
      ForeignSend next = s.next;
      s.next = r;
      r = s;
      s = next;
    }
    return r;
  }
}
