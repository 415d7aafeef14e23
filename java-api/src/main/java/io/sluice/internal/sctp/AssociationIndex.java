package io.sluice.internal.sctp;

/** Associations by their id in C: open addressing, without an object per look-up. Loop thread only. */
final class AssociationIndex {
  private static final int MIN_SIZE = 16;

  private long[] ids = new long[MIN_SIZE];
  private Association[] items = new Association[MIN_SIZE];
  private int count;

  private static int hash(long id) {
    long h = id * 0x9e3779b97f4a7c15L;
    return (int) (h >>> 32);
  }

  int count() {
    return count;
  }

  Association get(long id) {
    int mask = ids.length - 1;
    for (int i = hash(id) & mask; items[i] != null; i = i + 1 & mask) {
      if (ids[i] == id) {
        return items[i];
      }
    }
    return null;
  }

  void put(long id, Association item) {
    if (2 * (count + 1) > ids.length) {
      grow();
    }
    insert(id, item);
    count++;
  }

  private void insert(long id, Association item) {
    int mask = ids.length - 1;
    int i = hash(id) & mask;
    while (items[i] != null) {
      i = i + 1 & mask;
    }
    ids[i] = id;
    items[i] = item;
  }

  private void grow() {
    long[] oldIds = ids;
    Association[] old = items;
    ids = new long[oldIds.length * 2];
    items = new Association[oldIds.length * 2];
    for (int i = 0; i < old.length; i++) {
      if (old[i] != null) {
        insert(oldIds[i], old[i]);
      }
    }
  }

  /** Moves those behind it up, so that no search ends too early. */
  void remove(long id) {
    int mask = ids.length - 1;
    int i = hash(id) & mask;
    while (items[i] != null && ids[i] != id) {
      i = i + 1 & mask;
    }
    if (items[i] == null) {
      return;
    }
    count--;
    int hole = i;
    for (int j = i + 1 & mask; items[j] != null; j = j + 1 & mask) {
      int home = hash(ids[j]) & mask;
      boolean mayMove = (j - home & mask) >= (j - hole & mask);
      if (mayMove) {
        ids[hole] = ids[j];
        items[hole] = items[j];
        hole = j;
      }
    }
    items[hole] = null;
  }

  Association[] all() {
    Association[] all = new Association[count];
    int n = 0;
    for (Association item : items) {
      if (item != null) {
        all[n++] = item;
      }
    }
    return all;
  }
}
