package io.sluice.internal.nio;

import io.sluice.internal.abi.Abi;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The engine's end of the shared region: header, the three rings, scratch area and counters, laid out as
 * {@code sluice_header} says. Completions that find the ring full wait in an overflow queue; none is ever dropped (C1).
 */
final class NioRings {
  private static final int ALIGN = 64;
  private static final int OVERFLOW_LONGS = Abi.CQE_BYTES / Long.BYTES;
  private static final int OVERFLOW_START = 64;

  final ByteBuffer shared;
  final int scratchOffset;
  final int scratchEnd;
  private final int sqOffset;
  private final int sqMask;
  private final int cqOffset;
  private final int cqEntries;
  private final int rqOffset;
  private final int rqMask;
  private final int countersOffset;

  private int sqHead;
  private int cqTail;
  private int rqHead;
  /** Completions the caller has to hear of now: while there is one, enter must not block. Lazy ones do not count. */
  private int urgent;

  /** Ring of waiting completions, four words each, in the layout of the completion ring. */
  private long[] overflow = new long[OVERFLOW_START * OVERFLOW_LONGS];
  private int overflowHead;
  private int overflowCount;

  NioRings(NioLimits limits) {
    int sq = align(Abi.HDR_BYTES);
    int cq = align(sq + limits.sqEntries() * Abi.SQE_BYTES);
    int rq = align(cq + limits.cqEntries() * Abi.CQE_BYTES);
    int scratch = align(rq + limits.rqEntries() * Integer.BYTES);
    int counters = align(scratch + limits.scratchBytes());
    int bytes = align(counters + Abi.CTR_COUNT * Long.BYTES);
    // The wake word is accessed atomically: alignedSlice makes sure that the region starts where every field is aligned.
    shared = ByteBuffer.allocateDirect(bytes + ALIGN).alignedSlice(ALIGN).slice(0, bytes).order(ByteOrder.LITTLE_ENDIAN);
    shared.putInt(Abi.HDR_MAGIC, Abi.MAGIC).putInt(Abi.HDR_ABI, Abi.ABI).putLong(Abi.HDR_TOTAL_BYTES, bytes);
    shared.putInt(Abi.HDR_SQ_ENTRIES, limits.sqEntries()).putInt(Abi.HDR_CQ_ENTRIES, limits.cqEntries());
    shared.putInt(Abi.HDR_RQ_ENTRIES, limits.rqEntries()).putInt(Abi.HDR_COUNTER_COUNT, Abi.CTR_COUNT);
    shared.putInt(Abi.HDR_SQ_OFFSET, sq).putInt(Abi.HDR_CQ_OFFSET, cq).putInt(Abi.HDR_RQ_OFFSET, rq);
    shared.putInt(Abi.HDR_SCRATCH_OFFSET, scratch).putInt(Abi.HDR_SCRATCH_BYTES, limits.scratchBytes());
    shared.putInt(Abi.HDR_COUNTERS_OFFSET, counters).putInt(Abi.HDR_ENGINE, Abi.ENGINE_NIO).putInt(Abi.HDR_FEATURES, 0);
    sqOffset = sq;
    sqMask = limits.sqEntries() - 1;
    cqOffset = cq;
    cqEntries = limits.cqEntries();
    rqOffset = rq;
    rqMask = limits.rqEntries() - 1;
    scratchOffset = scratch;
    scratchEnd = scratch + limits.scratchBytes();
    countersOffset = counters;
  }

  private static int align(int bytes) {
    return (bytes + ALIGN - 1) & -ALIGN;
  }

  /** True when no ring word written by the caller is impossible: more entries than the ring holds. */
  boolean wordsAreSound() {
    return Integer.compareUnsigned(shared.getInt(Abi.HDR_SQ_TAIL) - sqHead, sqMask + 1) <= 0
        && Integer.compareUnsigned(unread(), cqEntries) <= 0
        && Integer.compareUnsigned(shared.getInt(Abi.HDR_RQ_TAIL) - rqHead, rqMask + 1) <= 0;
  }

  /** Offset of the next submission in the region, or -1. It stays readable until {@link #submissionTaken}. */
  int nextSubmission() {
    return sqHead == shared.getInt(Abi.HDR_SQ_TAIL) ? -1 : sqOffset + (sqHead & sqMask) * Abi.SQE_BYTES;
  }

