package io.sluice.internal.loop;

import java.util.Arrays;

/** The send records of a loop, found by the number in the token and used again. Loop thread only. */
final class SendRecords {
  private SendRecord[] records = new SendRecord[16];
  private int[] free = new int[16];
  private int freeCount;
  private int used;

  SendRecord acquire(StreamConnection connection) {
    SendRecord r = freeCount > 0 ? records[free[--freeCount]] : made();
    r.connection = connection;
    return r;
  }

  private SendRecord made() {
    if (used == records.length) {
      records = Arrays.copyOf(records, used * 2);
      free = Arrays.copyOf(free, used * 2);
    }
    SendRecord r = new SendRecord(used);
    records[used++] = r;
    return r;
  }

  /** The loop is over, no completion comes any more: tells every listener that still waits for one why its connection ends. */
  void failAll() {
    for (int i = 0; i < used; i++) {
      SendRecord r = records[i];
      if (r.connection != null) {
        r.tell(r.connection, 0, r.connection.reason);
      }
    }
  }

  SendRecord get(int index) {
    return records[index];
  }

  void release(SendRecord record) {
    record.reset();
    free[freeCount++] = record.index;
  }
}
