package io.sluice.contract;

/** Bytes that are a function of who they belong to and where in the stream they stand. */
public final class Content {
  private Content() {}

  public static byte at(long identity, long position) {
    long x = identity * 0x9E3779B97F4A7C15L + position / 8 * 0xC2B2AE3D27D4EB4FL;
    x ^= x >>> 29;
    x *= 0xBF58476D1CE4E5B9L;
    x ^= x >>> 32;
    return (byte) (x >>> (position & 7) * 8);
  }

  public static byte[] of(long identity, long position, int length) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = at(identity, position + i);
    }
    return bytes;
  }

  public static byte[] of(long identity, int length) {
    return of(identity, 0, length);
  }

  public static void verify(byte[] bytes, long identity, long position) {
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] != at(identity, position + i)) {
        throw new AssertionError(
            "byte " + (position + i) + " of stream " + identity + " is " + bytes[i] + ", expected " + at(identity, position + i));
      }
    }
  }
}
