import java.util.List;
import java.util.SortedSet;

/**
 * What a library file says about itself. Read from its bytes, so that libraries of every platform can be looked at on any.
 *
 * @param format {@code ELF} or {@code Mach-O}
 * @param architecture in the naming of os-maven-plugin
 * @param name by which other libraries would refer to it
 * @param needed libraries it depends on
 * @param floor the oldest C library or system that has everything it refers to; "" when it does not say
 * @param imports functions and variables it takes from others, without versions
 * @param exports what it offers to others
 * @param faults what no library should have or lack, in words
 */
record NativeLibrary(
    String format,
    String architecture,
    String name,
    List<String> needed,
    String floor,
    SortedSet<String> imports,
    SortedSet<String> exports,
    List<String> faults) {

  static NativeLibrary parse(byte[] file) {
    return switch (Bytes.of(file).u32(0)) {
      case ElfLibrary.MAGIC -> new ElfLibrary(file).read();
      case MachoLibrary.MAGIC -> new MachoLibrary(file).read();
      default -> throw new IllegalArgumentException("is neither a 64-bit ELF nor a 64-bit Mach-O file");
    };
  }

  /** Compares "2.17" with "2.4" by number. */
  static int compareVersions(String a, String b) {
    String[] x = a.split("\\.");
    String[] y = b.split("\\.");
    for (int i = 0; i < Math.max(x.length, y.length); i++) {
      int c = Integer.compare(i < x.length ? Integer.parseInt(x[i]) : 0, i < y.length ? Integer.parseInt(y[i]) : 0);
      if (c != 0) {
        return c;
      }
    }
    return 0;
  }
}
