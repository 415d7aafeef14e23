package io.sluice.examples;

import io.sluice.BufferLease;
import java.nio.ByteBuffer;

/**
 * Cuts a stream of bytes into lines, wherever the network cut it into chunks.
 *
 * <p>A line that lies within one chunk is handed out as a view of the received memory: no copy. Only the unfinished line
 * at the end of a chunk is copied, and only into an array of the longest permitted line, so that a peer that never ends
 * its line costs a fixed amount of memory.
 *
 * <pre>
 *               chunk without '\n': copy, at most maxBytes
 *                 +-----+
 *                 v     |        too long              '\n'
 *   (start) ---> COLLECTING ---------------> SKIPPING ------> COLLECTING
 *                 ^     |
 *                 +-----+
 *                  '\n': onLine
 * </pre>
 */
final class LineSplitter {
  /** Told what was found. Both methods return false to end the work on the present chunk. */
  interface Sink {
    /**
     * @param line the bytes without the line's end ({@code \n} or {@code \r\n}); valid until this method returns
     */
    boolean onLine(ByteBuffer line);

    /** A line was longer than permitted. The rest of it is skipped. */
    boolean onTooLong();
  }

  private final byte[] carry;
  private int carried;
  private boolean skipping;

  /** @param maxBytes longest line, its end not counted, at least 1 */
  LineSplitter(int maxBytes) {
    if (maxBytes < 1) {
      throw new IllegalArgumentException("maxBytes " + maxBytes + " is not at least 1");
    }
    // One byte more: the '\r' that may stand before the '\n' of a line of full length.
    carry = new byte[maxBytes + 1];
  }

  void accept(BufferLease chunk, Sink sink) {
    int start = 0;
    int length = chunk.length();
    for (int i = 0; i < length; i++) {
      if (chunk.get(i) != '\n') {
        continue;
      }
      if (!endOfLine(chunk, start, i, sink)) {
        return;
      }
      start = i + 1;
    }
    if (!skipping && start < length) {
      keep(chunk, start, length, sink);
    }
  }

  private boolean endOfLine(BufferLease chunk, int start, int end, Sink sink) {
    if (skipping) {
      skipping = false;
      return true;
    }
    int total = carried + end - start;
    if (total > carry.length) {
      carried = 0;
      return sink.onTooLong();
    }
    ByteBuffer line;
    if (carried == 0) {
      line = chunk.buffer().duplicate().position(start).limit(end).slice();
    } else {
      chunk.copyTo(start, carry, carried, end - start);
      line = ByteBuffer.wrap(carry, 0, total);
    }
    carried = 0;
    if (total > 0 && line.get(total - 1) == '\r') {
      line.limit(total - 1);
    }
    return line.limit() < carry.length ? sink.onLine(line) : sink.onTooLong();
  }

  private void keep(BufferLease chunk, int start, int end, Sink sink) {
    if (carried + end - start > carry.length) {
      carried = 0;
      skipping = true;
      sink.onTooLong();
      return;
    }
    chunk.copyTo(start, carry, carried, end - start);
    carried += end - start;
  }
}
