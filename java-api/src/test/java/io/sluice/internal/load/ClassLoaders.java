package io.sluice.internal.load;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Further copies of Sluice in this JVM. */
final class ClassLoaders {
  private ClassLoaders() {}

  /** Sluice and its native jar, without JNA and without anything else of the class path. */
  static ClassLoader sluiceOnly() {
    return new URLClassLoader(urls(), ClassLoader.getPlatformClassLoader());
  }

  private static URL[] urls() {
    List<URL> urls = new ArrayList<>();
    urls.add(Engines.class.getProtectionDomain().getCodeSource().getLocation());
    String inside = LibraryFile.RESOURCE_FOLDER + NativeFolder.PLATFORM.classifier() + "/sluice.properties";
    URL properties = ClassLoaders.class.getClassLoader().getResource(inside);
    assumeTrue(properties != null, "no " + inside + " on the class path");
    try {
      String url = properties.toString();
      String root = url.substring(0, url.length() - inside.length());
      urls.add(new URL(root.startsWith("jar:") ? root.substring("jar:".length(), root.length() - "!/".length()) : root));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return urls.toArray(URL[]::new);
  }

  /**
   * Sluice with its package renamed, as a shading tool does it. The new name is as long as the old one, so that replacing
   * bytes in the class files is all it takes.
   */
  static final class Relocating extends URLClassLoader {
    private static final String OLD = "io/sluice/";
    private static final String NEW = "zz/shaded".substring(0, OLD.length() - 1) + "/";

    Relocating() {
      super(urls(), ClassLoader.getPlatformClassLoader());
    }

    static String relocated(String className) {
      return className.replace(OLD.replace('/', '.'), NEW.replace('/', '.'));
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
      String original = name.replace('.', '/').replace(NEW, OLD) + ".class";
      try (InputStream in = getResourceAsStream(original)) {
        if (in == null) {
          throw new ClassNotFoundException(name);
        }
        String text = new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
        byte[] bytes =
            text.replace(OLD, NEW)
                .replace(OLD.replace('/', '.'), NEW.replace('/', '.'))
                .getBytes(StandardCharsets.ISO_8859_1);
        return defineClass(name, bytes, 0, bytes.length);
      } catch (IOException e) {
        throw new ClassNotFoundException(name, e);
      }
    }
  }
}
