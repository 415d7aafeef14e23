import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/** A shared library in the ELF format: elf(5), and the System V ABI with GNU's symbol versions. */
final class ElfLibrary {
  static final int MAGIC = 0x464c457f;

  private static final int TYPE_SHARED = 3;
  private static final int PT_LOAD = 1;
  private static final int PT_DYNAMIC = 2;
  private static final int PT_GNU_STACK = 0x6474e551;
  private static final int PT_GNU_RELRO = 0x6474e552;
  private static final int PF_X = 1;
  private static final int SHT_DYNSYM = 11;
  private static final int SYMBOL_BYTES = 24;
  private static final int BIND_LOCAL = 0;
  private static final int BIND_WEAK = 2;

  private static final long DT_NEEDED = 1;
  private static final long DT_STRTAB = 5;
  private static final long DT_SONAME = 14;
  private static final long DT_RPATH = 15;
  private static final long DT_TEXTREL = 22;
  private static final long DT_BIND_NOW = 24;
  private static final long DT_RUNPATH = 29;
  private static final long DT_FLAGS = 30;
  private static final long DT_FLAGS_1 = 0x6ffffffbL;
  private static final long DT_VERNEED = 0x6ffffffeL;
  private static final long DT_VERNEEDNUM = 0x6fffffffL;
  private static final long FLAG_BIND_NOW = 8;
  private static final long FLAG_1_NOW = 1;

  private final Bytes b;
  private final List<String> faults = new ArrayList<>();
  private final List<String> needed = new ArrayList<>();
  private String name = "";
  private String floor = "";

  ElfLibrary(byte[] file) {
    b = Bytes.of(file);
  }

  NativeLibrary read() {
    if (b.u8(4) != 2 || b.u8(5) != 1) {
      throw new IllegalArgumentException("is not a 64-bit little-endian ELF file");
    }
    if (b.u16(16) != TYPE_SHARED) {
      faults.add("is not a shared library");
    }
    readSegments();
    SortedSet<String> imports = new TreeSet<>();
    SortedSet<String> exports = new TreeSet<>();
    readSymbols(imports, exports);
    return new NativeLibrary("ELF", architecture(), name, List.copyOf(needed), floor, imports, exports, List.copyOf(faults));
  }

  private String architecture() {
    return switch (b.u16(18)) {
      case 62 -> "x86_64";
      case 183 -> "aarch_64";
      case 243 -> "riscv64";
      default -> "ELF machine " + b.u16(18);
    };
  }

  // ---- segments and the dynamic section ----

  private long segment(int i) {
    return b.u64(32) + (long) i * b.u16(54);
  }

  private void readSegments() {
    boolean relro = false;
    boolean stack = false;
    for (int i = 0; i < b.u16(56); i++) {
      long at = segment(i);
      switch (b.u32(at)) {
        case PT_DYNAMIC -> readDynamic(b.u64(at + 8), b.u64(at + 32));
        case PT_GNU_RELRO -> relro = true;
        case PT_GNU_STACK -> {
          stack = true;
          if ((b.u32(at + 4) & PF_X) != 0) {
            faults.add("asks for an executable stack");
          }
        }
        default -> { }
      }
    }
    if (!relro) {
      faults.add("has no GNU_RELRO segment");
    }
    if (!stack) {
      faults.add("does not say that its stack is not executable");
    }
  }

  /** Offset in the file of what is mapped at an address. */
  private long offset(long address) {
    for (int i = 0; i < b.u16(56); i++) {
      long at = segment(i);
      long start = b.u64(at + 16);
      if (b.u32(at) == PT_LOAD && address >= start && address < start + b.u64(at + 32)) {
        return address - start + b.u64(at + 8);
      }
    }
    throw new IllegalArgumentException("refers to address " + address + ", which no segment maps");
  }

  private void readDynamic(long from, long bytes) {
    long strings = dynamic(from, bytes, DT_STRTAB);
    if (strings < 0) {
      throw new IllegalArgumentException("has no dynamic string table");
    }
    strings = offset(strings);
    boolean now = false;
    for (long at = from; at < from + bytes; at += 16) {
      long tag = b.u64(at);
      long value = b.u64(at + 8);
      if (tag == DT_NEEDED) {
        needed.add(b.text(strings + value));
      } else if (tag == DT_SONAME) {
        name = b.text(strings + value);
      } else if (tag == DT_RPATH || tag == DT_RUNPATH) {
        faults.add("has a search path of its own: " + b.text(strings + value));
      } else if (tag == DT_TEXTREL) {
        faults.add("has relocations in its code");
      } else if (tag == DT_BIND_NOW || (tag == DT_FLAGS && (value & FLAG_BIND_NOW) != 0)
          || (tag == DT_FLAGS_1 && (value & FLAG_1_NOW) != 0)) {
        now = true;
      }
    }
    if (!now) {
      faults.add("is not linked with -z now");
    }
    readVersions(dynamic(from, bytes, DT_VERNEED), dynamic(from, bytes, DT_VERNEEDNUM), strings);
  }

  private long dynamic(long from, long bytes, long tag) {
    for (long at = from; at < from + bytes; at += 16) {
      if (b.u64(at) == tag) {
        return b.u64(at + 8);
      }
    }
    return -1;
  }

  /** The highest GLIBC_x.y of any library. */
  private void readVersions(long address, long count, long strings) {
    if (address < 0) {
      return;
    }
    long at = offset(address);
    for (long i = 0; i < count; i++) {
      long aux = at + b.u32(at + 8);
      for (int k = 0; k < b.u16(at + 2); k++) {
        String version = b.text(strings + b.u32(aux + 8));
        if (version.matches("GLIBC_[0-9.]+")) {
          String number = version.substring("GLIBC_".length());
          floor = floor.isEmpty() || NativeLibrary.compareVersions(number, floor) > 0 ? number : floor;
        } else {
          faults.add("needs the symbol version " + version);
        }
        aux += b.u32(aux + 12);
      }
      at += b.u32(at + 12);
    }
  }

  // ---- symbols ----

  private void readSymbols(SortedSet<String> imports, SortedSet<String> exports) {
    long table = b.u64(40);
    int entryBytes = b.u16(58);
    for (int i = 0; i < b.u16(60); i++) {
      long section = table + (long) i * entryBytes;
      if (b.u32(section + 4) == SHT_DYNSYM) {
        long strings = b.u64(table + (long) b.u32(section + 40) * entryBytes + 24);
        long from = b.u64(section + 24);
        for (long at = from + SYMBOL_BYTES; at < from + b.u64(section + 32); at += SYMBOL_BYTES) {
          int bind = b.u8(at + 4) >> 4;
          boolean defined = b.u16(at + 6) != 0;
          if (bind != BIND_LOCAL && defined) {
            exports.add(b.text(strings + b.u32(at)));
          } else if (bind != BIND_LOCAL && bind != BIND_WEAK) {
            imports.add(b.text(strings + b.u32(at)));
          }
        }
        return;
      }
    }
    throw new IllegalArgumentException("has no table of dynamic symbols");
  }
}
