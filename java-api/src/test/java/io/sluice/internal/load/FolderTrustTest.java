package io.sluice.internal.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sluice.internal.abi.Abi;
import io.sluice.internal.bind.Bindings;
import io.sluice.internal.bind.UnavailableException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Folders in which somebody else could exchange the library between its writing and its loading. */
class FolderTrustTest {
  private static final int OPEN_TO_ALL = 0777;
  private static final int STICKY = 01000;
  private static final Path FOLDER = Path.of("/tmp");
  private static final int FOLDERS = 20;

  @TempDir Path dir;

  @BeforeEach
  void withOwnersOnly() throws Exception {
    assumeTrue(Files.getFileStore(dir).supportsFileAttributeView("posix"), "no owners on this file system");
  }

  private Path folder(String name, int mode) throws IOException {
    Path folder = Files.createDirectory(dir.resolve(name));
    Files.setAttribute(folder, "unix:mode", mode);
    return folder;
  }

  @Test
  void nothingIsWrittenWhereEverybodyMayRename() throws Exception {
    Path open = folder("open", OPEN_TO_ALL);
    String message = assertThrows(IOException.class, () -> TemporaryFolders.write(open, "libsluice.so", new byte[] {1})).getMessage();
    assertEquals("not safe, everybody may rename files in " + open.toRealPath() + " (no sticky bit)", message);
    try (Stream<Path> left = Files.list(open)) {
      assertEquals(List.of(), left.toList());
    }
  }

  @Test
  void norBelowSuchAFolderNorThroughALinkToIt() throws Exception {
    Path open = folder("open", OPEN_TO_ALL);
    Path below = Files.createDirectory(open.resolve("below"));
    assertThrows(IOException.class, () -> TemporaryFolders.write(below, "libsluice.so", new byte[] {1}));
    Path link = Files.createSymbolicLink(dir.resolve("link"), open);
    assertThrows(IOException.class, () -> TemporaryFolders.write(link, "libsluice.so", new byte[] {1}));
  }

  @Test
  void theStickyBitMakesASharedFolderSafe() throws Exception {
    Path shared = folder("shared", OPEN_TO_ALL | STICKY);
    TemporaryFolders.delete(TemporaryFolders.write(shared, "libsluice.so", new byte[] {1}));
  }

  /** Nobody can put a folder or a link in its place beforehand who does not know its name; and what is there is not used. */
  @Test
  void theNameIsNewEachTime() throws Exception {
    Path shared = folder("shared", OPEN_TO_ALL | STICKY);
    Set<String> names = new HashSet<>();
    for (int i = 0; i < FOLDERS; i++) {
      Path file = TemporaryFolders.write(shared, "libsluice.so", new byte[] {1});
      names.add(file.getParent().getFileName().toString());
      TemporaryFolders.delete(file);
    }
    assertEquals(FOLDERS, names.size(), "names repeat after the folder is gone: " + names);
  }

  @Test
  void foldersOfOtherUsersAreNotSafe() {
    assertEquals("/tmp belongs to another user (1000)", FolderTrust.dangerOf(FOLDER, 1000, 0, 0755, 7, false));
    assertEquals("/tmp belongs to another user (1000)", FolderTrust.dangerOf(FOLDER, 1000, 0, 01777, 7, true));
    assertNull(FolderTrust.dangerOf(FOLDER, 0, 0, 01777, 7, false));
    assertNull(FolderTrust.dangerOf(FOLDER, 7, 7, 0700, 7, false));
  }

  @Test
  void aGroupIsOthersUnlessItIsTheOwnersAlone() {
    assertEquals("the group 100 may rename files in /tmp (no sticky bit)", FolderTrust.dangerOf(FOLDER, 0, 100, 0775, 7, false));
    assertEquals("the group 100 may rename files in /tmp (no sticky bit)", FolderTrust.dangerOf(FOLDER, 7, 100, 0770, 7, false));
    assertNull(FolderTrust.dangerOf(FOLDER, 7, 100, 0750, 7, false));
    assertNull(FolderTrust.dangerOf(FOLDER, 7, 100, 01770, 7, false));
    assertNull(FolderTrust.dangerOf(FOLDER, 7, 7, 0775, 7, false));
    assertNull(FolderTrust.dangerOf(FOLDER, 0, 0, 0775, 7, false));
  }

  @Test
  void theUnknownOwnerOfAContainersFilesIsTheSystem() {
    assertNull(FolderTrust.dangerOf(FOLDER, 65534, 65534, 01777, 7, true));
    assertEquals("/tmp belongs to another user (65534)", FolderTrust.dangerOf(FOLDER, 65534, 65534, 01777, 7, false));
  }

  @Test
  void theLoaderSaysWhyAndGoesOnToTheNextFolder() throws Exception {
    assumeTrue(NativeFolder.PLATFORM.isLinux(), "the library of this build is no ELF file");
    Path open = folder("open", OPEN_TO_ALL);
    ClassLoader jar = NativeFolder.classPath(NativeFolder.in(dir.resolve("jar")).with(NativeFolder.realLibrary(), "1"));
    NativeLoader named = NativeFolder.loader(jar, NativeLoader.DIR_PROPERTY, open.toString());
    String reason = assertThrows(UnavailableException.class, () -> named.load(Bindings.JNI)).getMessage();
    assertTrue(reason.contains(open + ": not safe, everybody may rename files in"), reason);

    Path home = folder("home", 0700);
    Files.createDirectory(home.resolve(".cache"));
    NativeLoader other = NativeFolder.loader(jar, "java.io.tmpdir", open.toString(), "user.home", home.toString());
    assertEquals(Abi.ABI, other.load(Bindings.JNI).abi());
  }
}
