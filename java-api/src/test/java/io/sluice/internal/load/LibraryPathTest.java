package io.sluice.internal.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sluice.internal.abi.Abi;
import io.sluice.internal.bind.Bindings;
import io.sluice.internal.bind.UnavailableException;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Libraries that are installed in a folder of java.library.path. */
class LibraryPathTest {
  private static final int ELF_MACHINE_OFFSET = 18;

  @TempDir Path dir;

  @BeforeEach
  void linuxOnly() {
    assumeTrue(NativeFolder.PLATFORM.isLinux(), "the files tested here are ELF libraries");
  }

  private Path installed(String folder, byte[] content) throws Exception {
    Path file = Files.createDirectories(dir.resolve(folder)).resolve(NativeFolder.PLATFORM.libraryName());
    return Files.write(file, content);
  }

  private static byte[] ofAnotherProcessor() throws Exception {
    byte[] library = NativeFolder.realLibrary();
    library[ELF_MACHINE_OFFSET] ^= 0x40;
    return library;
  }

  private static String path(Path... files) {
    List<String> folders = new ArrayList<>();
    for (Path file : files) {
      folders.add(file.getParent().toString());
    }
    return String.join(File.pathSeparator, folders);
  }

  private static LibraryFile search(String path, List<String> passedOver) {
    return LibraryFile.onLibraryPath(path, NativeFolder.PLATFORM, passedOver);
  }

  @Test
  void theFirstFittingFileIsTakenAndLoadedInPlace() throws Exception {
    Path other = installed("a", ofAnotherProcessor());
    Path good = installed("b", NativeFolder.realLibrary());
    List<String> passedOver = new ArrayList<>();
    LibraryFile found = search(File.pathSeparator + dir.resolve("none") + File.pathSeparator + path(other, good), passedOver);
    assertEquals(good, found.inPlace());
    assertEquals(1, passedOver.size(), passedOver::toString);
    assertTrue(passedOver.get(0).startsWith(other + " is built for"), passedOver::toString);
  }

  @Test
  void aFileOfTheSameNameThatIsNotSluiceIsLeftAlone() throws Exception {
    byte[] foreign =
        new String(NativeFolder.realLibrary(), StandardCharsets.ISO_8859_1)
            .replace("sluice_shared_bytes", "another_projects__x")
            .getBytes(StandardCharsets.ISO_8859_1);
    List<String> passedOver = new ArrayList<>();
    assertNull(search(path(installed("a", foreign)), passedOver));
    assertEquals(List.of(), passedOver);
  }

  @Test
  void itComesBeforeTheClassPath() throws Exception {
    Path good = installed("a", NativeFolder.realLibrary());
    ClassLoader nothing = NativeFolder.classPath(NativeFolder.in(dir.resolve("empty")));
    assertEquals(Abi.ABI, NativeFolder.loader(nothing, "java.library.path", path(good)).load(Bindings.JNI).abi());
  }

  @Test
  void whatWasPassedOverIsPartOfTheReason() throws Exception {
    Path other = installed("a", ofAnotherProcessor());
    ClassLoader nothing = NativeFolder.classPath(NativeFolder.in(dir.resolve("empty")));
    NativeLoader loader = NativeFolder.loader(nothing, "java.library.path", path(other));
    String reason = assertThrows(UnavailableException.class, () -> loader.load(Bindings.JNI)).getMessage();
    assertTrue(reason.startsWith("no native library for"), reason);
    assertTrue(reason.contains("; on java.library.path: " + other + " is built for"), reason);
  }

  @Test
  void theNamedFileComesBeforeIt() throws Exception {
    Path good = installed("a", NativeFolder.realLibrary());
    Path missing = dir.resolve("missing.so");
    NativeLoader loader =
        NativeFolder.loader(null, "java.library.path", path(good), NativeLoader.PATH_PROPERTY, missing.toString());
    String reason = assertThrows(UnavailableException.class, () -> loader.load(Bindings.JNI)).getMessage();
    assertTrue(reason.startsWith(missing + " cannot be read"), reason);
  }
}
