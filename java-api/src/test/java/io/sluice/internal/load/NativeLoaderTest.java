package io.sluice.internal.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sluice.internal.abi.Abi;
import io.sluice.internal.bind.Bindings;
import io.sluice.internal.bind.UnavailableException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whatever is wrong with the library file: one sentence with cause and remedy, no error, nothing left behind. */
class NativeLoaderTest {
  private static final int ELF_MACHINE_OFFSET = 18;
  private static final byte ELF_MACHINE_AARCH64 = (byte) 183;

  @TempDir Path dir;

  @BeforeEach
  void linuxOnly() {
    assumeTrue(NativeFolder.PLATFORM.isLinux(), "the files tested here are ELF libraries");
  }

  private String refusal(NativeLoader loader) {
    return assertThrows(UnavailableException.class, () -> loader.load(Bindings.JNI)).getMessage();
  }

  private static void assertSays(String message, String... parts) {
    for (String part : parts) {
      assertTrue(message.contains(part), () -> "expected \"" + part + "\" in: " + message);
    }
  }

  @Test
  void aPathThatIsNoneIsARefusalNotAnException() throws Exception {
    NativeFolder folder = NativeFolder.in(dir).with(NativeFolder.realLibrary(), "1");
    for (String property : List.of(NativeLoader.PATH_PROPERTY, NativeLoader.DIR_PROPERTY)) {
      String reason = refusal(NativeFolder.loader(NativeFolder.classPath(folder), property, "a\0b"));
      assertSays(reason, "-D" + property + "=a?b is no path for this JVM", "correct it");
    }
    TemporaryFolders.candidates(p -> p.equals("user.home") ? "a\0b" : null, e -> "a\0b"); // does not throw
  }

  @Test
  void missingLibraryNamesTheDependencyToAdd() throws Exception {
    String reason = refusal(NativeFolder.loader(NativeFolder.classPath(NativeFolder.in(dir))));
    assertSays(reason, "no native library for", "add io.sluice:sluice-native", NativeFolder.PLATFORM.classifier());
  }

  @Test
  void libraryBesideItsPropertiesIsMissing() throws Exception {
    NativeFolder folder = NativeFolder.in(dir).with(NativeFolder.realLibrary(), "1");
    Files.delete(folder.library());
    assertSays(refusal(NativeFolder.loader(NativeFolder.classPath(folder))), "cannot be read", "get the sluice-native jar again");
  }

  @Test
  void truncatedLibraryIsRefusedBeforeItIsMapped() throws Exception {
    byte[] whole = NativeFolder.realLibrary();
    byte[] half = java.util.Arrays.copyOf(whole, whole.length / 2);
    NativeFolder folder =
        NativeFolder.in(dir).with(half, "1", Abi.ABI_MAJOR + "." + Abi.ABI_MINOR, LibraryFile.sha256(whole));
    assertSays(refusal(NativeFolder.loader(NativeFolder.classPath(folder))), "is damaged", half.length + " bytes");

    String named = refusal(NativeFolder.loader(null, NativeLoader.PATH_PROPERTY, folder.library().toString()));
    assertSays(named, "is truncated", folder.library().toString(), "-Dsluice.native.path");
  }

  @Test
  void oneChangedByteIsNoticed() throws Exception {
    byte[] library = NativeFolder.realLibrary();
    String buildId = LibraryFile.sha256(library);
    library[library.length / 2] ^= 1;
    NativeFolder folder = NativeFolder.in(dir).with(library, "1", Abi.ABI_MAJOR + "." + Abi.ABI_MINOR, buildId);
    assertSays(refusal(NativeFolder.loader(NativeFolder.classPath(folder))), "is damaged", buildId);
  }

