package io.sluice.internal.load;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * As much of the ELF format (elf(5)) as it takes to say, before the system maps a file, that it is no library for this
 * machine or that its end is missing. The system would report the first in words of its own, and kill the process with
 * SIGBUS for some cases of the second.
 */
final class ElfFile {
  private static final int MAGIC = 0x464c457f;
  private static final int CLASS_64 = 2;
  private static final int DATA_LITTLE_ENDIAN = 1;
  private static final int TYPE_SHARED = 3;
  private static final int PT_LOAD = 1;
  private static final int PT_DYNAMIC = 2;
  private static final long DT_NEEDED = 1;
  private static final long DT_STRTAB = 5;

  private static final int HEADER_BYTES = 64;
  private static final int PROGRAM_HEADER_BYTES = 56;
  private static final int DYNAMIC_BYTES = 16;

  private final ByteBuffer b;

  private ElfFile(byte[] file) {
    b = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** What is wrong with the file, or null. */
  static String fault(byte[] file, Platform platform) {
    if (file.length < HEADER_BYTES) {
      return "is truncated (" + file.length + " bytes)";
    }
    try {
      return new ElfFile(file).fault(platform);
    } catch (IndexOutOfBoundsException | ArithmeticException e) {
      return "has a damaged ELF header";
    }
  }

  private String fault(Platform platform) {
    if (b.getInt(0) != MAGIC) {
      return "is not an ELF file";
    }
    int machine = b.getShort(18) & 0xffff;
    int expected = machineOf(platform.arch());
    if (b.get(4) != CLASS_64 || b.get(5) != DATA_LITTLE_ENDIAN || (expected != 0 && machine != expected)) {
      return "is built for " + nameOf(machine) + ", this JVM runs on " + platform.arch();
    }
    if ((b.getShort(16) & 0xffff) != TYPE_SHARED) {
      return "is not a shared library";
    }
    String truncated = truncated();
    if (truncated != null) {
      return truncated;
    }
    String libc = libc();
    return libc.isEmpty() || libc.equals(platform.libc()) ? null : "is built for " + libc + ", this JVM runs on " + platform.libc();
  }

  /** Every loadable segment must lie inside the file, and so must the section table, which is the last thing in it. */
  private String truncated() {
    long table = b.getLong(32);
    int entryBytes = b.getShort(54) & 0xffff;
    long needed = table + (long) entryBytes * segments();
    if (table < HEADER_BYTES || entryBytes < PROGRAM_HEADER_BYTES) {
      return "has a damaged ELF header";
    }
    for (int i = 0; i < segments() && needed >= 0 && needed <= b.capacity(); i++) {
      int at = segment(i);
      if (b.getInt(at) == PT_LOAD) {
        needed = Math.max(needed, b.getLong(at + 8) + b.getLong(at + 32));
      }
    }
    long sections = b.getLong(40);
    if (sections > 0) {
      needed = Math.max(needed, sections + (long) (b.getShort(58) & 0xffff) * (b.getShort(60) & 0xffff));
    }
    return needed < 0 || sections < 0 || needed > b.capacity() ? "is truncated (" + b.capacity() + " bytes, its header asks for " + needed + ")" : null;
  }

  private int segments() {
    return b.getShort(56) & 0xffff;
  }

  private int segment(int i) {
    return Math.toIntExact(b.getLong(32) + (long) i * (b.getShort(54) & 0xffff));
  }

  // ---- which C library: the names of the files that the library depends on ----

  /** {@code glibc}, {@code musl}, or "" when the library depends on neither by name. */
  private String libc() {
    for (int i = 0; i < segments(); i++) {
      int at = segment(i);
      if (b.getInt(at) == PT_DYNAMIC) {
        return libcIn(Math.toIntExact(b.getLong(at + 8)), Math.toIntExact(b.getLong(at + 32)));
      }
    }
    return "";
  }

  private String libcIn(int from, int bytes) {
    long strings = -1;
    for (int at = from; at + DYNAMIC_BYTES <= from + bytes; at += DYNAMIC_BYTES) {
      if (b.getLong(at) == DT_STRTAB) {
        strings = offsetOf(b.getLong(at + 8));
      }
    }
    for (int at = from; strings >= 0 && at + DYNAMIC_BYTES <= from + bytes; at += DYNAMIC_BYTES) {
      if (b.getLong(at) == DT_NEEDED) {
        String needed = text(Math.toIntExact(strings + b.getLong(at + 8)));
        if (needed.equals("libc.so.6")) {
          return Platform.GLIBC;
        }
        if (needed.equals("libc.so") || needed.startsWith("libc.musl-")) {
          return Platform.MUSL;
        }
      }
    }
    return "";
  }

  private long offsetOf(long address) {
    for (int i = 0; i < segments(); i++) {
      int at = segment(i);
      long start = b.getLong(at + 16);
      if (b.getInt(at) == PT_LOAD && address >= start && address < start + b.getLong(at + 32)) {
        return address - start + b.getLong(at + 8);
      }
    }
    return -1;
  }

  private String text(int at) {
    int end = at;
    while (b.get(end) != 0) {
      end++;
    }
    return new String(b.array(), at, end - at, StandardCharsets.ISO_8859_1);
  }

  private static int machineOf(String arch) {
    return switch (arch) {
      case "x86_64" -> 62;
      case "aarch_64" -> 183;
      case "riscv64" -> 243;
      default -> 0;
    };
  }

  private static String nameOf(int machine) {
    return switch (machine) {
      case 3 -> "x86 (32 bits)";
      case 40 -> "arm (32 bits)";
      case 62 -> "x86_64";
      case 183 -> "aarch_64";
      case 243 -> "riscv64";
      default -> "ELF machine " + machine;
    };
  }
}
