import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/** A shared library in the Mach-O format, one architecture: Apple's mach-o/loader.h and mach-o/nlist.h. */
final class MachoLibrary {
  static final int MAGIC = 0xfeedfacf;

  private static final int TYPE_DYLIB = 6;
  private static final int CPU_X86_64 = 0x01000007;
  private static final int CPU_ARM64 = 0x0100000c;
  private static final int FLAG_TWO_LEVEL = 0x80;
  private static final int HEADER_BYTES = 32;

  private static final int LC_SYMTAB = 0x2;
  private static final int LC_LOAD_DYLIB = 0xc;
  private static final int LC_ID_DYLIB = 0xd;
  private static final int LC_CODE_SIGNATURE = 0x1d;
  private static final int LC_DYLD_INFO_ONLY = 0x80000022;
  private static final int LC_RPATH = 0x8000001c;
  private static final int LC_BUILD_VERSION = 0x32;
  private static final int LC_DYLD_EXPORTS_TRIE = 0x80000033;
  private static final int PLATFORM_MACOS = 1;

  private static final int NLIST_BYTES = 16;
  private static final int N_STAB = 0xe0;
  private static final int N_TYPE = 0x0e;
  private static final int N_EXT = 0x01;
  private static final int N_WEAK_REF = 0x40;
  private static final int MAX_TRIE_DEPTH = 128;

  /** Two names of the file's own header, which zig's linker offers unasked. Nobody looks them up in other libraries. */
  private static final Set<String> HEADER_NAMES = Set.of("__dso_handle", "_mh_dylib_header");

  private final Bytes b;
  private final byte[] file;
  private final List<String> faults = new ArrayList<>();
  private final List<String> needed = new ArrayList<>();
  private final SortedSet<String> imports = new TreeSet<>();
  private final SortedSet<String> exports = new TreeSet<>();
  private String name = "";
  private String floor = "";
  private boolean signed;

  MachoLibrary(byte[] file) {
    this.file = file;
    b = Bytes.of(file);
  }

  NativeLibrary read() {
    if (b.u32(12) != TYPE_DYLIB) {
      faults.add("is not a shared library");
    }
    if ((b.u32(24) & FLAG_TWO_LEVEL) == 0) {
      faults.add("looks its imports up in every library of the process");
    }
    long at = HEADER_BYTES;
    for (int i = 0; i < b.u32(16); i++) {
      readCommand(b.u32(at), at);
      at += b.u32(at + 4);
    }
    boolean arm = b.u32(4) == CPU_ARM64;
    if (arm && !signed) {
      faults.add("has no signature, without which Apple silicon loads nothing");
    }
    String architecture = arm ? "aarch_64" : b.u32(4) == CPU_X86_64 ? "x86_64" : "Mach-O processor " + b.u32(4);
    return new NativeLibrary("Mach-O", architecture, name, List.copyOf(needed), floor, imports, exports, List.copyOf(faults));
  }

  private void readCommand(int command, long at) {
    switch (command) {
      case LC_ID_DYLIB -> name = b.text(at + b.u32(at + 8));
      case LC_LOAD_DYLIB -> needed.add(b.text(at + b.u32(at + 8)));
      case LC_RPATH -> faults.add("has a search path of its own: " + b.text(at + b.u32(at + 8)));
      case LC_BUILD_VERSION -> {
        if (b.u32(at + 8) != PLATFORM_MACOS) {
          faults.add("is built for Apple's platform " + b.u32(at + 8) + ", not for macOS (1)");
        }
        floor = (b.u32(at + 12) >>> 16) + "." + (b.u32(at + 12) >>> 8 & 0xff);
      }
      case LC_SYMTAB -> readImports(b.u32(at + 8), b.u32(at + 12), b.u32(at + 16));
      case LC_DYLD_INFO_ONLY -> readExports(b.u32(at + 40), b.u32(at + 44));
      case LC_DYLD_EXPORTS_TRIE -> readExports(b.u32(at + 8), b.u32(at + 12));
      case LC_CODE_SIGNATURE -> {
        signed = true;
        faults.addAll(new CodeSignature(file, b.u32(at + 8), b.u32(at + 12)).faults());
      }
      default -> { }
    }
  }

  private void readImports(long symbols, int count, long strings) {
    for (int i = 0; i < count; i++) {
      long at = symbols + (long) i * NLIST_BYTES;
      int type = b.u8(at + 4);
      boolean undefined = (type & N_STAB) == 0 && (type & N_TYPE) == 0 && (type & N_EXT) != 0;
      if (undefined && (b.u16(at + 6) & N_WEAK_REF) == 0) {
        imports.add(plain(b.text(strings + b.u32(at))));
      }
    }
  }

  /** C names have an underscore in front here, and some a variant behind: _fstat$INODE64. */
  private static String plain(String symbol) {
    String s = symbol.startsWith("_") ? symbol.substring(1) : symbol;
    return s.contains("$") ? s.substring(0, s.indexOf('$')) : s;
  }

  // ---- exports: a trie of names, each edge a piece of text and the offset of the next node ----

  private void readExports(long start, int bytes) {
    if (bytes > 0) {
      walk(start, start, "", 0);
    }
  }

  private void walk(long start, long node, String prefix, int depth) {
    if (depth > MAX_TRIE_DEPTH) {
      throw new IllegalArgumentException("has a table of exports without an end");
    }
    long[] at = {node};
    long terminal = uleb(at);
    if (terminal > 0 && !HEADER_NAMES.contains(plain(prefix))) {
      exports.add(plain(prefix));
    }
    at[0] += terminal;
    int edges = b.u8(at[0]++);
    for (int i = 0; i < edges; i++) {
      String edge = b.text(at[0]);
      at[0] += edge.length() + 1;
      walk(start, start + uleb(at), prefix + edge, depth + 1);
    }
  }

  private long uleb(long[] at) {
    long value = 0;
    int shift = 0;
    int octet;
    do {
      octet = b.u8(at[0]++);
      value |= (long) (octet & 0x7f) << shift;
      shift += 7;
    } while ((octet & 0x80) != 0 && shift < Long.SIZE);
    return value;
  }
}
