package io.sluice.soak;

/** What makes a side act. */
enum Trigger {
  /** {@code onOpen} of a dialer; the arrival of the header at an acceptor. */
  START,
  /** {@code onData}, when so many bytes have arrived. */
  DATA,
  /** The last {@code send} was taken. */
  ALL_SENT,
  /** {@code onSent} of the last {@code send}. */
  SENT,
  /** A timer of the loop. */
  TIMER,
  /** Another thread, at once. */
  FOREIGN,
  /** {@code onWritable}; a timer when it does not come. */
  WRITABLE,
  /** {@code onIdle}. */
  IDLE,
  /** {@code onHeartbeat}. */
  HEARTBEAT,
  /** {@code onInputEnding}; a timer when it does not come. */
  INPUT_ENDING
}
