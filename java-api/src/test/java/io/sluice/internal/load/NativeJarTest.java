package io.sluice.internal.load;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sluice.internal.bind.UnavailableException;
import java.io.File;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The short way to the native jar: it takes what is as the build makes it, and leaves all else to the class loader. */
class NativeJarTest {
  private static final String NAME = "sluice-native-1-" + NativeFolder.PLATFORM.classifier() + ".jar";

  @TempDir Path dir;
  private byte[] library;

  @BeforeEach
  void linuxOnly() throws Exception {
    assumeTrue(NativeFolder.PLATFORM.isLinux(), "the files tested here are ELF libraries");
    library = NativeFolder.realLibrary();
  }

  private NativeJar find(Object... entries) {
    return findFor(dir, entries);
  }

  private static NativeJar findFor(Path ours, Object... entries) {
    StringBuilder classPath = new StringBuilder();
    for (Object entry : entries) {
      classPath.append(classPath.length() == 0 ? "" : File.pathSeparator).append(entry);
    }
    return NativeJar.find(classPath.toString(), ours.toFile(), NativeFolder.PLATFORM);
  }

  private Path jar(String name) throws Exception {
    return Files.move(NativeFolder.jar(dir, library, library.length), dir.resolve(name));
  }

  @Test
  void aJarOfThatNameIsFoundWhereverItStands() throws Exception {
    Path jar = jar(NAME);
    for (NativeJar found : new NativeJar[] {find(dir, jar, "x.jar"), find(jar, "", dir), find("nowhere", jar, dir)}) {
      assertArrayEquals(library, found.library().content());
      assertEquals(LibraryFile.sha256(library), found.copy().get("buildId"));
      assertEquals("1", found.library().version());
    }
  }

  /** For instance one that holds the whole application. */
  @Test
  void theOnlyEntryMayHaveAnyName() throws Exception {
    Path jar = jar("application.jar");
    assertNotNull(findFor(jar, jar));
    assertNull(findFor(jar, jar, dir));
  }

  /** It may hold a stale copy, beside a manifest that names the jars. */
  @Test
  void theOnlyEntryHasToBeSluices() throws Exception {
    Path jar = jar("application.jar");
    assertNull(findFor(dir.resolve("sluice.jar"), jar));
  }

  /** A program may have set the property. */
  @Test
  void aClassPathWithoutSluiceIsNotBelieved() throws Exception {
    assertNull(findFor(dir.resolve("sluice.jar"), jar(NAME), dir));
  }

  @Test
  void aLibraryInAnotherFolderIsNone() throws Exception {
    Properties properties = new Properties();
    properties.setProperty("library", "../" + NativeFolder.PLATFORM.libraryName());
    properties.setProperty("bytes", Integer.toString(library.length));
    LibraryCopy copy = new LibraryCopy("there", properties);
    UnavailableException e =
        assertThrows(UnavailableException.class, () -> copy.with(library, LibraryFile.crc32(library), NativeFolder.PLATFORM));
    assertTrue(e.getMessage().startsWith("../libsluice.so beside there is no name of a file"), e.getMessage());
  }

  @Test
  void ofTwoTheClassLoaderDecides() throws Exception {
    Path jar = jar(NAME);
    Path other = Files.copy(jar, Files.createDirectory(dir.resolve("other")).resolve(NAME));
    assertNull(find(jar, other));
  }

  @Test
  void whatIsNoJarOrHasNoLibraryIsLeftToTheClassLoader() throws Exception {
    assertNull(find());
    assertNull(find(dir.resolve(NAME), dir));
    Path text = Files.writeString(dir.resolve("sluice-native-2-" + NativeFolder.PLATFORM.classifier() + ".jar"), "no jar");
    assertNull(find(text, dir));
    Path otherPlatform = jar("sluice-native-1-linux-s390_64.jar");
    assertNull(find(otherPlatform, dir));
  }

  /** It says what is wrong with it. */
  @Test
  void aDamagedLibraryIsLeftToTheClassLoader() throws Exception {
    Path jar = jar(NAME);
    byte[] bytes = Files.readAllBytes(jar);
    bytes[new String(bytes, StandardCharsets.ISO_8859_1).indexOf("sluice_shared_bytes")] ^= 1;
    Files.write(jar, bytes);
    assertNull(find(jar, dir));
  }

  /** Whose class path is not what the system property says. */
  @Test
  void anotherClassLoaderIsAskedItself() throws Exception {
    try (URLClassLoader other = new URLClassLoader(new java.net.URL[0])) {
      assertNull(NativeJar.find(other, NativeFolder.PLATFORM));
    }
    assertNull(NativeJar.find((ClassLoader) null, NativeFolder.PLATFORM));
  }
}