  @Test
  void oneChangedByteInAJarIsNoticed() throws Exception {
    byte[] library = NativeFolder.realLibrary();
    Path jar = NativeFolder.jar(dir, library, library.length);
    byte[] bytes = Files.readAllBytes(jar);
    int at = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("sluice_shared_bytes");
    bytes[at] ^= 1; // Stored, not deflated: the zip stream reads it without complaint.
    Files.write(jar, bytes);
    assertSays(refusal(NativeFolder.loader(new URLClassLoader(new URL[] {jar.toUri().toURL()}, null))), "is damaged", "CRC-32");
  }

  @Test
  void aJarWithTheLibraryOfOnePropertiesOfAnotherIsNoticed() throws Exception {
    byte[] library = NativeFolder.realLibrary();
    Path jar = NativeFolder.jar(dir, library, library.length + 1);
    assertSays(
        refusal(NativeFolder.loader(new URLClassLoader(new URL[] {jar.toUri().toURL()}, null))),
        "is damaged", library.length + " bytes", "expected " + (library.length + 1));
  }

  @Test
  void aWholeJarLoads() throws Exception {
    byte[] library = NativeFolder.realLibrary();
    Path jar = NativeFolder.jar(dir, library, library.length);
    assertEquals(null, NativeFolder.loader(new URLClassLoader(new URL[] {jar.toUri().toURL()}, null)).obstacle("jni"));
  }

  @Test
  void libraryForAnotherArchitectureSaysForWhich() throws Exception {
    byte[] library = NativeFolder.realLibrary();
    assumeTrue(library[ELF_MACHINE_OFFSET] != ELF_MACHINE_AARCH64, "this machine is an aarch64 itself");
    library[ELF_MACHINE_OFFSET] = ELF_MACHINE_AARCH64;
    NativeFolder folder = NativeFolder.in(dir).with(library, "1");
    assertSays(refusal(NativeFolder.loader(NativeFolder.classPath(folder))), "is built for aarch_64", "this JVM runs on");
  }

  @Test
  void libraryOfAnotherAbiIsRefused() throws Exception {
    byte[] library = NativeFolder.realLibrary();
    NativeFolder folder =
        NativeFolder.in(dir).with(library, "9.9", (Abi.ABI_MAJOR + 1) + ".0", LibraryFile.sha256(library));
    assertSays(refusal(NativeFolder.loader(NativeFolder.classPath(folder))), "version 9.9", "needs ABI", "same version");
  }

  @Test
  void ofTwoCopiesTheOneOfOurVersionIsTaken() throws Exception {
    byte[] library = NativeFolder.realLibrary();
    NativeFolder other = NativeFolder.in(dir.resolve("a")).with(java.util.Arrays.copyOf(library, library.length + 1), "1");
    NativeFolder ours = NativeFolder.in(dir.resolve("b")).with(library, "2");
    LibraryFile found = ClassPathSearch.find(NativeFolder.classPath(other, ours), NativeFolder.PLATFORM, "2");
    assertEquals("2", found.version());
    assertEquals(library.length, found.content().length);
  }

  @Test
  void differentCopiesAreWarnedOfAndEqualOnesAreNot() throws Exception {
    byte[] library = NativeFolder.realLibrary();
    NativeFolder a = NativeFolder.in(dir.resolve("a")).with(library, "1");
    NativeFolder same = NativeFolder.in(dir.resolve("b")).with(library, "1");
    NativeFolder other = NativeFolder.in(dir.resolve("c")).with(java.util.Arrays.copyOf(library, library.length + 1), "1");
    assertEquals(List.of(), warnings(NativeFolder.classPath(a, same)));
    List<String> said = warnings(NativeFolder.classPath(a, same, other));
    assertEquals(1, said.size(), said.toString());
    assertSays(said.get(0), "Different native libraries on the class path", "/c/META-INF/native/", "keep one sluice-native jar");
  }

