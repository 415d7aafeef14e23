package io.sluice.internal.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The platforms are the same wherever they are listed, and so is the version. */
class PublishedPlatformsIT {
  private static final Set<String> PUBLISHED = new TreeSet<>(Platform.PUBLISHED);

  /** Sources and documentation have one, too. */
  private static final String CLASSIFIER = "<classifier>((?:linux|osx)-[a-z0-9_-]+)</classifier>";

  private static Path natives;

  @BeforeAll
  static void find() {
    String folder = System.getProperty("sluice.test.native.dir");
    assumeTrue(folder != null, "sluice.test.native.dir is not set");
    natives = Path.of(folder);
  }

  private static Set<String> all(String file, String pattern) throws IOException {
    Set<String> found = new TreeSet<>();
    Matcher m = Pattern.compile(pattern).matcher(Files.readString(natives.resolve(file)));
    while (m.find()) {
      found.add(m.group(1));
    }
    return found;
  }

  @Test
  void everyPlatformHasAToolchainFile() throws Exception {
    try (Stream<Path> files = Files.list(natives.resolve("../cmake/platforms"))) {
      Set<String> names = new TreeSet<>();
      files.forEach(f -> names.add(f.getFileName().toString().replace(".cmake", "")));
      assertEquals(PUBLISHED, names);
    }
  }

  @Test
  void everyPlatformHasAJarAndIsManagedAndCollected() throws Exception {
    assertEquals(PUBLISHED, all("pom.xml", CLASSIFIER));
    assertEquals(PUBLISHED, all("bom/pom.xml", CLASSIFIER));
    assertEquals(PUBLISHED, all("all/pom.xml", CLASSIFIER));
  }

  @Test
  void theModuleNameIsTheOneThatTheLoaderNames() throws Exception {
    Set<String> expected = new TreeSet<>(Set.of("io.sluice.natives", "io.sluice.natives.${sluice.platform.module}"));
    for (String classifier : PUBLISHED) {
      String[] parts = classifier.split("-");
      expected.add(new Platform(parts[0], parts[1], parts.length > 2 ? parts[2] : "").moduleName());
    }
    assertEquals(expected, all("pom.xml", "<Automatic-Module-Name>([^<]+)<"));
  }

  /** What the tables of the documentation say about bad input is proven by the tests that they name. */
  @Test
  void theTestsThatTheDocumentationNamesExist() throws Exception {
    Set<String> tests = new TreeSet<>();
    for (String folder : new String[] {"../java-api/src/test", "../java-api/packaging/src/test"}) {
      try (Stream<Path> files = Files.walk(natives.resolve(folder))) {
        files.forEach(f -> tests.add(f.getFileName().toString().replace(".java", "")));
      }
    }
    Set<String> named = all("../docs/platforms.md", "`([A-Za-z]+(?:Test|IT))`");
    assertFalse(named.isEmpty());
    named.removeAll(tests);
    assertEquals(Set.of(), named);
  }

  /** The bill of materials has no parent that could give it one. */
  @Test
  void theBillOfMaterialsHasTheVersionOfTheRest() throws Exception {
    String version = Pattern.compile("<artifactId>sluice-parent</artifactId>\\s*<version>([^<]+)<").matcher(Files.readString(natives.resolve("pom.xml")))
        .results().findFirst().orElseThrow().group(1);
    assertEquals(Set.of(version), all("bom/pom.xml", "<artifactId>sluice-bom</artifactId>\\s*<version>([^<]+)<"));
  }
}
