package io.sluice.internal.load;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The same for macOS as {@link ElfFile} for Linux: Apple's mach-o/loader.h. */
final class MachoFile {
  private static final int MAGIC_64 = 0xfeedfacf;
  private static final int MAGIC_UNIVERSAL = 0xbebafeca; // Big-endian 0xcafebabe: several architectures in one file.
  private static final int TYPE_DYLIB = 6;
  private static final int HEADER_BYTES = 32;
  private static final int LC_SEGMENT_64 = 0x19;

  private MachoFile() {}

  /** What is wrong with the file, or null. */
  static String fault(byte[] file, Platform platform) {
    if (file.length < HEADER_BYTES) {
      return "is truncated (" + file.length + " bytes)";
    }
    ByteBuffer b = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    if (b.getInt(0) == MAGIC_UNIVERSAL) {
      return null;
    }
    if (b.getInt(0) != MAGIC_64) {
      return "is not a Mach-O file";
    }
    String built = processor(b.getInt(4));
    if (!built.equals(platform.arch())) {
      return "is built for " + built + ", this JVM runs on " + platform.arch();
    }
    if (b.getInt(12) != TYPE_DYLIB) {
      return "is not a shared library";
    }
    try {
      long needed = needed(b);
      return needed > file.length ? "is truncated (" + file.length + " bytes, its header asks for " + needed + ")" : null;
    } catch (IndexOutOfBoundsException e) {
      return "is truncated (" + file.length + " bytes, its header is longer)";
    }
  }

  /** Where the last segment ends; the signature lies in it. */
  private static long needed(ByteBuffer b) {
    long needed = HEADER_BYTES;
    int at = HEADER_BYTES;
    for (int i = 0; i < b.getInt(16); i++) {
      if (b.getInt(at) == LC_SEGMENT_64) {
        needed = Math.max(needed, b.getLong(at + 40) + b.getLong(at + 48));
      }
      at = Math.addExact(at, Math.max(8, b.getInt(at + 4)));
    }
    return needed;
  }

  private static String processor(int number) {
    return switch (number) {
      case 0x01000007 -> "x86_64";
      case 0x0100000c -> "aarch_64";
      default -> "Mach-O processor 0x" + Integer.toHexString(number);
    };
  }
}