  private static List<String> warnings(ClassLoader loader) throws UnavailableException {
    List<String> said = new ArrayList<>();
    Handler keeping = new Handler() {
      @Override
      public void publish(LogRecord record) {
        if (record.getLevel() == Level.WARNING) {
          said.add(new SimpleFormatter().formatMessage(record));
        }
      }

      @Override
      public void flush() {}

      @Override
      public void close() {}
    };
    Logger logger = Logger.getLogger("io.sluice");
    logger.addHandler(keeping);
    try {
      ClassPathSearch.find(loader, NativeFolder.PLATFORM, "1");
    } finally {
      logger.removeHandler(keeping);
    }
    return said;
  }

  @Test
  void textFileIsNoLibrary() throws Exception {
    Path file = Files.writeString(dir.resolve("libsluice.so"), "not a library, but long enough for a header".repeat(4));
    assertSays(refusal(NativeFolder.loader(null, NativeLoader.PATH_PROPERTY, file.toString())), "is not an ELF file");
  }

  /** A pipe has no writer, a device no end, and nobody reads gigabytes to see that they are no library. */
  @Test
  @Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // What waits for a pipe cannot be interrupted.
  void whatIsNoRegularFileOrFarTooLargeIsRefusedUnread() throws Exception {
    Path pipe = dir.resolve("pipe");
    assumeTrue(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor() == 0, "no mkfifo here");
    for (String file : List.of(pipe.toString(), "/dev/zero", dir.toString())) {
      String reason = refusal(NativeFolder.loader(null, NativeLoader.PATH_PROPERTY, file));
      assertSays(reason, file + " cannot be read", "no regular file", "-Dsluice.native.path");
    }
    Path large = large();
    assertSays(
        refusal(NativeFolder.loader(null, NativeLoader.PATH_PROPERTY, large.toString())), large + " cannot be read", "no library of Sluice");
  }

  @Test
  void aFileOnTheLibraryPathThatIsFarTooLargeIsPassedOver() throws Exception {
    Path large = large();
    ClassLoader nothing = NativeFolder.classPath(NativeFolder.in(dir.resolve("empty")));
    String reason = refusal(NativeFolder.loader(nothing, "java.library.path", large.getParent().toString()));
    assertSays(reason, "no native library for", "; on java.library.path: " + large.getParent() + " cannot be searched", "no library of Sluice");
  }

  /** 3 GiB of nothing. */
  private Path large() throws IOException {
    Path file = Files.createDirectories(dir.resolve("large")).resolve("libsluice.so");
    try (RandomAccessFile f = new RandomAccessFile(file.toFile(), "rw")) {
      f.setLength(3L << 30);
    }
    return file;
  }

  @Test
  void unreadableNamedFileNamesTheProperty() {
    String reason = refusal(NativeFolder.loader(null, NativeLoader.PATH_PROPERTY, dir.resolve("nowhere.so").toString()));
    assertSays(reason, "nowhere.so cannot be read", "-Dsluice.native.path");
  }

  @Test
  void temporaryFolderThatDoesNotExistNamesFolderAndProperty() throws Exception {
    NativeFolder folder = NativeFolder.in(dir).with(NativeFolder.realLibrary(), "1");
    Path nowhere = dir.resolve("nowhere");
    String reason =
        refusal(NativeFolder.loader(NativeFolder.classPath(folder), NativeLoader.DIR_PROPERTY, nowhere.toString()));
    assertSays(reason, nowhere + ": no such folder", "-Dsluice.native.dir=FOLDER");
  }

  @Test
  void killSwitchKeepsEverythingOut() throws Exception {
    NativeLoader loader = NativeFolder.loader(null, NativeLoader.ENABLED_PROPERTY, "false");
    for (String binding : Bindings.NAMES) {
      assertSays(loader.obstacle(binding), "switched off by -Dsluice.native=false");
      assertThrows(UnavailableException.class, () -> loader.load(binding));
    }
  }

