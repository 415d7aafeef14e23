package io.sluice.internal.loop;

import io.sluice.UdpError;
import io.sluice.UdpSendListener;
import java.net.InetSocketAddress;
import java.util.Arrays;

/** What one datagram needs at its completion. Pooled by {@link Table}, found by the number in the token. */
final class UdpSendRecord {
  final int index;
  /** Whose send it is; null while the record is free. */
  UdpSocketImpl socket;
  int chunk;
  int buffer;
  int bytes;
  UdpSendListener listener;
  /** The destination as in {@code sluice_meta}; all 0: the peer. */
  long head;
  long high;
  long low;

  private UdpSendRecord(int index) {
    this.index = index;
  }

  InetSocketAddress destination() {
    return (head & 0xffff) == 0 ? socket.remoteAddress() : UdpAddresses.expand(head, high, low);
  }

  UdpError failure(int code, int osError) {
    return UdpErrors.ofSend(code, osError, destination());
  }

  /** The records of a loop. Loop thread only. */
  static final class Table {
    private UdpSendRecord[] records = new UdpSendRecord[16];
    private int[] free = new int[16];
    private int freeCount;
    private int used;

    UdpSendRecord acquire(UdpSocketImpl socket, int bytes, UdpSendListener listener) {
      UdpSendRecord r = freeCount > 0 ? records[free[--freeCount]] : made();
      r.socket = socket;
      r.chunk = UdpChunks.NONE;
      r.buffer = LeasePool.NONE;
      r.bytes = bytes;
      r.listener = listener;
      return r;
    }

    private UdpSendRecord made() {
      if (used == records.length) {
        records = Arrays.copyOf(records, used * 2);
        free = Arrays.copyOf(free, used * 2);
      }
      UdpSendRecord r = new UdpSendRecord(used);
      records[used++] = r;
      return r;
    }

    UdpSendRecord get(int index) {
      return records[index];
    }

    void release(UdpSendRecord r) {
      r.socket = null;
      r.listener = null;
      free[freeCount++] = r.index;
    }

    int bound() {
      return used;
    }
  }
}
