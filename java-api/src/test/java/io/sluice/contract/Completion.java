package io.sluice.contract;

import io.sluice.internal.abi.Abi;

/** A completion, copied out of the ring. */
record Completion(long token, long handle, int result, int flags, int op, int buffer, int detail) {
  boolean isTerminal() {
    return (flags & Abi.CQE_MORE) == 0;
  }

  boolean hasBuffer() {
    return (flags & Abi.CQE_BUFFER) != 0;
  }

  boolean isEndOfStream() {
    return (flags & Abi.CQE_EOF) != 0;
  }

  boolean isNote() {
    return (flags & Abi.CQE_NOTE) != 0;
  }

  /** Of a failed SEND: bytes accepted before the error. */
  int accepted() {
    return buffer;
  }

  @Override
  public String toString() {
    return "{token " + token + " op " + op + " handle " + Long.toHexString(handle) + " result " + result + " flags "
        + Integer.toHexString(flags) + " buffer " + Integer.toHexString(buffer) + " detail " + detail + "}";
  }
}
