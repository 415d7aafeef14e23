package io.sluice.internal.sctp;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.ArrayList;
import java.util.List;

/**
 * Carriers of datagrams by number. A number is {@code generation << 20 | index}: one that is used again is never mistaken for the
 * old one. Loop thread only.
 */
final class Links {
  private static final int INDEX_BITS = 20;

  private final List<DatagramLink> items = new ArrayList<>();
  private final List<Long> numbers = new ArrayList<>();
  private final Deque<Integer> free = new ArrayDeque<>();
  private long generation;

  /** Its number, more than 0. */
  long add(DatagramLink link) {
    int index = free.isEmpty() ? items.size() : free.removeFirst();
    long number = ++generation << INDEX_BITS | index;
    if (index == items.size()) {
      items.add(link);
      numbers.add(number);
    } else {
      items.set(index, link);
      numbers.set(index, number);
    }
    return number;
  }

  /** Null: it is gone. */
  DatagramLink get(long number) {
    int index = (int) (number & (1 << INDEX_BITS) - 1);
    return index < items.size() && numbers.get(index) == number ? items.get(index) : null;
  }

  void remove(long number) {
    if (get(number) != null) {
      int index = (int) (number & (1 << INDEX_BITS) - 1);
      items.set(index, null);
      free.addLast(index);
    }
  }
}
