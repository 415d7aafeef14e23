package io.sluice.internal.load;

import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/**
 * Operating system, architecture and C library of this JVM.
 *
 * @param os {@code linux}, {@code osx}, or the lower-case first word of {@code os.name}
 * @param arch in the naming of os-maven-plugin: {@code x86_64}, {@code aarch_64} ...
 * @param libc {@code glibc}, {@code musl} or {@code system}
 */
public record Platform(String os, String arch, String libc) {
  /** Classifiers of the native jars that there are. */
  static final List<String> PUBLISHED =
      List.of(
          "linux-x86_64", "linux-aarch_64", "linux-riscv64", "linux-x86_64-musl", "linux-aarch_64-musl", "osx-x86_64", "osx-aarch_64");

  static final String MUSL = "musl";
  static final String GLIBC = "glibc";

  private static final String MUSL_LOADER = "/ld-musl-";
  private static final String GLIBC_LOADER = "/ld-linux"; // with all that follows: ld.so(8)
  private static final int FIRST_PAGE = 4096;

  /** The platform of this JVM. */
  public static Platform current() {
    return of(System.getProperty("os.name", ""), System.getProperty("os.arch", ""));
  }

  static Platform of(String osName, String osArch) {
    String os = os(osName.toLowerCase(Locale.ROOT));
    return new Platform(os, arch(osArch.toLowerCase(Locale.ROOT)), os.equals("linux") ? linuxLibc() : "system");
  }

  /** Classifier of the native jar and name of its folder: the name of os-maven-plugin, and for musl what tells it from glibc. */
  public String classifier() {
    return os + "-" + arch + (isMusl() ? "-" + MUSL : "");
  }

  /** Name of the (automatic) module that the native jar is on the module path. */
  public String moduleName() {
    return "io.sluice.natives." + classifier().replace('-', '.');
  }

  public String libraryName() {
    return os.equals("osx") ? "libsluice.dylib" : "libsluice.so";
  }

  public boolean isLinux() {
    return os.equals("linux");
  }

  boolean isMusl() {
    return libc.equals(MUSL);
  }

  private static String os(String name) {
    if (name.startsWith("linux")) {
      return "linux";
    }
    if (name.startsWith("mac") || name.startsWith("darwin")) {
      return "osx";
    }
    return name.isEmpty() ? "unknown" : name.split(" ")[0];
  }

  private static String arch(String name) {
    return switch (name) {
      case "amd64", "x86_64", "x86-64", "x64" -> "x86_64";
      case "aarch64", "arm64" -> "aarch_64";
      case "riscv64" -> "riscv64";
      case "ppc64le" -> "ppcle_64";
      case "s390x" -> "s390_64";
      case "" -> "unknown";
      default -> name.replaceAll("[^a-z0-9_]", "_");
    };
  }

  /**
   * The C library is the one of the program's loader, which the program names on its first page (PT_INTERP, elf(5)). Where that does not say
   * it, or names a link that leads to musl's, musl's loader is mapped into every process that uses it; its presence in /lib alone would
   * prove nothing.
   */
  private static String linuxLibc() {
    try {
      if (isGlibc(text("/proc/self/exe", FIRST_PAGE))) {
        return GLIBC;
      }
    } catch (IOException e) {
      // Perhaps the program may be run and not read.
    }
    try {
      return text("/proc/self/maps", Integer.MAX_VALUE).contains(MUSL_LOADER) ? MUSL : GLIBC;
    } catch (IOException e) {
      return GLIBC;
    }
  }

  static boolean isGlibc(String program) throws IOException {
    int at = program.indexOf(GLIBC_LOADER);
    int end = program.indexOf('\0', at);
    if (at < 0 || end < 0) { // Or the page ends in the middle of the name.
      return false;
    }
    String loader = program.substring(program.lastIndexOf('\0', at) + 1, end);
    return !new File(loader).getCanonicalPath().contains(MUSL);
  }

  /** In one piece, and not through a channel: a stream of lines would take a cold JVM ten times as long. */
  private static String text(String file, int bytes) throws IOException {
    try (FileInputStream in = new FileInputStream(file)) {
      return new String(in.readNBytes(bytes), StandardCharsets.ISO_8859_1);
    }
  }

  @Override
  public String toString() {
    return classifier();
  }
}
