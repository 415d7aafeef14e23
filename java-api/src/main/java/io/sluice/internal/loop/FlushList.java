package io.sluice.internal.loop;

/** Connections and datagram sockets with something to do at the end of the turn, linked through themselves. Loop thread only. */
final class FlushList {
  private Endpoint first;

  void add(Endpoint c) {
    c.nextDirty = first;
    first = c;
  }

  boolean isEmpty() {
    return first == null;
  }

  /** Flushes those that are in the list now; what they cause waits for the next time. */
  void flush() {
    Endpoint c = first;
    first = null;
    while (c != null) {
      Endpoint next = c.nextDirty;
      c.nextDirty = null;
      try {
        c.flush();
      } catch (Throwable t) {
        addAll(next); // An internal error, heap used up perhaps: the others must not wait for ever.
        throw t;
      }
      c = next;
    }
  }

  private void addAll(Endpoint list) {
    while (list != null) {
      Endpoint next = list.nextDirty;
      add(list);
      list = next;
    }
  }
}
