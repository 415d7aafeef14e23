package io.sluice.internal.load;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

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

  private static final int HEADER_BYTES = 64;
  private static final int PROGRAM_HEADER_BYTES = 56;

  private ElfFile() {}

  /** What is wrong with the file, or null. */
  static String fault(byte[] file, String arch) {
    if (file.length < HEADER_BYTES) {
      return "is truncated (" + file.length + " bytes)";
    }
    ByteBuffer b = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    if (b.getInt(0) != MAGIC) {
      return "is not an ELF file";
    }
    int machine = b.getShort(18) & 0xffff;
    int expected = machineOf(arch);
    if (b.get(4) != CLASS_64 || b.get(5) != DATA_LITTLE_ENDIAN || (expected != 0 && machine != expected)) {
      return "is built for " + nameOf(machine) + ", this JVM runs on " + arch;
    }
    if ((b.getShort(16) & 0xffff) != TYPE_SHARED) {
      return "is not a shared library";
    }
    return truncated(b);
  }

  /** Every loadable segment must lie inside the file, and so must the section table, which is the last thing in it. */
  private static String truncated(ByteBuffer b) {
    long table = b.getLong(32);
    int entryBytes = b.getShort(54) & 0xffff;
    int count = b.getShort(56) & 0xffff;
    long needed = table + (long) entryBytes * count;
    if (table < HEADER_BYTES || entryBytes < PROGRAM_HEADER_BYTES) {
      return "has a damaged ELF header";
    }
    for (int i = 0; i < count && needed >= 0 && needed <= b.capacity(); i++) {
      int at = (int) table + i * entryBytes;
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
