package io.sluice.internal.loop;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The connections of a loop by id: open addressing, at most half full. The loop's thread writes. Any thread looks up, without
 * a lock: an entry never moves within its array, and a larger array is complete before it is published.
 */
final class IdIndex {
  private static final VarHandle ENTRIES;
  private static final VarHandle ENTRY = MethodHandles.arrayElementVarHandle(Object[].class);
  /** Stands where an entry was removed that others may lie behind. */
  private static final Object GONE = new Object();
  private static final int FEWEST_ENTRIES = 64;

  static {
    try {
      ENTRIES = MethodHandles.lookup().findVarHandle(IdIndex.class, "entries", Object[].class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private Object[] entries = new Object[FEWEST_ENTRIES];
  private int live;
  /** Entries that are not null: connections and {@link #GONE}. */
  private int used;

  /** Ids are given in sequence: without mixing, long-lived neighbours would make one long run. */
  private static int start(long id, int length) {
    return (int) (id * 0x9e3779b97f4a7c15L >>> Long.numberOfLeadingZeros(length) + 1);
  }

  /** Loop thread. */
  void put(StreamConnection c) {
    if (used >= entries.length / 2) {
      rebuild();
    }
    insert(entries, c);
    live++;
    used++;
  }

  private static void insert(Object[] array, StreamConnection c) {
    int mask = array.length - 1;
    int i = start(c.id, array.length);
    while (array[i] != null) {
      i = i + 1 & mask;
    }
    ENTRY.setRelease(array, i, c);
  }

  private void rebuild() {
    int length = FEWEST_ENTRIES;
    while (length < live * 4L) {
      length <<= 1;
    }
    Object[] fresh = new Object[length];
    for (Object o : entries) {
      if (o != null && o != GONE) {
        insert(fresh, (StreamConnection) o);
      }
    }
    used = live;
    ENTRIES.setRelease(this, fresh);
  }

  /** Loop thread. */
  void remove(StreamConnection c) {
    Object[] array = entries;
    int mask = array.length - 1;
    int i = start(c.id, array.length);
    while (array[i] != c) {
      if (array[i] == null) {
        return;
      }
      i = i + 1 & mask;
    }
    live--;
    if (array[i + 1 & mask] != null) {
      ENTRY.setRelease(array, i, GONE);
      return;
    }
    // Nothing lies behind it: it and what was removed before it can be free again.
    do {
      ENTRY.setRelease(array, i, null);
      used--;
      i = i - 1 & mask;
    } while (array[i] == GONE);
  }

  /** Any thread. */
  StreamConnection find(long id) {
    Object[] array = (Object[]) ENTRIES.getAcquire(this);
    int mask = array.length - 1;
    for (int i = start(id, array.length); ; i = i + 1 & mask) {
      Object o = ENTRY.getAcquire(array, i);
      if (o == null) {
        return null;
      }
      if (o != GONE && ((StreamConnection) o).id == id) {
        return (StreamConnection) o;
      }
    }
  }
}
