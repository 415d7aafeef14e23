package io.sluice.internal.loop;

/** Connections with something to do at the end of the turn, linked through themselves. Loop thread only. */
final class FlushList {
  private StreamConnection first;

  void add(StreamConnection c) {
    c.nextDirty = first;
    first = c;
  }

  boolean isEmpty() {
    return first == null;
  }

  /** Flushes those that are in the list now; what they cause waits for the next time. */
  void flush() {
    StreamConnection c = first;
    first = null;
    while (c != null) {
      StreamConnection next = c.nextDirty;
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

  private void addAll(StreamConnection list) {
    while (list != null) {
      StreamConnection next = list.nextDirty;
      add(list);
      list = next;
    }
  }
}
