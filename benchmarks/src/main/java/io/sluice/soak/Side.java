package io.sluice.soak;

import io.sluice.CloseReason.Kind;

/** How one side of a pair ended, for the judgement over both. */
interface Side {
  long received();

  /** Bytes of its stream that were taken for sending. */
  long accepted();

  /** Of those, the ones that it was told were not sent. */
  long unsent();

  /** Whether the end of the peer's stream was told. */
  boolean sawEnd();

  /** Null: not known. */
  Kind kind();

  /** What can be said of this side alone. */
  void judge();
}
