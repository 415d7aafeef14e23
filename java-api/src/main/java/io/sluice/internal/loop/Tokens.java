package io.sluice.internal.loop;

/**
 * What a loop writes into the token of a submission: the kind of operation in the top byte, so that a completion finds
 * its way without a map, and what is needed to finish it below.
 *
 * <pre>
 *  63      56 55                 32 31                                 0
 *  +---------+---------------------+-----------------------------------+
 *  |  kind   |  bytes of the send  |  buffer, chunk, record or slot    |
 *  +---------+---------------------+-----------------------------------+
 * </pre>
 */
final class Tokens {
  private Tokens() {}

  private static final int KIND_SHIFT = 56;
  private static final int BYTES_SHIFT = 32;
  private static final int BYTES_MASK = 0xffffff;

  /** Completion that nobody waits for: cancels, the second close of a handle. */
  static final int IGNORED = 0;
  static final int RECEIVE = 1;
  static final int WATCH = 2;
  /** A send of one receive buffer. */
  static final int LEASE = 3;
  /** A send of one chunk of copied data. */
  static final int CHUNK = 4;
  /** A send with a {@link SendRecord}. */
  static final int RECORD = 5;
  static final int SHUTDOWN = 6;
  static final int CLOSE = 7;
  static final int LISTEN = 8;
  static final int ACCEPT = 9;
  static final int LISTENER_CLOSE = 10;
  static final int CONNECT = 11;
  static final int DETACH = 12;
  static final int ADOPT = 13;
  /** The close of a socket that never became a connection. */
  static final int ORPHAN_CLOSE = 14;

  static final int UDP_OPEN = 15;
  static final int UDP_RECEIVE = 16;
  /** A datagram, with a {@link UdpSendRecord}. */
  static final int UDP_SEND = 17;
  static final int UDP_CLOSE = 18;

  static final int MESSAGE_ADOPT = 19;
  static final int MESSAGE_RECEIVE = 20;
  /** A message, with a {@link MessageSend}. */
  static final int MESSAGE_SEND = 21;
  static final int MESSAGE_CLOSE = 22;

  static long of(int kind) {
    return (long) kind << KIND_SHIFT;
  }

  static long of(int kind, int slot) {
    return (long) kind << KIND_SHIFT | slot & 0xffffffffL;
  }

  /** {@code bytes} at most 2^24 - 1: receive buffers end at 1 MiB, chunks at 64 KiB. */
  static long send(int kind, int bytes, int memory) {
    return (long) kind << KIND_SHIFT | (long) bytes << BYTES_SHIFT | memory & 0xffffffffL;
  }

  static int kind(long token) {
    return (int) (token >>> KIND_SHIFT);
  }

  static int bytes(long token) {
    return (int) (token >>> BYTES_SHIFT) & BYTES_MASK;
  }

  static int slot(long token) {
    return (int) token;
  }
}
