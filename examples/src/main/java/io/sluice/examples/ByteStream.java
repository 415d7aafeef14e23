package io.sluice.examples;

/**
 * The bytes of one connection as a function of its identity: any mix-up between connections, any loss, repetition or
 * reordering shows as a wrong byte. The generator is SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number
 * Generators, 2014), eight bytes a step.
 */
final class ByteStream {
  private static final long GAMMA = 0x9E3779B97F4A7C15L;

  private long state;
  private long word;
  private int bytesLeft;

  ByteStream(long identity) {
    state = mix(identity + GAMMA);
  }

  byte next() {
    if (bytesLeft == 0) {
      state += GAMMA;
      word = mix(state);
      bytesLeft = Long.BYTES;
    }
    byte b = (byte) word;
    word >>>= 8;
    bytesLeft--;
    return b;
  }

  void fill(byte[] target, int length) {
    for (int i = 0; i < length; i++) {
      target[i] = next();
    }
  }

  private static long mix(long z) {
    z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
    z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
    return z ^ z >>> 31;
  }
}
