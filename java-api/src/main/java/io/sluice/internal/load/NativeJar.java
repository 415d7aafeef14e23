package io.sluice.internal.load;

import io.sluice.internal.bind.UnavailableException;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.util.Properties;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;

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
    boolean usual =
        loader != null && loader == ClassLoader.getSystemClassLoader() && System.getProperty(LOADER_OF_SYSTEM) == null
            && !NativeJar.class.getModule().isNamed();
    return usual ? find(System.getProperty(CLASS_PATH, ""), ours(), platform) : null;
  }

  /** Where this class comes from; null when that is no file. */
  private static File ours() {
    try {
      return new File(NativeJar.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException | RuntimeException e) {
      return null;
    }
  }

  /** @param ours where Sluice's classes come from: a class path without it is not the one that is in effect */
  static NativeJar find(String classPath, File ours, Platform platform) {
    File jar = named(classPath, ours, platform);
    if (jar == null) {
      return null;
    }
    try (JarFile file = new JarFile(jar)) { // It verifies signatures, which a zip file does not.
      return in(file, platform);
    } catch (IOException | UnavailableException | RuntimeException e) {
      return null;
    }
  }

  /** The one entry that is called as the build calls its jar; or Sluice's own, if it is the only one: it may hold everything. */
  private static File named(String classPath, File ours, Platform platform) {
    String end = "-" + platform.classifier() + ".jar";
    String found = null;
    boolean oursSeen = false;
    int next;
    for (int at = 0; at < classPath.length(); at = next + 1) {
      next = classPath.indexOf(File.pathSeparatorChar, at);
      next = next < 0 ? classPath.length() : next;
      String entry = classPath.substring(at, next);
      oursSeen |= new File(entry).getAbsoluteFile().equals(ours);
      boolean only = entry.length() == classPath.length() && entry.endsWith(".jar");
      int name = entry.lastIndexOf(File.separatorChar) + 1;
      if (only || entry.endsWith(end) && entry.startsWith("sluice-native", name)) {
        if (found != null) {
          return null;
        }
        found = entry;
      }
    }
    return found != null && oursSeen ? new File(found).getAbsoluteFile() : null;
  }

  private static NativeJar in(JarFile zip, Platform platform) throws IOException, UnavailableException {
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
