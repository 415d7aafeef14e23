package io.sluice.soak;

import io.sluice.CloseReason.Kind;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

/** What the handlers of a group saw, to be compared with what the group counted. Any thread. */
final class Tally {
  final LongAdder opens = new LongAdder();
  private final AtomicLongArray closes = new AtomicLongArray(Kind.values().length);

  void closed(Kind kind) {
    closes.incrementAndGet(kind.ordinal());
  }

  long closes(Kind kind) {
    return closes.get(kind.ordinal());
  }

  long closes() {
    long n = 0;
    for (int i = 0; i < closes.length(); i++) {
      n += closes.get(i);
    }
    return n;
  }
}
