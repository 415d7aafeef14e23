package io.sluice.internal.load;

import io.sluice.internal.bind.UnavailableException;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * The native jar, taken straight from the class path of the application by its name. The class loader's own way, {@link ClassPathSearch},
 * looks through all modules of the JDK and all jars of the class path, and reads through connections of URLs: three times the work, and a
 * tenth of the whole start. Whatever is unusual here (another class loader, another name, two such jars, something damaged) is left to it:
 * no sentence about a fault is written twice.
 *
 * @param copy what was found
 * @param library its content, checked
 */
record NativeJar(LibraryCopy copy, LibraryFile library) {
  private static final String CLASS_PATH = "java.class.path";

  /** Set: the loader of the application is somebody's own, who may see other things than the class path says. */
  private static final String LOADER_OF_SYSTEM = "java.system.class.loader";

  /** Null when the class loader has to be asked. */
  static NativeJar find(ClassLoader loader, Platform platform) {
    boolean usual = loader != null && loader == ClassLoader.getSystemClassLoader() && System.getProperty(LOADER_OF_SYSTEM) == null;
    return usual ? find(System.getProperty(CLASS_PATH, ""), platform) : null;
  }

  static NativeJar find(String classPath, Platform platform) {
    String jar = named(classPath, platform);
    if (jar == null) {
      return null;
    }
    try (ZipFile zip = new ZipFile(jar)) {
      return in(zip, platform);
    } catch (IOException | UnavailableException | RuntimeException e) {
      return null;
    }
  }

  /** The one entry that is called as the build calls its jar; or the only entry, which may hold everything. */
  private static String named(String classPath, Platform platform) {
    String end = "-" + platform.classifier() + ".jar";
    String found = null;
    int next;
    for (int at = 0; at < classPath.length(); at = next + 1) {
      next = classPath.indexOf(File.pathSeparatorChar, at);
      next = next < 0 ? classPath.length() : next;
      String entry = classPath.substring(at, next);
      boolean only = entry.length() == classPath.length() && entry.endsWith(".jar");
      int name = entry.lastIndexOf(File.separatorChar) + 1;
      if (only || entry.endsWith(end) && entry.startsWith("sluice-native", name)) {
        if (found != null) {
          return null;
        }
        found = entry;
      }
    }
    return found;
  }

  private static NativeJar in(ZipFile zip, Platform platform) throws IOException, UnavailableException {
    String folder = LibraryFile.RESOURCE_FOLDER + platform.classifier() + "/";
    ZipEntry entry = zip.getEntry(folder + LibraryCopy.PROPERTIES);
    if (entry == null) {
      return null;
    }
    Properties properties = new Properties();
    try (InputStream in = zip.getInputStream(entry)) {
      properties.load(in);
    }
    LibraryCopy copy = new LibraryCopy("jar:file:" + zip.getName() + "!/" + folder + LibraryCopy.PROPERTIES, properties);
    ZipEntry library = zip.getEntry(folder + copy.fileName(platform));
    if (library == null || library.getSize() > NamedPath.LIBRARY_BYTES_MAX || !copy.speaksOurAbi()) {
      return null;
    }
    byte[] content = new byte[(int) library.getSize()]; // readAllBytes would copy it together from pieces
    try (InputStream in = zip.getInputStream(library)) {
      if (in.readNBytes(content, 0, content.length) < content.length) {
        return null;
      }
    }
    return new NativeJar(copy, copy.with(content, library.getCrc(), platform));
  }
}
