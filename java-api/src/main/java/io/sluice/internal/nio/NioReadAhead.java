package io.sluice.internal.nio;

import io.sluice.internal.abi.Abi;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/**
 * What a WATCH had to read. NIO cannot see the end of a stream without reading up to it, so a WATCH reads ahead into a
 * bounded buffer, from which a later RECV is served first. Behind {@link #BYTES} unread bytes the end stays unseen until
 * somebody reads: that is the limit of WATCH on this engine.
 */
final class NioReadAhead {
  static final int BYTES = 16 << 10;
  static final int OPEN = 0;
  static final int END = 1;
  static final int FAILED = 2;

  private final ByteBuffer data = ByteBuffer.allocateDirect(BYTES);
  private int state = OPEN;
  private long error;

  /** Reads what there is room for; one of OPEN, END, FAILED. */
  int fill(SocketChannel socket, NioRings rings) {
    if (state != OPEN) {
      return state;
    }
    try {
      int n = 1;
      while (n > 0 && data.hasRemaining()) {
        rings.count(Abi.CTR_SYSCALLS);
        n = socket.read(data);
      }
      if (n < 0) {
        state = END;
      }
    } catch (IOException e) {
      state = FAILED;
      error = NioErrors.of(e);
    }
    return state;
  }

  int state() {
    return state;
  }

  boolean isFull() {
    return !data.hasRemaining();
  }

  /** Nothing left to give and nothing learnt about the end: the reader may go on with the socket itself. */
  boolean isSpent() {
    return data.position() == 0 && state == OPEN;
  }

  /** How it failed, as {@link NioErrors#of} packs it. */
  long error() {
    return error;
  }

  /** Moves bytes to {@code out}: their number; 0: none are left, the end or error is next. */
  int drainTo(ByteBuffer out) {
    data.flip();
    int n = Math.min(data.remaining(), out.remaining());
    int limit = data.limit();
    out.put(data.limit(n));
    data.limit(limit).compact();
    return n;
  }
}
