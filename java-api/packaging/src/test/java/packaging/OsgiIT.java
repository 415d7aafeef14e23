package packaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.EventLoopGroup;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.felix.framework.FrameworkFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.Constants;
import org.osgi.framework.launch.Framework;

/** Sluice as a bundle, with the native jar as its fragment. */
class OsgiIT {
  private static final long STOP_MILLIS = 10_000;

  @TempDir Path cache;

  private static Path jar(String pattern) {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .map(Path::of)
        .filter(p -> Pattern.matches(pattern, p.getFileName().toString()) && Files.isRegularFile(p))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no " + pattern + " on the class path"));
  }

  private Framework framework() throws Exception {
    Map<String, String> settings = new HashMap<>();
    settings.put(Constants.FRAMEWORK_STORAGE, cache.toString());
    settings.put(Constants.FRAMEWORK_STORAGE_CLEAN, Constants.FRAMEWORK_STORAGE_CLEAN_ONFIRSTINIT);
    Framework framework = new FrameworkFactory().newFramework(settings);
    framework.start();
    return framework;
  }

  @Test
  void theBundleFindsTheLibraryInItsFragment() throws Exception {
    Framework framework = framework();
    try {
      Bundle sluice = framework.getBundleContext().installBundle(jar("sluice-[0-9].*\\.jar").toUri().toString());
      Bundle natives = framework.getBundleContext().installBundle(jar("sluice-native-.*\\.jar").toUri().toString());
      sluice.start();
      assertEquals("io.sluice", sluice.getSymbolicName());
      assertEquals(Bundle.RESOLVED, natives.getState(), "the fragment is attached");
      Class<?> groups = sluice.loadClass("io.sluice.EventLoopGroup");
      assertTrue(groups != EventLoopGroup.class);
      Object builder = groups.getMethod("builder").invoke(null);
      builder = builder.getClass().getMethod("threads", int.class).invoke(builder, 1);
      Object group = builder.getClass().getMethod("build").invoke(builder);
      try {
        String report = String.valueOf(groups.getMethod("report").invoke(group));
        assertTrue(report.contains("binding=jni"), report);
      } finally {
        groups.getMethod("close").invoke(group);
      }
    } finally {
      framework.stop();
      framework.waitForStop(STOP_MILLIS);
    }
  }

  @Test
  void theBundleExportsWhatTheModuleExports() throws Exception {
    try (JarFile file = new JarFile(jar("sluice-[0-9].*\\.jar").toFile())) {
      String exported = file.getManifest().getMainAttributes().getValue("Export-Package");
      assertNotNull(exported);
      TreeSet<String> packages =
          Arrays.stream(exported.split(",")).map(e -> e.split(";")[0]).collect(Collectors.toCollection(TreeSet::new));
      TreeSet<String> ofModule =
          java.lang.module.ModuleFinder.of(Path.of(file.getName())).find("io.sluice").orElseThrow().descriptor().exports().stream()
              .filter(e -> !e.isQualified())
              .map(java.lang.module.ModuleDescriptor.Exports::source)
              .collect(Collectors.toCollection(TreeSet::new));
      assertEquals(ofModule, packages);
    }
  }
}
