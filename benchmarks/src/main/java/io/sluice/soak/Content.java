package io.sluice.soak;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * What streams consist of. Every stream is a slice of one table of random bytes, at an offset that is a function of seed,
 * connection number and direction; so a byte at a position can be told to be right or wrong without keeping it, and any part of
 * a stream can be sent from memory or from a file. A dialer's stream begins with a header that names the connection.
 */
final class Content {
  /** A dialer's first bytes: the connection's number, and a proof that it is no other connection's data. */
  static final int HEADER_BYTES = 16;
  /** The longest stream. */
  static final int MAX_STREAM_BYTES = 128 << 10;

  private static final int OFFSET_BITS = 20;
  private static final int TABLE_BYTES = (1 << OFFSET_BITS) + MAX_STREAM_BYTES;

  private final long seed;
  private final byte[] table = new byte[TABLE_BYTES];
  private final ByteBuffer direct = ByteBuffer.allocateDirect(TABLE_BYTES);
  /** The table as a file. */
  final Path file;

  Content(long seed, Path folder) throws IOException {
    this.seed = seed;
    new SplittableRandom(seed).nextBytes(table);
    direct.put(table).flip();
    file = folder.resolve("content");
    Files.write(file, table);
  }

  static long mix(long x, long y) {
    long z = (x ^ Long.rotateLeft(y, 32)) * 0x9E3779B97F4A7C15L + y;
    z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
    z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
    return z ^ z >>> 31;
  }

  /** The number that a header names; -1 when it is no header. */
  long numberIn(byte[] header) {
    ByteBuffer b = ByteBuffer.wrap(header);
    long number = b.getLong();
    return b.getLong() == mix(seed, ~number) ? number : -1;
  }

  Stream ofDialer(long number) {
    byte[] header = ByteBuffer.allocate(HEADER_BYTES).putLong(number).putLong(mix(seed, ~number)).array();
    return new Stream(header, offset(number * 2));
  }

  Stream ofAcceptor(long number) {
    return new Stream(new byte[0], offset(number * 2 + 1));
  }

  private int offset(long of) {
    return (int) (mix(seed, of) >>> 64 - OFFSET_BITS);
  }

  /** One direction of one connection. */
  final class Stream {
    private final byte[] header;
    private final int offset;

    private Stream(byte[] header, int offset) {
      this.header = header;
      this.offset = offset;
    }

    int headerBytes() {
      return header.length;
    }

    /** Where that position is in the table and the file; the position lies behind the header. */
    int at(long position) {
      return offset + (int) (position - header.length);
    }

    /** A part that does not cross the end of the header. */
    ByteBuffer part(long position, int length, boolean offHeap) {
      if (position < header.length) {
        return ByteBuffer.wrap(header, (int) position, length);
      }
      return offHeap ? direct.slice(at(position), length) : ByteBuffer.wrap(table, at(position), length);
    }

    /** Index of the first byte that does not belong there; -1: all do. */
    int mismatch(long position, byte[] bytes, int length) {
      int i = 0;
      for (; i < length && position + i < header.length; i++) {
        if (bytes[i] != header[(int) position + i]) {
          return i;
        }
      }
      if (i == length) {
        return -1;
      }
      if (position + length - header.length > MAX_STREAM_BYTES) {
        return i;
      }
      int from = at(position + i);
      int wrong = Arrays.mismatch(table, from, from + length - i, bytes, i, length);
      return wrong < 0 ? -1 : i + wrong;
    }
  }
}
