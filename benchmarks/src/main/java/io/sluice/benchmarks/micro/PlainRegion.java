package io.sluice.benchmarks.micro;

import io.sluice.internal.abi.Abi;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A shared region without an engine: header and rings as {@code sluice.h} lays them out, in a direct buffer, with the
 * default sizes. The methods do what an engine does to the ring words, so that a benchmark sees the Java side alone.
 *
 * <pre>
 *   header (HDR_BYTES) | submissions | completions | returns | scratch
 * </pre>
 */
final class PlainRegion {
  static final int SQ_ENTRIES = 1024;
  static final int CQ_ENTRIES = 4096;
  static final int RQ_ENTRIES = 4096;
  private static final int SCRATCH_BYTES = 4096;
  /** As the engines place it: an entry must not straddle two cache lines. */
  private static final int ALIGNMENT = 64;

  private final ByteBuffer shared;
  private final int cqOffset;

  PlainRegion() {
    int sqOffset = Abi.HDR_BYTES;
    cqOffset = sqOffset + SQ_ENTRIES * Abi.SQE_BYTES;
    int rqOffset = cqOffset + CQ_ENTRIES * Abi.CQE_BYTES;
    int scratchOffset = rqOffset + RQ_ENTRIES * Integer.BYTES;
    int bytes = scratchOffset + SCRATCH_BYTES;
    shared = ByteBuffer.allocateDirect(bytes + ALIGNMENT).alignedSlice(ALIGNMENT).slice(0, bytes)
        .order(ByteOrder.LITTLE_ENDIAN);
    shared
        .putInt(Abi.HDR_MAGIC, Abi.MAGIC)
        .putInt(Abi.HDR_ABI, Abi.ABI)
        .putLong(Abi.HDR_TOTAL_BYTES, bytes)
        .putInt(Abi.HDR_SQ_ENTRIES, SQ_ENTRIES)
        .putInt(Abi.HDR_CQ_ENTRIES, CQ_ENTRIES)
        .putInt(Abi.HDR_RQ_ENTRIES, RQ_ENTRIES)
        .putInt(Abi.HDR_SQ_OFFSET, sqOffset)
        .putInt(Abi.HDR_CQ_OFFSET, cqOffset)
        .putInt(Abi.HDR_RQ_OFFSET, rqOffset)
        .putInt(Abi.HDR_SCRATCH_OFFSET, scratchOffset)
        .putInt(Abi.HDR_SCRATCH_BYTES, SCRATCH_BYTES);
  }

  ByteBuffer shared() {
    return shared;
  }

  /** Every submission published so far is consumed. */
  void takeSubmissions() {
    shared.putInt(Abi.HDR_SQ_HEAD, shared.getInt(Abi.HDR_SQ_TAIL));
  }

  boolean hasSubmissions() {
    return shared.getInt(Abi.HDR_SQ_HEAD) != shared.getInt(Abi.HDR_SQ_TAIL);
  }

  /** Every buffer whose return was published is taken back. */
  void takeReturns() {
    shared.putInt(Abi.HDR_RQ_HEAD, shared.getInt(Abi.HDR_RQ_TAIL));
  }

  /** Fills the whole completion ring with receives, each of one buffer. */
  void fillCompletions(int lengthBytes) {
    for (int i = 0; i < CQ_ENTRIES; i++) {
      int at = cqOffset + i * Abi.CQE_BYTES;
      shared
          .putLong(at + Abi.CQE_TOKEN, i)
          .putLong(at + Abi.CQE_HANDLE, 1L << 32 | i)
          .putInt(at + Abi.CQE_RESULT, lengthBytes)
          .putInt(at + Abi.CQE_FLAGS, Abi.CQE_MORE | Abi.CQE_BUFFER | Abi.OP_RECV << 16)
          .putInt(at + Abi.CQE_BUF_ID, i)
          .putInt(at + Abi.CQE_DETAIL, 0);
    }
  }

  /** One more completion is ready: the entry is there already. */
  void postCompletion() {
    shared.putInt(Abi.HDR_CQ_TAIL, shared.getInt(Abi.HDR_CQ_TAIL) + 1);
  }
}
