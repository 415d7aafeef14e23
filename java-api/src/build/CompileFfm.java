import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Compiles the FFM binding with {@code --release 22} into {@code META-INF/versions/22}, with whatever JDK 22 or newer this
 * machine has. Run by the Java source launcher of the JDK that runs Maven, which is often 17 and has neither the compiler
 * nor the API.
 *
 * <p>Without such a JDK the build goes on, says so in a box that cannot be overlooked, and leaves the reason in
 * {@code META-INF/sluice/ffm.properties}, from where the engine report takes it at run time.
 *
 * <p>The same search answers which second JVM the contract tests run on; that goes into the findings file, which Maven reads.
 */
final class CompileFfm {
  private static final int MIN_FEATURE = 22;
  private static final String VERSIONED = "META-INF/versions/" + MIN_FEATURE;
  private static final String MARKER = "META-INF/sluice/ffm.properties";
  private static final List<Path> JDK_FOLDERS =
      List.of(Path.of("/usr/lib/jvm"), Path.of("/opt/java"), Path.of("/Library/Java/JavaVirtualMachines"));

  private record Jdk(Path home, int feature, String version) {
    Path tool(String name) {
      return home.resolve("bin").resolve(name);
    }
  }

  private final Path sources;
  private final Path classes;
  private final Path findings;
  private final String explicitHome;
  private final Set<String> lookedIn = new LinkedHashSet<>();

  private CompileFfm(Map<String, String> arguments) {
    sources = Path.of(arguments.get("sources"));
    classes = Path.of(arguments.get("classes"));
    findings = Path.of(arguments.get("findings"));
    explicitHome = arguments.getOrDefault("jdk", "");
  }

  public static void main(String[] args) throws Exception {
    Map<String, String> arguments = new LinkedHashMap<>();
    for (String arg : args) {
      int equals = arg.indexOf('=');
      if (!arg.startsWith("--") || equals < 0) {
        throw new IllegalArgumentException("expected --name=value, got: " + arg);
      }
      arguments.put(arg.substring(2, equals), arg.substring(equals + 1));
    }
    try {
      new CompileFfm(arguments).run();
    } catch (IllegalArgumentException e) {
      System.out.println("FFM binding: " + e.getMessage());
      System.exit(1);
    }
  }

  private void run() throws IOException, InterruptedException {
    Optional<Jdk> jdk = findJdk();
    writeFindings(jdk);
    deleteTree(classes.resolve(VERSIONED));
    List<Path> files = sourceFiles();

    if (files.isEmpty()) {
      leaveOut("no FFM sources under " + sources, "Check out the whole repository.");
    } else if (jdk.isEmpty()) {
      leaveOut("no JDK " + MIN_FEATURE + "+ found at build time (looked in " + String.join(", ", lookedIn) + ")",
          "Install a JDK " + MIN_FEATURE + "+ (bin/javac), or pass -Dsluice.jdk22.home=/path/to/jdk.");
    } else {
      compile(jdk.get(), files);
      writeMarker(Map.of("compiled", "true", "jdk", jdk.get().version()));
      System.out.println("FFM binding: " + files.size() + " files compiled with --release " + MIN_FEATURE + " by JDK "
          + jdk.get().version() + " (" + jdk.get().home() + ")");
    }
  }

  // ---- the JDK ----

  private Optional<Jdk> findJdk() throws IOException {
    if (!explicitHome.isBlank()) {
      lookedIn.add("-Dsluice.jdk22.home=" + explicitHome);
      Optional<Jdk> jdk = inspect(Path.of(explicitHome));
      if (jdk.isEmpty() || jdk.get().feature() < MIN_FEATURE) {
        throw new IllegalArgumentException("sluice.jdk22.home=" + explicitHome + " is not a JDK " + MIN_FEATURE
            + " or newer" + jdk.map(j -> " but " + j.version()).orElse(" (no bin/javac and release file there)"));
      }
      return jdk;
    }
    return candidates().stream()
        .map(CompileFfm::inspect)
        .flatMap(Optional::stream)
        .filter(jdk -> jdk.feature() >= MIN_FEATURE)
        .max(Comparator.comparingInt(Jdk::feature));
  }

  /** Homes named by the environment, the running JDK, and the folders where packages put JDKs. */
  private Set<Path> candidates() throws IOException {
    Set<Path> homes = new LinkedHashSet<>();
    System.getenv().forEach((name, value) -> {
      if (name.matches("(JAVA_HOME|JDK_HOME)(_.*)?") && !value.isBlank()) {
        lookedIn.add("$" + name);
        homes.add(Path.of(value));
      }
    });
    lookedIn.add("the running JDK");
    homes.add(Path.of(System.getProperty("java.home")));
    for (Path folder : JDK_FOLDERS) {
      lookedIn.add(folder + "/*");
      if (Files.isDirectory(folder)) {
        try (Stream<Path> entries = Files.list(folder)) {
          entries.sorted().forEach(entry -> {
            homes.add(entry);
            homes.add(entry.resolve("Contents/Home"));
          });
        }
      }
    }
    return homes;
  }

