package io.sluice.internal.loop;

import io.sluice.CloseReason;
import io.sluice.SendListener;
import java.util.Arrays;

/** What a send needs at its completion beyond what fits into a token: listeners, a file. Pooled by {@link SendRecords}. */
final class SendRecord {
  static final int NO_FILE = -1;

  final int index;
  int chunk = SendMemory.NONE;
  int buffer = LeasePool.NONE;
  int file = NO_FILE;
  int bytes;
  /** Whose send it is; null while the record is free. */
  StreamConnection connection;
  private SendListener[] listeners = new SendListener[2];
  /** Where in the send each listener's data ends. */
  private int[] ends = new int[2];
  private int count;

  SendRecord(int index) {
    this.index = index;
  }

  void add(SendListener listener, int end) {
    if (count == listeners.length) {
      listeners = Arrays.copyOf(listeners, count * 2);
      ends = Arrays.copyOf(ends, count * 2);
    }
    listeners[count] = listener;
    ends[count++] = end;
  }

  /**
   * Tells every listener; those whose bytes were all accepted before the failure hear of success.
   *
   * @param failure null: everything was accepted
   */
  void tell(StreamConnection connection, int accepted, CloseReason failure) {
    for (int i = 0; i < count; i++) {
      SendListener l = listeners[i];
      listeners[i] = null;
      try {
        l.onSent(connection, failure == null || ends[i] <= accepted && accepted > 0 ? null : failure);
      } catch (Throwable t) {
        connection.handlerFailed("SendListener.onSent", t);
      }
    }
    count = 0;
  }

  void reset() {
    Arrays.fill(listeners, 0, count, null);
    count = 0;
    chunk = SendMemory.NONE;
    buffer = LeasePool.NONE;
    file = NO_FILE;
    bytes = 0;
    connection = null;
  }
}
