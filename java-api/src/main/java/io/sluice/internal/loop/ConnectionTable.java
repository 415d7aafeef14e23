package io.sluice.internal.loop;

import java.util.Arrays;

/**
 * The connections of a loop, by the index in the low half of their handle. A handle of an earlier life of the same index
 * finds nothing, because the whole handle is compared. Loop thread only.
 */
final class ConnectionTable {
  private StreamConnection[] table = new StreamConnection[64];
  private int count;

  /** Null when the handle is not, or no longer, a connection of this loop. */
  StreamConnection get(long handle) {
    int index = (int) handle;
    StreamConnection[] t = table;
    if (index < 0 || index >= t.length) {
      return null;
    }
    StreamConnection c = t[index];
    return c != null && c.handle == handle ? c : null;
  }

  void put(StreamConnection connection) {
    int index = (int) connection.handle;
    if (index >= table.length) {
      table = Arrays.copyOf(table, Math.max(table.length * 2, Integer.highestOneBit(index) * 2));
    }
    if (table[index] != null) {
      throw new IllegalStateException("handle index " + index + " is still in use by connection " + table[index].id());
    }
    table[index] = connection;
    count++;
  }

  void remove(StreamConnection connection) {
    int index = (int) connection.handle;
    if (table[index] == connection) {
      table[index] = null;
      count--;
    }
  }

  int count() {
    return count;
  }

  /** One more than the highest index, to walk over the table with {@link #at}. */
  int bound() {
    return table.length;
  }

  StreamConnection at(int index) {
    return table[index];
  }
}