  @Test
  void theFirstFailureIsFinalAndRemembered() throws Exception {
    NativeLoader loader = NativeFolder.loader(NativeFolder.classPath(NativeFolder.in(dir)));
    String first = refusal(loader);
    NativeFolder.in(dir).with(NativeFolder.realLibrary(), "1");
    assertEquals(first, refusal(loader));
    assertEquals(first, loader.obstacle(Bindings.JNI));
  }

  @Test
  void noTemporaryFileStaysBehind() throws Exception {
    NativeFolder folder = NativeFolder.in(dir.resolve("jar")).with(NativeFolder.realLibrary(), "1");
    Path temporary = Files.createDirectory(dir.resolve("tmp"));
    NativeLoader loader =
        NativeFolder.loader(NativeFolder.classPath(folder), NativeLoader.DIR_PROPERTY, temporary.toString());
    assertEquals(Abi.ABI, loader.load(Bindings.JNI).abi());
    assertEquals(List.of(), list(temporary));
  }

  @Test
  void temporaryFileIsOpenToItsOwnerOnly() throws Exception {
    Path file = TemporaryFolders.write(dir, "libsluice.so", new byte[] {1});
    assertEquals("rwx------", java.nio.file.attribute.PosixFilePermissions.toString(Files.getPosixFilePermissions(file.getParent())));
    TemporaryFolders.delete(file);
    assertFalse(Files.exists(file.getParent()));
  }

  @Test
  void noexecIsReadFromTheInnermostMount() {
    List<String> mounts =
        List.of(
            "21 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw",
            "22 21 0:5 / /tmp rw,nosuid,noexec shared:3 - tmpfs tmpfs rw",
            "23 22 0:6 / /tmp/my\\040files rw - tmpfs tmpfs rw");
    assertTrue(TemporaryFolders.isNoexec(Path.of("/tmp"), mounts));
    assertTrue(TemporaryFolders.isNoexec(Path.of("/tmp/a/b"), mounts));
    assertFalse(TemporaryFolders.isNoexec(Path.of("/tmp/my files/x"), mounts));
    assertFalse(TemporaryFolders.isNoexec(Path.of("/tmpfiles"), mounts));
  }

  @Test
  void theProgramsLoaderSaysWhichCLibraryUnlessItIsALinkToMusls() throws Exception {
    Path glibc = Files.createFile(dir.resolve("ld-linux-x86-64.so.2"));
    Path musl = Files.createFile(dir.resolve("libc.musl-x86_64.so.1"));
    Path link = Files.createSymbolicLink(Files.createDirectory(dir.resolve("lib")).resolve("ld-linux-x86-64.so.2"), musl);
    assertTrue(Platform.isGlibc("\177ELF\0" + glibc + "\0libc.so.6\0"));
    assertFalse(Platform.isGlibc("\177ELF\0" + link + "\0libc.so.6\0"));
    assertFalse(Platform.isGlibc("\177ELF\0/lib/ld-musl-x86_64.so.1\0"));
    assertFalse(Platform.isGlibc("\177ELF\0/lib64/ld-linux-x86"), "cut off at the end of the page");
  }

  @Test
  void platformNamesFollowTheClassifiers() {
    assertEquals("linux-x86_64", Platform.of("Linux", "amd64").classifier());
    assertEquals("linux-aarch_64", Platform.of("Linux", "aarch64").classifier());
    assertEquals("osx-aarch_64", Platform.of("Mac OS X", "arm64").classifier());
    assertEquals("windows-x86_64", Platform.of("Windows 11", "amd64").classifier());
    assertEquals("linux-riscv64", Platform.of("Linux", "riscv64").classifier());
    Platform alpine = new Platform("linux", "x86_64", Platform.MUSL);
    assertEquals("linux-x86_64-musl", alpine.classifier());
    assertEquals("io.sluice.natives.linux.x86_64.musl", alpine.moduleName());
  }

  private static List<Path> list(Path folder) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.toList();
    }
  }
}
