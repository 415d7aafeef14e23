package io.sluice.sctp;

/**
 * What is known of a received message besides its bytes. One object per loop is used for all messages, so that none is made
 * for each: valid until {@link SctpHandler#onMessage} returns, on the loop's thread only. Any call later, or from another
 * thread, throws {@link IllegalStateException}.
 */
public interface SctpMessageInfo {
  /** The stream it came on, 0 to {@link SctpAssociation#streamsIn()} - 1. */
  int stream();

  /** Payload protocol identifier, all 32 bits, in host byte order ({@link Integer#toUnsignedLong} for large ones). */
  int ppid();

  /** Whether it was sent outside the order of its stream. */
  boolean isUnordered();
}
