package io.sluice.internal.load;

import io.sluice.internal.bind.UnavailableException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/** Files and folders that users name: whatever a property says, it ends in a sentence and not in an error or in waiting for ever. */
final class NamedPath {
  /** Far more than any library of ours has, debugging symbols included; a larger file is another one. */
  static final int LIBRARY_BYTES_MAX = 64 << 20;

  private NamedPath() {}

  /** @param property where the value comes from */
  static Path of(String property, String value) throws UnavailableException {
    try {
      return Path.of(value).toAbsolutePath();
    } catch (InvalidPathException e) {
      throw new UnavailableException(
          "-D" + property + "=" + value.replace('\0', '?') + " is no path for this JVM (" + e.getReason() + "); correct it, or if it has letters"
              + " other than those of ASCII start the JVM in a locale that has them (LC_ALL)",
          e,
          false);
    }
  }

  /** Opening a pipe would wait for its writer, and a device may have no end. */
  static void mustBeRegular(Path file) throws IOException {
    if (!Files.readAttributes(file, BasicFileAttributes.class).isRegularFile()) {
      throw new IOException("no regular file");
    }
  }

  static byte[] readLibrary(Path file) throws IOException {
    mustBeRegular(file);
    long bytes = Files.size(file);
    if (bytes > LIBRARY_BYTES_MAX) {
      throw new IOException(bytes + " bytes are no library of Sluice");
    }
    try (InputStream in = Files.newInputStream(file)) {
      return in.readNBytes((int) bytes);
    }
  }
}
