package io.sluice.internal.load;

import io.sluice.internal.bind.UnavailableException;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Properties;
import java.util.zip.CRC32;

/**
 * The native library as it was found, its content checked and not yet on disk.
 *
 * @param origin where it comes from, for messages
 * @param version of the native jar, "" when unknown
 * @param inPlace the file itself when it is to be loaded where it lies, or null
 */
record LibraryFile(String origin, String version, String fileName, byte[] content, Path inPlace) {
  /** Folder per classifier, on the class or module path; filled by the build of the native jar. */
  static final String RESOURCE_FOLDER = "META-INF/native/";

  /** In every library of Sluice, and in no other. */
  private static final String FUNCTION_OF_SLUICE = "sluice_shared_bytes";

  /** A file named by its user. It is loaded in place, so that debuggers and profilers find its symbols. */
  static LibraryFile named(Path file, Platform platform) throws UnavailableException {
    byte[] content;
    try {
      content = NamedPath.readLibrary(file);
    } catch (IOException e) {
      throw new UnavailableException(
          file + " cannot be read (" + e + "); correct -D" + NativeLoader.PATH_PROPERTY, e, false);
    }
    String fault = fault(content, platform);
    if (fault != null) {
      throw new UnavailableException(file + " " + fault + "; correct -D" + NativeLoader.PATH_PROPERTY);
    }
    return new LibraryFile(file.toString(), "", file.getFileName().toString(), content, file.toAbsolutePath());
  }

  /**
   * The first library of Sluice that lies in a folder of {@code java.library.path}, or null. A file of the same name that
   * is not Sluice's is none: loading it would run its code.
   *
   * @param passedOver takes a sentence for each file that is Sluice's and cannot be used
   */
  static LibraryFile onLibraryPath(String path, Platform platform, List<String> passedOver) {
    for (String folder : path == null ? new String[0] : path.split(File.pathSeparator)) {
      if (folder.isBlank()) {
        continue;
      }
      try {
        Path file = Path.of(folder).resolve(platform.libraryName()).toAbsolutePath();
        byte[] content = Files.isRegularFile(file) ? NamedPath.readLibrary(file) : new byte[0];
        if (contains(content, FUNCTION_OF_SLUICE)) {
          String fault = fault(content, platform);
          if (fault == null) {
            return new LibraryFile(file.toString(), "", platform.libraryName(), content, file);
          }
          passedOver.add(file + " " + fault);
        }
      } catch (IOException | InvalidPathException e) {
        passedOver.add(folder + " cannot be searched (" + e + ")");
      }
    }
    return null;
  }

  private static boolean contains(byte[] content, String text) {
    return new String(content, StandardCharsets.ISO_8859_1).contains(text);
  }

  /** What is wrong with the file, as far as can be seen before it is loaded; or null. */
  static String fault(byte[] content, Platform platform) {
    return switch (platform.os()) {
      case "linux" -> ElfFile.fault(content, platform);
      case "osx" -> MachoFile.fault(content, platform);
      default -> null;
    };
  }

  /** Fast also where nothing is compiled yet, as a comparison of arrays is not. */
  static long crc32(byte[] content) {
    CRC32 crc = new CRC32();
    crc.update(content);
    return crc.getValue();
  }

  static String sha256(byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** The version of this Sluice, written by the build; "" when it runs from a folder that the build did not fill. */
  static String ourVersion() {
    Properties build = new Properties();
    try (InputStream in = LibraryFile.class.getResourceAsStream("/META-INF/sluice/build.properties")) {
      if (in != null) {
        build.load(in);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return build.getProperty("version", "");
  }
}
