package io.sluice.internal.loop;

import java.util.Arrays;

/** Objects under small numbers that are used again, for operations that are found by their token. Loop thread only. */
final class Slots<T> {
  private Object[] items = new Object[8];
  private int[] free = new int[8];
  private int freeCount;
  private int used;
  private int live;

  int add(T item) {
    int slot;
    if (freeCount > 0) {
      slot = free[--freeCount];
    } else {
      slot = used++;
      if (slot == items.length) {
        items = Arrays.copyOf(items, slot * 2);
      }
    }
    items[slot] = item;
    live++;
    return slot;
  }

  /** Null when nothing is there. */
  @SuppressWarnings("unchecked")
  T get(int slot) {
    return slot >= 0 && slot < used ? (T) items[slot] : null;
  }

  T remove(int slot) {
    T item = get(slot);
    if (item != null) {
      items[slot] = null;
      if (freeCount == free.length) {
        free = Arrays.copyOf(free, freeCount * 2);
      }
      free[freeCount++] = slot;
      live--;
    }
    return item;
  }

  int live() {
    return live;
  }

  /** One more than the highest slot ever used, to walk over them with {@link #get}. */
  int bound() {
    return used;
  }
}
