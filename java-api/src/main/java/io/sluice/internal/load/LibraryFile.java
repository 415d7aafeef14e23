package io.sluice.internal.load;

import io.sluice.internal.abi.Abi;
import io.sluice.internal.bind.UnavailableException;
import io.sluice.internal.log.Log;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.JarURLConnection;
import java.net.URL;
import java.net.URLConnection;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Enumeration;
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

  private static final String PROPERTIES = "sluice.properties";
  private static final long NO_CRC = -1;

  /** In every library of Sluice, and in no other. */
  private static final String FUNCTION_OF_SLUICE = "sluice_shared_bytes";

  private record Copy(URL url, Properties properties) {
    String get(String key) {
      return properties.getProperty(key, "");
    }

    /** Without a regular expression: a cold JVM needs 8 ms for its first digit class. */
    boolean speaksOurAbi() {
      String abi = get("abi");
      int dot = abi.indexOf('.');
      try {
        return dot > 0
            && Integer.parseUnsignedInt(abi.substring(0, dot)) == Abi.ABI_MAJOR
            && Integer.parseUnsignedInt(abi.substring(dot + 1)) >= Abi.ABI_MINOR;
      } catch (NumberFormatException e) {
        return false;
      }
    }

    @Override
    public String toString() {
      return url + " (version " + get("version") + ", ABI " + get("abi") + ")";
    }
  }

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
  private static String fault(byte[] content, Platform platform) {
    return switch (platform.os()) {
      case "linux" -> ElfFile.fault(content, platform);
      case "osx" -> MachoFile.fault(content, platform);
      default -> null;
    };
  }

  /** The library of this platform in the jars that {@code loader} sees. */
  static LibraryFile onClassPath(ClassLoader loader, Platform platform) throws UnavailableException {
    return onClassPath(loader, platform, null);
  }

  /** @param ourVersion null: the one that the build wrote, which is looked up where there is a choice */
  static LibraryFile onClassPath(ClassLoader loader, Platform platform, String ourVersion) throws UnavailableException {
    String folder = RESOURCE_FOLDER + platform.classifier() + "/";
    List<Copy> copies = copies(loader, folder + PROPERTIES, platform);
    Copy copy = choose(copies, ourVersion != null || copies.size() == 1 ? ourVersion : ourVersion());
    String fileName = copy.get("library").isEmpty() ? platform.libraryName() : copy.get("library");
    byte[] content;
    long crc = NO_CRC;
    try {
      // Beside its properties: with several copies around, getResource could answer another jar's library.
      URLConnection library = new URL(copy.url, fileName).openConnection();
      if (library instanceof JarURLConnection jar && jar.getJarEntry() != null) {
        crc = jar.getJarEntry().getCrc();
      }
      try (InputStream in = library.getInputStream()) {
        content = in.readAllBytes();
      }
    } catch (IOException e) {
      throw new UnavailableException(
          fileName + " beside " + copy.url + " cannot be read (" + e + "); get the sluice-native jar again", e, false);
    }
    checkContent(copy, fileName, content, crc, platform);
    return new LibraryFile(copy.toString(), copy.get("version"), fileName, content, null);
  }

  private static List<Copy> copies(ClassLoader loader, String resource, Platform platform) throws UnavailableException {
    List<Copy> copies = new ArrayList<>();
    try {
      Enumeration<URL> urls = loader == null ? ClassLoader.getSystemResources(resource) : loader.getResources(resource);
      while (urls.hasMoreElements()) {
        URL url = urls.nextElement();
        Properties properties = new Properties();
        try (InputStream in = url.openStream()) {
          properties.load(in);
        }
        copies.add(new Copy(url, properties));
      }
    } catch (IOException | IllegalArgumentException e) {
      throw new UnavailableException("reading " + resource + " failed: " + e + "; get the sluice-native jar again", e, false);
    }
    if (copies.isEmpty()) {
      boolean modular = LibraryFile.class.getModule().isNamed();
      throw new UnavailableException(missing(platform, modular, others(loader)));
    }
    return copies;
  }

  /** The platforms whose libraries are on the class path. */
  private static List<String> others(ClassLoader loader) {
    return Platform.PUBLISHED.stream()
        .filter(p -> {
          String resource = RESOURCE_FOLDER + p + "/" + PROPERTIES;
          return (loader == null ? ClassLoader.getSystemResource(resource) : loader.getResource(resource)) != null;
        })
        .toList();
  }

  /**
   * @param modular Sluice is a named module; on the module path nothing needs the native jar, so the JVM leaves it out
   * @param others platforms whose libraries are there
   */
  static String missing(Platform platform, boolean modular, List<String> others) {
    if (!Platform.PUBLISHED.contains(platform.classifier())) {
      return "there is no native library for " + platform + "; build one (docs/platforms.md) or use the NIO engine";
    }
    String version = ourVersion();
    String jar = "io.sluice:sluice-native" + (version.isEmpty() ? "" : ":" + version) + " with the classifier " + platform.classifier();
    String there = others.isEmpty() ? "" : " (only for " + String.join(", ", others) + ")";
    return "no native library for " + platform
        + (modular
            ? " in the modules of this JVM or on its class path" + there + "; add " + jar
                + " and, when it is on the module path, --add-modules " + platform.moduleName()
            : " on the class path" + there + "; add " + jar);
  }

  /** Of several copies, the one of our own version, else the first that speaks our ABI. */
  private static Copy choose(List<Copy> copies, String ourVersion) throws UnavailableException {
    Copy chosen = null;
    boolean different = false;
    for (Copy c : copies) { // No streams and lambdas where every start comes by: the first of them are slow.
      boolean better = chosen == null || c.get("version").equals(ourVersion) && !chosen.get("version").equals(ourVersion);
      chosen = c.speaksOurAbi() && better ? c : chosen;
      different |= !c.get("buildId").equals(copies.get(0).get("buildId"));
    }
    if (chosen == null) {
      throw new UnavailableException(
          "the native library on the class path does not fit: " + copies + ", this Sluice needs ABI " + Abi.ABI_MAJOR + "."
              + Abi.ABI_MINOR + "; use sluice and sluice-native of the same version");
    }
    if (different) {
      Log.logger().log(
          System.Logger.Level.WARNING,
          "Different native libraries on the class path: {0}. Loading {1}; keep one sluice-native jar.",
          copies,
          chosen);
    }
    return chosen;
  }

  private static void checkContent(Copy copy, String fileName, byte[] content, long crc, Platform platform)
      throws UnavailableException {
    String fault = copy.get("bytes").isEmpty() || crc == NO_CRC ? damage(copy, content) : damageInJar(copy, content, crc);
    if (fault == null) {
      fault = fault(content, platform);
    }
    if (fault != null) {
      throw new UnavailableException(fileName + " beside " + copy.url + " " + fault + "; get the sluice-native jar again");
    }
  }

  private static String damage(Copy copy, byte[] content) {
    String expected = copy.get("buildId");
    String actual = sha256(content);
    return expected.equalsIgnoreCase(actual)
        ? null : "is damaged (" + content.length + " bytes with SHA-256 " + actual + ", expected " + expected + ")";
  }

  /** In a jar it has its CRC-32, which zip streams do not look at. Java's SHA-256 takes 50 times as long on a cold JVM. */
  private static String damageInJar(Copy copy, byte[] content, long crc) {
    long actual = crc32(content);
    if (copy.get("bytes").equals(Integer.toString(content.length)) && actual == crc) {
      return null;
    }
    return "is damaged (" + content.length + " bytes with CRC-32 " + Long.toHexString(actual) + ", expected "
        + copy.get("bytes") + " and " + Long.toHexString(crc) + ")";
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
