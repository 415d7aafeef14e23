package io.sluice.internal.load;

import io.sluice.internal.bind.UnavailableException;
import java.io.File;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;

/** Where the library may be written for a moment: a private folder below one of several candidates. */
final class TemporaryFolders {
  private static final Path MOUNTS = Path.of("/proc/self/mountinfo");
  private static final Path RANDOM = Path.of("/dev/urandom");

  private TemporaryFolders() {}

  /** The folder that the user named, or the system's for temporary files if there is one. */
  static List<Path> first(UnaryOperator<String> properties) throws UnavailableException {
    String named = named(properties);
    if (named != null) {
      return List.of(NamedPath.of(NativeLoader.DIR_PROPERTY, named));
    }
    List<Path> folders = new ArrayList<>();
    addIfSet(folders, properties.apply("java.io.tmpdir"), "");
    return folders;
  }

  /** Folders to try, in this order. One named by its user is the only one. */
  static List<Path> candidates(UnaryOperator<String> properties, UnaryOperator<String> environment)
      throws UnavailableException {
    List<Path> folders = new ArrayList<>(first(properties));
    if (named(properties) == null) {
      addIfSet(folders, environment.apply("XDG_CACHE_HOME"), "");
      addIfSet(folders, properties.apply("user.home"), ".cache");
      // Often the only writable place of a container with a read-only root.
      addIfSet(folders, "/dev/shm", "");
    }
    return folders;
  }

  private static String named(UnaryOperator<String> properties) {
    String named = properties.apply(NativeLoader.DIR_PROPERTY);
    return named == null || named.isBlank() ? null : named;
  }

  private static void addIfSet(List<Path> folders, String folder, String below) {
    if (folder != null && !folder.isBlank() && !folder.equals("?")) {
      Path path;
      try {
        path = Path.of(folder).resolve(below).toAbsolutePath();
      } catch (InvalidPathException e) {
        return; // A home with a name that this JVM's file name encoding lacks is no reason to try no other folder.
      }
      if (Files.isDirectory(path) && !folders.contains(path)) {
        folders.add(path);
      }
    }
  }

  /**
   * A new file with this content in a new folder, both open to this user only, and safe from others.
   *
   * @throws IOException also when the folder is not safe or the content did not arrive; the message says which
   */
  static Path write(Path below, String fileName, byte[] content) throws IOException {
    Path folder =
        Files.createDirectory(
            below.resolve("sluice-" + unpredictable(RANDOM)),
            PosixFilePermissions.asFileAttribute(
                Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE, PosixFilePermission.OWNER_EXECUTE)));
    Path file = folder.resolve(fileName);
    try {
      String danger = FolderTrust.danger(below, folder);
      if (danger != null) {
        throw new IOException("not safe, " + danger);
      }
      writeAndVerify(file.toFile(), content);
      return file;
    } catch (IOException e) {
      delete(file);
      throw e;
    }
  }

  /** Streams of files, because a channel's has a cold JVM copy 8 KiB at a time. */
  private static void writeAndVerify(File file, byte[] content) throws IOException {
    if (!file.createNewFile()) {
      throw new IOException("there is a file already");
    }
    try (FileOutputStream out = new FileOutputStream(file)) {
      out.write(content);
    }
    byte[] written = new byte[content.length];
    int bytes;
    try (FileInputStream in = new FileInputStream(file)) {
      bytes = in.readNBytes(written, 0, written.length);
    }
    // A disk may fill up or fail without an error of write(2).
    if (bytes < content.length || LibraryFile.crc32(content) != LibraryFile.crc32(written)) {
      throw new IOException("what was read back is not what was written");
    }
  }

  /**
   * 128 bits that nobody can guess: who could, would be there first and keep the library from loading. Straight from the system, because
   * setting up Java's SecureRandom takes a tenth of the whole start.
   */
  static String unpredictable(Path random) {
    byte[] bits = new byte[2 * Long.BYTES];
    try (InputStream system = new FileInputStream(random.toFile())) {
      if (system.readNBytes(bits, 0, bits.length) < bits.length) {
        throw new IOException(random + " has ended");
      }
    } catch (IOException e) { // A system or a container without it, or one that lets nobody read it.
      new SecureRandom().nextBytes(bits);
    }
    ByteBuffer b = ByteBuffer.wrap(bits);
    return Long.toHexString(b.getLong()) + Long.toHexString(b.getLong());
  }

  /** Deletes what {@link #write} made. A library in use stays mapped. */
  static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
      Files.deleteIfExists(file.getParent());
    } catch (IOException e) {
      deleteOnExit(file);
    }
  }

  static void deleteOnExit(Path file) {
    // Runs in reverse order: first the file, then its folder.
    file.getParent().toFile().deleteOnExit();
    file.toFile().deleteOnExit();
  }

  /** Whether the file system of the folder forbids executable mappings (proc(5), mountinfo). False when unknown. */
  static boolean isNoexec(Path folder) {
    try {
      return isNoexec(folder.toRealPath(), Files.readAllLines(MOUNTS, StandardCharsets.UTF_8));
    } catch (IOException | RuntimeException e) {
      return false;
    }
  }

  /** A later line with the same mount point covers the earlier one. */
  static boolean isNoexec(Path realFolder, List<String> mountinfo) {
    int longest = -1;
    boolean noexec = false;
    for (String line : mountinfo) {
      String[] fields = line.split(" ");
      if (fields.length < 6) {
        continue;
      }
      Path point = Path.of(unescape(fields[4]));
      if (realFolder.startsWith(point) && point.getNameCount() >= longest) {
        longest = point.getNameCount();
        noexec = List.of(fields[5].split(",")).contains("noexec");
      }
    }
    return noexec;
  }

  private static String unescape(String mountPoint) {
    return mountPoint.replace("\\040", " ").replace("\\011", "\t").replace("\\012", "\n").replace("\\134", "\\");
  }
}
