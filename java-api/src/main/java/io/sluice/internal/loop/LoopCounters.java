package io.sluice.internal.loop;

import io.sluice.CloseReason;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * What the Java half of a loop counts. Every cell has one writer (the loop's thread; the watch for the last two) and any
 * number of readers, so a plain read, an addition and an opaque store are enough: on the processors we know these are the
 * instructions of {@code n++}, and no reader ever sees half a number. Unused cells at both ends keep other objects, which
 * other threads may write to, off these cache lines.
 */
final class LoopCounters {
  /** Cells of a cache line, and of the one that the processor may fetch with it. */
  private static final int PADDING = 16;

  static final int ACCEPTED = PADDING;
  static final int CONNECTED = PADDING + 1;
  static final int CONNECTS_FAILED = PADDING + 2;
  static final int MESSAGES_RECEIVED = PADDING + 3;
  static final int MESSAGES_SENT = PADDING + 4;
  /** Bytes that sends took; what the kernel accepted the engine counts. */
  static final int BYTES_TAKEN = PADDING + 5;
  /** Bytes that were taken and went down with their connection. */
  static final int BYTES_UNSENT = PADDING + 6;
  static final int TURN_NANOS = PADDING + 7;
  static final int LONGEST_TURN_NANOS = PADDING + 8;
  static final int TASKS = PADDING + 9;
  static final int TASK_BATCHES = PADDING + 10;
  static final int TASK_DELAY_NANOS = PADDING + 11;
  static final int LONGEST_TASK_DELAY_NANOS = PADDING + 12;
  static final int LEASES_RETAINED = PADDING + 13;
  static final int LEASES_ENDED = PADDING + 14;
  static final int STALE_COMPLETIONS = PADDING + 15;
  /** See {@link TurnClock}. */
  static final int BEAT = PADDING + 16;
  /** Written by the watch. */
  static final int STALLS = PADDING + 17;
  /** Written by the watch. */
  static final int LONGEST_STALL_NANOS = PADDING + 18;
  /** Written by {@link LeaseChecks}. */
  static final int LEASES_LOST = PADDING + 19;
  /** Written by {@link LeaseChecks}. */
  static final int LEASES_MISUSED = PADDING + 20;
  static final int UDP_OPENED = PADDING + 21;
  static final int UDP_CLOSED = PADDING + 22;
  static final int UDP_HANDLER_FAILURES = PADDING + 23;
  /** The first of one cell per kind of close reason. */
  private static final int CLOSES = PADDING + 24;

  private static final CloseReason.Kind[] KINDS = CloseReason.Kind.values();
  private static final VarHandle CELL = MethodHandles.arrayElementVarHandle(long[].class);

  private final long[] cells = new long[CLOSES + KINDS.length + PADDING];

  /** The cell's one writer. */
  void add(int cell, long n) {
    CELL.setOpaque(cells, cell, cells[cell] + n);
  }

  /** The cell's one writer. */
  void set(int cell, long n) {
    CELL.setOpaque(cells, cell, n);
  }

  /** The cell's one writer. */
  void atLeast(int cell, long n) {
    if (cells[cell] < n) {
      CELL.setOpaque(cells, cell, n);
    }
  }

  /** Loop thread. */
  void closed(CloseReason why) {
    add(CLOSES + why.kind().ordinal(), 1);
    add(BYTES_UNSENT, why.bytesUnsent());
  }

  /** Any thread. */
  long read(int cell) {
    return (long) CELL.getOpaque(cells, cell);
  }

  /** Any thread. */
  long closes(CloseReason.Kind kind) {
    return read(CLOSES + kind.ordinal());
  }
}