  /** A JDK states its version in its release file; a folder without that file or without javac is none. */
  private static Optional<Jdk> inspect(Path home) {
    Path release = home.resolve("release");
    if (!Files.isRegularFile(release) || !Files.isExecutable(home.resolve("bin/javac"))) {
      return Optional.empty();
    }
    Properties properties = new Properties();
    try (var in = Files.newBufferedReader(release)) {
      properties.load(in);
    } catch (IOException e) {
      return Optional.empty();
    }
    String version = properties.getProperty("JAVA_VERSION", "").replace("\"", "");
    String feature = version.split("[.\\-+]")[0];
    return feature.matches("\\d{1,4}")
        ? Optional.of(new Jdk(home, Integer.parseInt(feature), version))
        : Optional.empty();
  }

  // ---- compiling ----

  private List<Path> sourceFiles() throws IOException {
    if (!Files.isDirectory(sources)) {
      return List.of();
    }
    try (Stream<Path> tree = Files.walk(sources)) {
      return tree.filter(file -> file.toString().endsWith(".java")).sorted().collect(Collectors.toList());
    }
  }

  private void compile(Jdk jdk, List<Path> files) throws IOException, InterruptedException {
    Path out = Files.createDirectories(classes.resolve(VERSIONED));
    List<String> command = new ArrayList<>(List.of(
        jdk.tool("javac").toString(),
        "--release", Integer.toString(MIN_FEATURE),
        "-encoding", "UTF-8", "-parameters", "-g", "-proc:none",
        // restricted: calling native code is what these classes are for.
        "-Xlint:all,-restricted",
        "-cp", classes.toString(),
        "-d", out.toString()));
    files.forEach(file -> command.add(file.toString()));
    int exit = new ProcessBuilder(command).inheritIO().start().waitFor();
    if (exit != 0) {
      System.out.println("FFM binding: javac of " + jdk.home() + " failed, see above.");
      System.exit(1);
    }
  }

  private void leaveOut(String reason, String remedy) throws IOException {
    writeMarker(Map.of("compiled", "false", "reason", reason));
    List<String> lines = new ArrayList<>();
    lines.add("FFM binding left out: the jar of this build has the JNI and JNA bindings only.");
    lines.addAll(wrap("Reason: " + reason + ".", 100));
    lines.add(remedy);
    int width = lines.stream().mapToInt(String::length).max().orElse(0);
    PrintStream out = System.out;
    out.println("*".repeat(width + 6));
    lines.forEach(line -> out.println("** " + line + " ".repeat(width - line.length()) + " **"));
    out.println("*".repeat(width + 6));
  }

  private static List<String> wrap(String text, int width) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    for (String word : text.split(" ")) {
      if (line.length() > 0 && line.length() + 1 + word.length() > width) {
        lines.add(line.toString());
        line.setLength(0);
      }
      line.append(line.length() == 0 ? "" : " ").append(word);
    }
    lines.add(line.toString());
    return lines;
  }

  // ---- results ----

  private void writeMarker(Map<String, String> values) throws IOException {
    writeProperties(classes.resolve(MARKER), values);
  }

  private void writeFindings(Optional<Jdk> jdk) throws IOException {
    Map<String, String> values = new LinkedHashMap<>();
    // A path is needed even where the run is skipped: Maven resolves the parameter first.
    Path java = jdk.map(found -> found.tool("java")).orElse(Path.of(System.getProperty("java.home"), "bin", "java"));
    values.put("sluice.test.jvm2", java.toString());
    values.put("sluice.test.jvm2.skip", Boolean.toString(jdk.isEmpty()));
    writeProperties(findings, values);
    if (jdk.isEmpty()) {
      System.out.println("Contract tests run on one JDK only: no JDK " + MIN_FEATURE + "+ was found.");
    }
  }

  /** Not {@link Properties#store}: it writes the time of day, and the jar has to be reproducible. */
  private static void writeProperties(Path file, Map<String, String> values) throws IOException {
    Files.createDirectories(file.getParent());
    String text = values.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .map(entry -> entry.getKey() + "=" + entry.getValue().replace("\\", "\\\\") + "\n")
        .collect(Collectors.joining());
    Files.writeString(file, text, StandardCharsets.ISO_8859_1);
  }

  private static void deleteTree(Path root) throws IOException {
    if (!Files.exists(root)) {
      return;
    }
    try (Stream<Path> tree = Files.walk(root)) {
      tree.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
    }
  }
}
