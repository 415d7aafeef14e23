package io.sluice.internal.bind;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Properties;

/**
 * The door to the FFM binding. This is the twin for JDKs without the final Foreign Function and Memory API (before 22):
 * it knows why there is no binding. Its counterpart in {@code META-INF/versions/22} has the binding.
 */
final class FfmBindingProvider {
  /** First JDK with the final API (JEP 454). */
  private static final int MIN_JDK = 22;

  /** Written by the build: whether the classes for 22+ were compiled, and if not, why. */
  private static final String BUILD_RESOURCE = "/META-INF/sluice/ffm.properties";

  private FfmBindingProvider() {}

  /** Why the binding cannot be used, or null. */
  static String obstacle() {
    if (Runtime.version().feature() < MIN_JDK) {
      // Not the Version as text, which a cold JVM needs milliseconds for.
      return "FFM needs JDK " + MIN_JDK + " or later, this is " + System.getProperty("java.runtime.version");
    }
    Properties build = new Properties();
    try (InputStream in = FfmBindingProvider.class.getResourceAsStream(BUILD_RESOURCE)) {
      if (in != null) {
        build.load(in);
      }
    } catch (IOException e) {
      return BUILD_RESOURCE + " of the Sluice jar cannot be read (" + e.getMessage() + "): the jar is damaged, get it again";
    }
    if ("false".equals(build.getProperty("compiled"))) {
      return "this build of Sluice has no FFM classes: "
          + build.getProperty("reason", "no reason recorded")
          + "; build it with a JDK " + MIN_JDK + "+";
    }
    return "the classes in META-INF/versions/22 are not in effect: Sluice must run from its jar (not from a class folder), and"
        + " a repackaged jar must keep them, relocated in their path like the rest, and the manifest entry Multi-Release: true";
  }

  static Binding load(Path library) throws UnavailableException {
    throw new UnavailableException(obstacle());
  }
}
