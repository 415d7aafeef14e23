import java.io.IOException;
import java.lang.module.ModuleFinder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Looks at a repository folder as Maven Central would, signatures aside: for each artifact a POM with the required
 * metadata, for each jar sources and documentation; and at what the jars say to the module system and to OSGi.
 */
final class CheckRepository {
  private static final List<String> REQUIRED_IN_POM = List.of("name", "description", "url", "licenses", "developers", "scm");
  private static final List<String> ARTIFACTS = List.of("sluice-parent", "sluice-bom", "sluice", "sluice-native", "sluice-all");
  private static final List<String> WITHOUT_JAR = List.of("sluice-parent", "sluice-bom");
  private static final Pattern TIMESTAMP = Pattern.compile("\\d{8}\\.\\d{6}-\\d+");

  private final Path group;
  private final List<String> faults = new ArrayList<>();
  private final Map<String, String> modules = new HashMap<>();

  private CheckRepository(Path group) {
    this.group = group;
  }

  public static void main(String[] args) throws IOException {
    CheckRepository check = new CheckRepository(Path.of(args[0], "io", "sluice"));
    System.out.println("| artifact | bytes | module | OSGi |\n|---|--:|---|---|");
    for (String artifact : ARTIFACTS) {
      check.artifact(artifact);
    }
    check.faults.forEach(f -> System.out.println("FAULT: " + f));
    System.exit(check.faults.isEmpty() ? 0 : 1);
  }

  private void artifact(String artifact) throws IOException {
    Map<String, Path> files = new TreeMap<>();
    try (Stream<Path> versions = Files.list(group.resolve(artifact))) {
      Path version = versions.filter(Files::isDirectory).findFirst().orElseThrow();
      try (Stream<Path> all = Files.list(version)) {
        all.filter(f -> f.toString().matches(".*\\.(jar|pom)")).forEach(f -> files.put(suffix(artifact, f), f));
      }
    }
    pom(artifact, files.get(".pom"));
    if (WITHOUT_JAR.contains(artifact)) {
      return;
    }
    SortedSet<String> expected = new TreeSet<>(List.of(".jar", ".pom", "-sources.jar", "-javadoc.jar"));
    if (artifact.equals("sluice-native")) {
      Target.all().forEach(t -> expected.add("-" + t.platform + ".jar"));
    }
    if (!files.keySet().equals(expected)) {
      faults.add(artifact + " has " + files.keySet() + ", expected " + expected);
    }
    for (Map.Entry<String, Path> file : files.entrySet()) {
      if (file.getKey().matches("-sources\\.jar|-javadoc\\.jar")) {
        content(artifact + file.getKey(), file.getValue());
      } else if (!file.getKey().equals(".pom")) {
        jar(artifact + file.getKey(), file.getValue());
      }
    }
  }

  /** What follows name and version: ".jar", "-sources.jar". */
  private static String suffix(String artifact, Path file) {
    String rest = file.getFileName().toString().substring(artifact.length() + 1);
    return TIMESTAMP.matcher(rest).replaceFirst("").replaceFirst("^[0-9.]+?(-SNAPSHOT|-)?(?=[.-](jar|pom|[a-z]))", "");
  }

  /** Metadata may come from the parent. */
  private void pom(String artifact, Path pom) throws IOException {
    if (pom == null) {
      faults.add(artifact + " has no POM");
      return;
    }
    String own = Files.readString(pom);
    String text = own + (own.contains("<artifactId>sluice-parent</artifactId>") ? Files.readString(parent()) : "");
    for (String element : REQUIRED_IN_POM) {
      if (!text.contains("<" + element + ">")) {
        faults.add(artifact + ": the POM has no " + element);
      }
    }
  }

  private Path parent() throws IOException {
    try (Stream<Path> files = Files.walk(group.resolve("sluice-parent"))) {
      return files.filter(f -> f.toString().endsWith(".pom")).findFirst().orElseThrow();
    }
  }

  /** Sources and documentation have to have some; sluice-all has nothing to show. */
  private void content(String name, Path jar) throws IOException {
    try (JarFile file = new JarFile(jar.toFile())) {
      if (!name.startsWith("sluice-all") && file.stream().noneMatch(e -> !e.isDirectory() && !e.getName().startsWith("META-INF/"))) {
        faults.add(name + " is empty");
      }
    }
  }

  private void jar(String name, Path jar) throws IOException {
    String module = ModuleFinder.of(jar).findAll().iterator().next().descriptor().name();
    String other = modules.put(module, name);
    if (other != null) {
      faults.add(name + " and " + other + " are both the module " + module);
    }
    try (JarFile file = new JarFile(jar.toFile())) {
      Attributes manifest = file.getManifest().getMainAttributes();
      if (file.getEntry("module-info.class") == null && manifest.getValue("Automatic-Module-Name") == null) {
        faults.add(name + " has no module name of its own, only its file name's");
      }
      String host = manifest.getValue("Fragment-Host");
      String bundle = manifest.getValue("Bundle-SymbolicName");
      if (name.matches("sluice-native-.*") && (!"io.sluice".equals(host) || bundle == null || manifest.getValue("Bundle-NativeCode") == null)) {
        faults.add(name + " is no fragment of io.sluice with native code");
      }
      checkNativeCode(name, file, manifest.getValue("Bundle-NativeCode"));
      String osgi = bundle == null ? "" : host == null ? "bundle " + bundle : "fragment of " + host;
      System.out.println("| " + name + " | " + Files.size(jar) + " | " + module + " | " + osgi + " |");
    }
  }

  private void checkNativeCode(String name, JarFile file, String nativeCode) {
    if (nativeCode != null && file.getEntry(nativeCode.split(";")[0]) == null) {
      faults.add(name + ": Bundle-NativeCode names " + nativeCode.split(";")[0] + ", which is not in it");
    }
  }
}
