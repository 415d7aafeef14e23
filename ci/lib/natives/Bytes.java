import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** A file's bytes by absolute offset. An offset outside of the file is an exception, which the checker reports as damage. */
record Bytes(ByteBuffer buffer) {
  static Bytes of(byte[] file) {
    return new Bytes(ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN));
  }

  Bytes bigEndian() {
    return new Bytes(buffer.duplicate().order(ByteOrder.BIG_ENDIAN));
  }

  int u8(long at) {
    return buffer.get(index(at)) & 0xff;
  }

  int u16(long at) {
    return buffer.getShort(index(at)) & 0xffff;
  }

  int u32(long at) {
    return buffer.getInt(index(at));
  }

  long u64(long at) {
    return buffer.getLong(index(at));
  }

  /** The text up to the next zero byte. */
  String text(long at) {
    int end = index(at);
    while (buffer.get(end) != 0) {
      end++;
    }
    return new String(buffer.array(), index(at), end - index(at), StandardCharsets.ISO_8859_1);
  }

  byte[] slice(long from, long to) {
    byte[] out = new byte[Math.toIntExact(to - from)];
    buffer.get(index(from), out);
    return out;
  }

  int length() {
    return buffer.capacity();
  }

  private static int index(long at) {
    return Math.toIntExact(at);
  }
}
