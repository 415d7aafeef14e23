package io.sluice.internal.abi;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The caller's end of the completion ring: a cursor over the unread completions.
 *
 * <pre>{@code
 * for (int n = ring.available(); n > 0; n--) {
 *   ... ring.token(), ring.result() ...
 *   ring.advance();
 * }
 * ring.release();
 * }</pre>
 *
 * For the loop's thread only.
 */
public final class CompletionRing {
  private final ByteBuffer shared;
  private final int base;
  private final int mask;
  private int head;
  private int at;

  public CompletionRing(ByteBuffer shared) {
    this.shared = shared.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    this.base = this.shared.getInt(Abi.HDR_CQ_OFFSET);
    this.mask = this.shared.getInt(Abi.HDR_CQ_ENTRIES) - 1;
    this.head = this.shared.getInt(Abi.HDR_CQ_HEAD);
    this.at = base + (head & mask) * Abi.CQE_BYTES;
  }

  /** Unread completions from the cursor on. */
  public int available() {
    return shared.getInt(Abi.HDR_CQ_TAIL) - head;
  }

  public void advance() {
    at = base + (++head & mask) * Abi.CQE_BYTES;
  }

  /** Gives the entries passed by the cursor back to the engine; effective with the next {@code enter}. */
  public void release() {
    shared.putInt(Abi.HDR_CQ_HEAD, head);
  }

  public long token() {
    return shared.getLong(at + Abi.CQE_TOKEN);
  }

  public long handle() {
    return shared.getLong(at + Abi.CQE_HANDLE);
  }

  /** Bytes or 0, or a negative error code. */
  public int result() {
    return shared.getInt(at + Abi.CQE_RESULT);
  }

  /** {@code CQE_*} in the low 16 bits, the operation in the next 8: one load for both. */
  public int flagsAndOp() {
    return shared.getInt(at + Abi.CQE_FLAGS);
  }

  public static int flags(int flagsAndOp) {
    return flagsAndOp & 0xffff;
  }

  public static int op(int flagsAndOp) {
    return flagsAndOp >>> 16 & 0xff;
  }

  /** Buffer id in the low 16 bits, its group in the high 16 bits; for a failed send the bytes accepted. */
  public int buffer() {
    return shared.getInt(at + Abi.CQE_BUF_ID);
  }

  /** errno, data offset or note. */
  public int detail() {
    return shared.getInt(at + Abi.CQE_DETAIL);
  }
}
