package io.sluice.contract;

import io.sluice.internal.abi.Abi;
import java.nio.ByteBuffer;

/** All 64 bytes of a submission, so that a test can set any field, reserved ones too. */
final class RawSubmission {
  int op;
  int flags;
  int group;
  int len;
  long handle;
  long token;
  long addr;
  long aux;
  int aux32;
  int msgFlags;
  int msgStream;
  int msgPpid;
  long reserved;

  /** Writes the entry past the driver's own ring object and publishes it. */
  void writeTo(ByteBuffer shared) {
    int tail = shared.getInt(Abi.HDR_SQ_TAIL);
    int at = shared.getInt(Abi.HDR_SQ_OFFSET) + (tail & shared.getInt(Abi.HDR_SQ_ENTRIES) - 1) * Abi.SQE_BYTES;
    shared.put(at + Abi.SQE_OP, (byte) op).put(at + Abi.SQE_FLAGS, (byte) flags).putShort(at + Abi.SQE_GROUP, (short) group);
    shared.putInt(at + Abi.SQE_LEN, len).putLong(at + Abi.SQE_HANDLE, handle).putLong(at + Abi.SQE_TOKEN, token);
    shared.putLong(at + Abi.SQE_ADDR, addr).putLong(at + Abi.SQE_AUX, aux).putInt(at + Abi.SQE_AUX32, aux32);
    shared.putInt(at + Abi.SQE_MSG_FLAGS, msgFlags).putInt(at + Abi.SQE_MSG_STREAM, msgStream);
    shared.putInt(at + Abi.SQE_MSG_PPID, msgPpid).putLong(at + Abi.SQE_RESERVED, reserved);
    shared.putInt(Abi.HDR_SQ_TAIL, tail + 1);
  }

  @Override
  public String toString() {
    return String.format(
        "op %d flags %x group %d len %d handle %x addr %x aux %x aux32 %x msg %x %x %x reserved %x",
        op, flags, group, len, handle, addr, aux, aux32, msgFlags, msgStream, msgPpid, reserved);
  }
}
