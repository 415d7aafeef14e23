package io.sluice.internal.load;

import io.sluice.internal.abi.Abi;
import io.sluice.internal.bind.UnavailableException;
import io.sluice.internal.log.Log;
import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.net.URLConnection;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;
import java.util.Properties;

/** The packaged libraries that a class loader sees, wherever it takes them from. {@link NativeJar} is the way there that costs less. */
final class ClassPathSearch {
  private final ClassLoader loader;
  private final Platform platform;
  private final List<LibraryCopy> copies = new ArrayList<>();
  private final List<URL> urls = new ArrayList<>();

  private ClassPathSearch(ClassLoader loader, Platform platform) throws UnavailableException {
    this.loader = loader;
    this.platform = platform;
    search(LibraryFile.RESOURCE_FOLDER + platform.classifier() + "/" + LibraryCopy.PROPERTIES);
  }

  /** The library of this platform in the jars that {@code loader} sees. */
  static LibraryFile find(ClassLoader loader, Platform platform) throws UnavailableException {
    return find(loader, platform, null);
  }

  /** @param ourVersion null: the one that the build wrote, which is looked up where there is a choice */
  static LibraryFile find(ClassLoader loader, Platform platform, String ourVersion) throws UnavailableException {
    ClassPathSearch search = new ClassPathSearch(loader, platform);
    if (search.copies.isEmpty()) {
      boolean modular = LibraryFile.class.getModule().isNamed();
      throw new UnavailableException(missing(platform, modular, search.others()));
    }
    String version = ourVersion != null || search.copies.size() == 1 ? ourVersion : LibraryFile.ourVersion();
    int chosen = search.choose(version);
    search.warnIfDifferent(search.copies.get(chosen));
    return search.read(chosen);
  }

  /**
   * Warns when there is another library than the loaded one. Nothing that goes wrong here is worth a word, be it in a class loader or in a log:
   * what was needed is loaded.
   */
  static void warnOfOthers(ClassLoader loader, Platform platform, LibraryCopy loaded) {
    try {
      new ClassPathSearch(loader, platform).warnIfDifferent(loaded);
    } catch (UnavailableException | RuntimeException | LinkageError e) {
      return;
    }
  }

  private void search(String resource) throws UnavailableException {
    try {
      Enumeration<URL> found = loader == null ? ClassLoader.getSystemResources(resource) : loader.getResources(resource);
      while (found.hasMoreElements()) {
        URL url = found.nextElement();
        Properties properties = new Properties();
        try (InputStream in = url.openStream()) {
          properties.load(in);
        }
        urls.add(url);
        copies.add(new LibraryCopy(url.toString(), properties));
      }
    } catch (IOException | IllegalArgumentException e) {
      throw new UnavailableException("reading " + resource + " failed: " + e + "; get the sluice-native jar again", e, false);
    }
  }

  /** Of several copies, the one of our own version, else the first that speaks our ABI. */
  private int choose(String ourVersion) throws UnavailableException {
    int chosen = -1;
    for (int i = 0; i < copies.size(); i++) {
      LibraryCopy c = copies.get(i);
      boolean better = chosen < 0 || c.get("version").equals(ourVersion) && !copies.get(chosen).get("version").equals(ourVersion);
      chosen = c.speaksOurAbi() && better ? i : chosen;
    }
    if (chosen < 0) {
      throw new UnavailableException(
          "the native library on the class path does not fit: " + copies + ", this Sluice needs ABI " + Abi.ABI_MAJOR + "."
              + Abi.ABI_MINOR + "; use sluice and sluice-native of the same version");
    }
    return chosen;
  }

  private void warnIfDifferent(LibraryCopy chosen) {
    String buildId = chosen.get("buildId");
    if (copies.isEmpty() || copies.stream().anyMatch(c -> !c.get("buildId").equals(buildId))) {
      Log.logger().log(
          System.Logger.Level.WARNING,
          "Different native libraries on the class path: {0}. Loading {1}; keep one sluice-native jar.",
          copies,
          chosen);
    }
  }

  private LibraryFile read(int chosen) throws UnavailableException {
    LibraryCopy copy = copies.get(chosen);
    String fileName = copy.fileName(platform);
    byte[] content;
    long crc = LibraryCopy.NO_CRC;
    try {
      // Beside its properties: with several copies around, getResource could answer another jar's library.
      URLConnection library = new URL(urls.get(chosen), fileName).openConnection();
      if (library instanceof JarURLConnection jar && jar.getJarEntry() != null) {
        crc = jar.getJarEntry().getCrc();
      }
      try (InputStream in = library.getInputStream()) {
        content = in.readAllBytes();
      }
    } catch (IOException e) {
      throw new UnavailableException(
          fileName + " beside " + copy.place() + " cannot be read (" + e + "); get the sluice-native jar again", e, false);
    }
    return copy.with(content, crc, platform);
  }

  /** The platforms whose libraries are on the class path. */
  private List<String> others() {
    return Platform.PUBLISHED.stream()
        .filter(p -> {
          String resource = LibraryFile.RESOURCE_FOLDER + p + "/" + LibraryCopy.PROPERTIES;
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
    String version = LibraryFile.ourVersion();
    String jar = "io.sluice:sluice-native" + (version.isEmpty() ? "" : ":" + version) + " with the classifier " + platform.classifier();
    String there = others.isEmpty() ? "" : " (only for " + String.join(", ", others) + ")";
    return "no native library for " + platform
        + (modular
            ? " in the modules of this JVM or on its class path" + there + "; add " + jar
                + " and, when it is on the module path, --add-modules " + platform.moduleName()
            : " on the class path" + there + "; add " + jar);
  }
}