  void submissionTaken() {
    shared.putInt(Abi.HDR_SQ_HEAD, ++sqHead);
    count(Abi.CTR_SUBMISSIONS);
  }

  boolean hasReturns() {
    return rqHead != shared.getInt(Abi.HDR_RQ_TAIL);
  }

  /** The next returned buffer: group in the high 16 bits, id in the low 16 bits. */
  int takeReturn() {
    int entry = shared.getInt(rqOffset + (rqHead & rqMask) * Integer.BYTES);
    shared.putInt(Abi.HDR_RQ_HEAD, ++rqHead);
    return entry;
  }

  /** Completions the caller has not read. */
  int unread() {
    return cqTail - shared.getInt(Abi.HDR_CQ_HEAD);
  }

  /** Free entries of the completion ring; 0 while completions wait in the overflow queue, to keep their order. */
  int room() {
    return overflowCount > 0 ? 0 : cqEntries - unread();
  }

  boolean isUrgent() {
    return urgent > 0;
  }

  /** Start of a turn: what the caller left unread is as urgent as ever; waiting completions move up. */
  void beginTurn() {
    urgent = unread();
    while (overflowCount > 0 && unread() < cqEntries) {
      int at = cqOffset + (cqTail & (cqEntries - 1)) * Abi.CQE_BYTES;
      for (int i = 0; i < OVERFLOW_LONGS; i++) {
        shared.putLong(at + i * Long.BYTES, overflow[overflowHead * OVERFLOW_LONGS + i]);
      }
      overflowHead = (overflowHead + 1) % (overflow.length / OVERFLOW_LONGS);
      overflowCount--;
      shared.putInt(Abi.HDR_CQ_TAIL, ++cqTail);
      urgent++;
    }
  }

  /** A terminal completion without anything special. */
  void complete(int op, long token, long handle, int result, int detail) {
    post(op, token, handle, result, 0, 0, detail, false);
  }

  /**
   * Posts one completion.
   *
   * @param word the union at byte 24: buffer and group, or the bytes accepted
   * @param lazy a success of a LAZY submission: no reason for enter to return
   */
  void post(int op, long token, long handle, int result, int flags, int word, int detail, boolean lazy) {
    count(Abi.CTR_COMPLETIONS);
    if (!lazy) {
      urgent++;
    }
    long third = (result & 0xffffffffL) | (long) (flags | op << 16) << 32;
    long fourth = (word & 0xffffffffL) | (long) detail << 32;
    if (room() == 0) {
      spill(token, handle, third, fourth);
      return;
    }
    int at = cqOffset + (cqTail & (cqEntries - 1)) * Abi.CQE_BYTES;
    shared.putLong(at, token);
    shared.putLong(at + 8, handle);
    shared.putLong(at + 16, third);
    shared.putLong(at + 24, fourth);
    shared.putInt(Abi.HDR_CQ_TAIL, ++cqTail);
    if (lazy && room() == 0) {
      // Nothing else can be answered until the caller has read: even lazy completions are urgent now.
      urgent++;
    }
  }

  private void spill(long token, long handle, long third, long fourth) {
    count(Abi.CTR_CQ_OVERFLOWS);
    // The ring is full: whatever kind this is, there is something to read.
    urgent++;
    int capacity = overflow.length / OVERFLOW_LONGS;
    if (overflowCount == capacity) {
      long[] bigger = new long[overflow.length * 2];
      int upper = (capacity - overflowHead) * OVERFLOW_LONGS;
      System.arraycopy(overflow, overflowHead * OVERFLOW_LONGS, bigger, 0, upper);
      System.arraycopy(overflow, 0, bigger, upper, overflow.length - upper);
      overflow = bigger;
      overflowHead = 0;
      capacity *= 2;
    }
    int at = (overflowHead + overflowCount) % capacity * OVERFLOW_LONGS;
    overflow[at] = token;
    overflow[at + 1] = handle;
    overflow[at + 2] = third;
    overflow[at + 3] = fourth;
    overflowCount++;
  }

  void count(int counter) {
    add(counter, 1);
  }

  void add(int counter, long n) {
    int at = countersOffset + counter * Long.BYTES;
    shared.putLong(at, shared.getLong(at) + n);
  }
}
