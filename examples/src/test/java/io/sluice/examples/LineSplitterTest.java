package io.sluice.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.sluice.BufferLease;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LineSplitterTest {
  private static final int MAX_BYTES = 8;
  private static final String TOO_LONG = "(too long)";

  private final List<String> found = new ArrayList<>();
  private boolean goOn = true;
  private final LineSplitter.Sink sink = new LineSplitter.Sink() {
    @Override
    public boolean onLine(ByteBuffer line) {
      found.add(StandardCharsets.US_ASCII.decode(line).toString());
      return goOn;
    }

    @Override
    public boolean onTooLong() {
      found.add(TOO_LONG);
      return goOn;
    }
  };

  @Test
  void linesAreTheSameWhereverTheChunksAreCut() {
    String text = "one\r\n\ntwo\n12345678\n12345678\r\n123456789\nx\nfar too long a line, longer than any chunk\nlast\n";
    List<String> lines =
        List.of("one", "", "two", "12345678", "12345678", TOO_LONG, "x", TOO_LONG, "last");
    for (int first = 0; first <= text.length(); first++) {
      for (int second = first; second <= text.length(); second++) {
        found.clear();
        LineSplitter splitter = new LineSplitter(MAX_BYTES);
        splitter.accept(new Chunk(text.substring(0, first)), sink);
        splitter.accept(new Chunk(text.substring(first, second)), sink);
        splitter.accept(new Chunk(text.substring(second)), sink);
        assertEquals(lines, found, "cut at " + first + " and " + second);
      }
    }
  }

  @Test
  void singleBytesMakeLines() {
    LineSplitter splitter = new LineSplitter(MAX_BYTES);
    for (char c : "ab\n123456789abc\nc\n".toCharArray()) {
      splitter.accept(new Chunk(String.valueOf(c)), sink);
    }
    assertEquals(List.of("ab", TOO_LONG, "c"), found);
  }

  @Test
  void theSinkCanEndTheWorkOnAChunk() {
    goOn = false;
    new LineSplitter(MAX_BYTES).accept(new Chunk("a\nb\nc\n"), sink);
    assertEquals(List.of("a"), found);
  }

  @Test
  void theLimitIsAtLeastOne() {
    assertEquals(
        "maxBytes 0 is not at least 1",
        assertThrows(IllegalArgumentException.class, () -> new LineSplitter(0)).getMessage());
  }

  /** A lease over heap memory, with foreign bytes behind the limit as in a receive pool. */
  private static final class Chunk implements BufferLease {
    private final byte[] bytes;
    private final ByteBuffer buffer;

    Chunk(String text) {
      bytes = text.getBytes(StandardCharsets.US_ASCII);
      buffer = ByteBuffer.allocate(bytes.length + 4).put(bytes).put("\nno\n".getBytes(StandardCharsets.US_ASCII));
      buffer.position(0).limit(bytes.length);
    }

    @Override
    public int length() {
      return bytes.length;
    }

    @Override
    public byte get(int index) {
      return bytes[index];
    }

    @Override
    public void copyTo(int index, byte[] target, int targetOffset, int length) {
      System.arraycopy(bytes, index, target, targetOffset, length);
    }

    @Override
    public ByteBuffer buffer() {
      return buffer;
    }

    @Override
    public BufferLease retain() {
      throw new UnsupportedOperationException("splitting lines retains nothing");
    }

    @Override
    public void release() {
      throw new UnsupportedOperationException("the lease of a callback ends by itself");
    }

    @Override
    public boolean isActive() {
      return true;
    }
  }
}
