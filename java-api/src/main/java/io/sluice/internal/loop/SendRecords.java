package io.sluice.internal.loop;

import java.util.Arrays;

/** The send records of a loop, found by the number in the token and used again. Loop thread only. */
final class SendRecords {
  private SendRecord[] records = new SendRecord[16];
  private int[] free = new int[16];
  private int freeCount;
  private int used;

  SendRecord acquire() {
    if (freeCount > 0) {
      return records[free[--freeCount]];
    }
    if (used == records.length) {
      records = Arrays.copyOf(records, used * 2);
      free = Arrays.copyOf(free, used * 2);
    }
    SendRecord r = new SendRecord(used);
    records[used++] = r;
    return r;
  }

  SendRecord get(int index) {
    return records[index];
  }

  void release(SendRecord record) {
    record.reset();
    free[freeCount++] = record.index;
  }
}
