import java.util.List;
import java.util.regex.Pattern;

/**
 * What is promised about the library of one platform. The rows here are the platforms that there are; ci/natives, the Maven
 * profile and cmake/platforms have one entry for each as well.
 */
enum Target {
  LINUX_X86_64("linux-x86_64", "x86_64", Libc.GLIBC, "2.17"),
  LINUX_AARCH_64("linux-aarch_64", "aarch_64", Libc.GLIBC, "2.17"),
  LINUX_RISCV64("linux-riscv64", "riscv64", Libc.GLIBC, "2.27"),
  LINUX_X86_64_MUSL("linux-x86_64-musl", "x86_64", Libc.MUSL, ""),
  LINUX_AARCH_64_MUSL("linux-aarch_64-musl", "aarch_64", Libc.MUSL, ""),
  OSX_X86_64("osx-x86_64", "x86_64", Libc.DARWIN, "11.0"),
  OSX_AARCH_64("osx-aarch_64", "aarch_64", Libc.DARWIN, "11.0");

  enum Libc {
    GLIBC("libc\\.so\\.6|libpthread\\.so\\.0|libdl\\.so\\.2|ld-linux-[a-z0-9_-]+\\.so\\.[12]"),
    MUSL("libc\\.so"),
    DARWIN("/usr/lib/libSystem\\.B\\.dylib");

    private final Pattern libraries;

    Libc(String libraries) {
      this.libraries = Pattern.compile(libraries);
    }

    /** Whether a library may depend on that file: it is part of the C library, or the library's own. */
    boolean provides(String library) {
      return libraries.matcher(library).matches();
    }
  }

  /** For libsluice alone; libraries of others that lie beside it do not count. */
  static final int SIZE_LIMIT_BYTES = 200_000;

  final String platform;
  final String architecture;
  final Libc libc;

  /** The oldest glibc or macOS that must be enough; "" where symbols have no versions. */
  final String floor;

  Target(String platform, String architecture, Libc libc, String floor) {
    this.platform = platform;
    this.architecture = architecture;
    this.libc = libc;
    this.floor = floor;
  }

  String libraryName() {
    return libc == Libc.DARWIN ? "libsluice.dylib" : "libsluice.so";
  }

  /** The list of functions that may be imported: cmake/imports. */
  String importList() {
    return libc == Libc.DARWIN ? "osx.txt" : "linux.txt";
  }

  static List<Target> all() {
    return List.of(values());
  }
}
