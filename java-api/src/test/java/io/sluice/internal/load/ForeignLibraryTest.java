package io.sluice.internal.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Libraries of other platforms: said before the system is asked to load them. */
class ForeignLibraryTest {
  private static final Platform MAC = new Platform("osx", "aarch_64", "system");
  private static final int ARM64 = 0x0100000c;
  private static final int X86_64 = 0x01000007;

  private static byte[] realElf() throws Exception {
    assumeTrue(NativeFolder.PLATFORM.isLinux(), "the library of this build is no ELF file");
    return NativeFolder.realLibrary();
  }

  private static Platform with(String libc) {
    return new Platform("linux", NativeFolder.PLATFORM.arch(), libc);
  }

  @Test
  void theLibraryOfThisBuildHasNoFault() throws Exception {
    assertNull(ElfFile.fault(realElf(), NativeFolder.PLATFORM));
  }

  @Test
  void aLibraryForTheOtherLibcIsRefusedBeforeItIsLoaded() throws Exception {
    assumeTrue(NativeFolder.PLATFORM.libc().equals(Platform.GLIBC), "the library of this build is for musl");
    byte[] library = realElf();
    assertEquals("is built for glibc, this JVM runs on musl", ElfFile.fault(library, with(Platform.MUSL)));
    byte[] forMusl =
        new String(library, StandardCharsets.ISO_8859_1).replace("libc.so.6\0", "libc.so\0\0\0").getBytes(StandardCharsets.ISO_8859_1);
    assertEquals("is built for musl, this JVM runs on glibc", ElfFile.fault(forMusl, with(Platform.GLIBC)));
    assertNull(ElfFile.fault(forMusl, with(Platform.MUSL)));
  }

  @Test
  void noDamageToTheHeaderIsAnException() throws Exception {
    byte[] library = realElf();
    for (int i = 0; i < 512; i++) {
      byte[] damaged = library.clone();
      damaged[i] = (byte) 0xff;
      ElfFile.fault(damaged, NativeFolder.PLATFORM); // does not throw
      ElfFile.fault(Arrays.copyOf(damaged, i), NativeFolder.PLATFORM);
      MachoFile.fault(Arrays.copyOf(macho(ARM64, 6, 4096), Math.max(1, i)), MAC);
    }
  }

  /** A header and one segment that ends where it is said to. */
  private static byte[] macho(int processor, int type, long end) {
    ByteBuffer b = ByteBuffer.allocate(4096).order(ByteOrder.LITTLE_ENDIAN);
    b.putInt(0, 0xfeedfacf).putInt(4, processor).putInt(12, type).putInt(16, 1).putInt(20, 72);
    b.putInt(32, 0x19).putInt(36, 72).putLong(72, 0).putLong(80, end);
    return b.array();
  }

  @Test
  void machoFilesAreLookedAtInTheSameWay() {
    assertNull(MachoFile.fault(macho(ARM64, 6, 4096), MAC));
    assertEquals("is built for x86_64, this JVM runs on aarch_64", MachoFile.fault(macho(X86_64, 6, 4096), MAC));
    assertEquals("is truncated (4096 bytes, its header asks for 5000)", MachoFile.fault(macho(ARM64, 6, 5000), MAC));
    assertEquals("is not a shared library", MachoFile.fault(macho(ARM64, 2, 4096), MAC));
    assertEquals("is not a Mach-O file", MachoFile.fault(new byte[100], MAC));
  }

  @Test
  void theJarOfAnotherPlatformIsNamedBesideTheOneThatIsMissing() {
    Platform alpine = new Platform("linux", "x86_64", Platform.MUSL);
    String reason = ClassPathSearch.missing(alpine, false, List.of("linux-x86_64"));
    assertTrue(reason.startsWith("no native library for linux-x86_64-musl on the class path (only for linux-x86_64); add"), reason);
    assertTrue(reason.endsWith("with the classifier linux-x86_64-musl"), reason);
  }

  @Test
  void wherePlatformsHaveNoJarNoneIsAskedFor() {
    String reason = ClassPathSearch.missing(new Platform("windows", "x86_64", "system"), false, List.of());
    assertEquals("there is no native library for windows-x86_64; build one (docs/platforms.md) or use the NIO engine", reason);
  }

  @Test
  void theClassPathIsSearchedForOtherPlatforms(@TempDir Path dir) throws Exception {
    NativeFolder folder = NativeFolder.in(dir).with(new byte[] {1}, "1");
    Platform here = NativeFolder.PLATFORM;
    assumeTrue(Platform.PUBLISHED.contains(here.classifier()), "no jar for " + here);
    Platform other = new Platform("osx", here.arch().equals("x86_64") ? "aarch_64" : "x86_64", "system");
    NativeLoader loader = new NativeLoader(NativeFolder.classPath(folder), name -> null, name -> null, other);
    String reason =
        org.junit.jupiter.api.Assertions.assertThrows(Exception.class, () -> loader.load("jni")).getMessage();
    assertTrue(reason.contains("(only for " + here.classifier() + ")"), reason);
  }
}
