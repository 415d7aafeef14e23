package io.sluice.internal.loop;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/**
 * The connections of a loop, by the index in the low half of their handle and by their id. A handle of an earlier life of the
 * same index finds nothing, because the whole handle is compared. The loop's thread writes and reads plainly; other threads
 * see what it published, through {@link #sharedAt}, {@link #sharedBound}, {@link #sharedCount} and {@link #find}.
 */
final class ConnectionTable {
  private static final VarHandle TABLE;
  private static final VarHandle COUNT;
  private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(StreamConnection[].class);

  static {
    try {
      MethodHandles.Lookup l = MethodHandles.lookup();
      TABLE = l.findVarHandle(ConnectionTable.class, "table", StreamConnection[].class);
      COUNT = l.findVarHandle(ConnectionTable.class, "count", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private StreamConnection[] table = new StreamConnection[64];
  private int count;
  private final IdIndex ids = new IdIndex();

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

  /** From here on other threads may find it. */
  void put(StreamConnection connection) {
    int index = (int) connection.handle;
    if (index >= table.length) {
      TABLE.setRelease(
          this, Arrays.copyOf(table, Math.max(table.length * 2, Integer.highestOneBit(index) * 2)));
    }
    if (table[index] != null) {
      throw new IllegalStateException("handle index " + index + " is still in use by connection " + table[index].id());
    }
    ids.put(connection);
    SLOT.setRelease(table, index, connection);
    COUNT.setRelease(this, count + 1);
  }

  /** From here on nothing finds it, neither its handle nor its id nor any key. */
  void remove(StreamConnection connection) {
    int index = (int) connection.handle;
    if (table[index] == connection) {
      SLOT.setRelease(table, index, null);
      COUNT.setRelease(this, count - 1);
      ids.remove(connection);
      KeyIndex.leaveAll(connection);
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

  // ------------------------------------------------------------------------------------------- any thread

  int sharedCount() {
    return (int) COUNT.getAcquire(this);
  }

  int sharedBound() {
    return ((StreamConnection[]) TABLE.getAcquire(this)).length;
  }

  /** Reads the present table each time: one that was replaced still holds connections that have ended. */
  StreamConnection sharedAt(int index) {
    return (StreamConnection) SLOT.getAcquire((StreamConnection[]) TABLE.getAcquire(this), index);
  }

  /** Null when no connection of this loop has that id. */
  StreamConnection find(long id) {
    return ids.find(id);
  }
}
