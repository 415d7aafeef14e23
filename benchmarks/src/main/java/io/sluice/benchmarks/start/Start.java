package io.sluice.benchmarks.start;

import io.sluice.EngineReport;
import io.sluice.EventLoopGroup;
import io.sluice.benchmarks.compare.Machine;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.DoubleBinaryOperator;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Starts JVMs in turn, each engine and binding once per round, and reports the medians: {@code ci/bench start}. Options: {@code
 * --rounds N}, {@code --out FOLDER}.
 */
public final class Start {
  private static final int DEFAULT_ROUNDS = 21;
  private static final double TARGET_MILLIS = 50;
  private static final String PLAIN = "plain NIO";
  private static final String AUTO = "auto";
  private static final String WITH_ARCHIVE = " + CDS archive";
  /** First JDK with {@code -XX:+AutoCreateSharedArchive} (JDK-8261455). */
  private static final int AUTO_ARCHIVE_JDK = 19;
  /** What a start loads from; other jars on the class path, searched before them, would be measured as well. */
  private static final List<String> NEEDED = List.of("sluice", "jna");

  private static final int GROUP = 0;
  private static final int ECHO = 1;
  private static final int PROCESS = 2;
  private static final int CPU = 3;
  private static final double MICROS_PER_MILLI = 1000;

  /**
   * @param base the variant without a CDS archive that this one is compared with
   * @param times in microseconds, one of each round: {@link #GROUP}, {@link #ECHO}, {@link #PROCESS}, {@link #CPU}
   */
  private record Variant(String name, String base, List<String> flags, List<long[]> times) {
    Variant(String name, String base, List<String> flags) {
      this(name, base, flags, new ArrayList<>());
    }

    boolean isPlain() {
      return name.startsWith(PLAIN);
    }

    double millis(int which) {
      return median(times.stream().mapToDouble(t -> t[which])) / MICROS_PER_MILLI;
    }

    /** The median of what is made of this echo and the other one of the same round. */
    double against(Variant other, DoubleBinaryOperator how) {
      return median(IntStream.range(0, times.size()).mapToDouble(i -> how.applyAsDouble(times.get(i)[ECHO], other.times.get(i)[ECHO])));
    }

    private static double median(DoubleStream values) {
      double[] sorted = values.sorted().toArray();
      return sorted[sorted.length / 2];
    }
  }

  private Start() {}

  public static void main(String[] args) throws Exception {
    int rounds = DEFAULT_ROUNDS;
    Path out = Path.of("target", "bench");
    for (int i = 0; i + 1 < args.length; i += 2) {
      switch (args[i]) {
        case "--rounds" -> rounds = Integer.parseInt(args[i + 1]);
        case "--out" -> out = Path.of(args[i + 1]);
        default -> throw new IllegalArgumentException(args[i] + " is unknown; --rounds N, --out FOLDER");
      }
    }
    Path archives = Files.createTempDirectory("sluice-start");
    List<Variant> variants = variants(archives);
    try {
      measure(variants, rounds);
    } finally {
      delete(archives);
    }
    String report = report(variants, rounds);
    System.out.print(report);
    Files.createDirectories(out);
    Files.writeString(out.resolve("start.md"), report);
  }

  private static void measure(List<Variant> variants, int rounds) throws IOException, InterruptedException {
    for (int round = 0; round < rounds; round++) {
      for (Variant v : variants) {
        v.times.add(run(v));
      }
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }

  /** Plain NIO first, then every engine with every binding that is usable here, then both with an archive of classes. */
  private static List<Variant> variants(Path archives) throws IOException, InterruptedException {
    Map<String, List<String>> flags = new LinkedHashMap<>();
    EngineReport report;
    try (EventLoopGroup group = EventLoopGroup.builder().threads(1).build()) {
      report = group.report();
    }
    flags.put(AUTO, List.of("-Dsluice.engine=auto"));
    for (EngineReport.Candidate engine : report.candidates()) {
      for (EngineReport.Candidate binding : report.candidates()) {
        boolean pair = engine.type().equals("engine") && binding.type().equals("binding") && engine.usable();
        if (pair && !engine.name().equals("nio") && binding.usable()) {
          flags.put(engine.name() + ", " + binding.name(), List.of("-Dsluice.engine=" + engine.name(), "-Dsluice.binding=" + binding.name()));
        }
      }
    }
    flags.put("nio", List.of("-Dsluice.engine=nio"));
    List<Variant> variants = new ArrayList<>();
    variants.add(new Variant(PLAIN, PLAIN, List.of()));
    flags.forEach((name, of) -> variants.add(new Variant(name, PLAIN, of)));
    variants.add(withArchive(variants.get(0), PLAIN, archives.resolve("plain.jsa")));
    variants.add(withArchive(variants.get(1), PLAIN + WITH_ARCHIVE, archives.resolve("sluice.jsa")));
    return variants;
  }

  /** The same after a first run that writes the archive of what it has loaded. */
  private static Variant withArchive(Variant v, String base, Path file) throws IOException, InterruptedException {
    boolean auto = Runtime.version().feature() >= AUTO_ARCHIVE_JDK;
    List<String> writing = new ArrayList<>(v.flags);
    List<String> reading = new ArrayList<>(v.flags);
    reading.add("-XX:SharedArchiveFile=" + file);
    if (auto) {
      reading.add("-XX:+AutoCreateSharedArchive");
      writing = reading;
    } else {
      writing.add("-XX:ArchiveClassesAtExit=" + file);
    }
    run(new Variant(v.name, v.base, writing));
    if (!Files.exists(file)) {
      throw new IOException("no CDS archive was written");
    }
    return new Variant(v.name + WITH_ARCHIVE, base, reading);
  }

  private static String classPath() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .filter(entry -> NEEDED.stream().anyMatch(Path.of(entry).getFileName().toString()::startsWith))
        .collect(Collectors.joining(File.pathSeparator));
  }

  private static long[] run(Variant v) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    if (Runtime.version().feature() >= 22) {
      command.add("--enable-native-access=ALL-UNNAMED");
    }
    command.addAll(v.flags);
    command.addAll(List.of("-cp", classPath(), FirstEcho.class.getName()));
    if (v.isPlain()) {
      command.add("plain");
    }
    long start = System.nanoTime();
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    long whole = (System.nanoTime() - start) / 1000;
    String line = output.lines().filter(l -> l.startsWith("started ")).findFirst().orElseThrow(() -> new IOException(v.name + ": " + output));
    long[] times = Arrays.stream(line.substring("started ".length()).split(" ")).mapToLong(Long::parseLong).toArray();
    return new long[] {times[0], times[1], whole, times[2]};
  }

  private static String report(List<Variant> variants, int rounds) {
    StringBuilder text = new StringBuilder("# How long a start takes\n\n");
    text.append("Regenerate with `ci/bench start`. A fresh JVM for each start, ").append(rounds).append(" rounds in turn, medians, milliseconds.\n");
    text.append("*group*: from the beginning of `main` until the group is built: library found, checked, written, loaded, engines probed, loop\n");
    text.append("opened. *first echo*: until one byte has gone through a listener and back. *over plain NIO*, *ratio*: that, less the same for\n");
    text.append("the smallest selector loop of the JDK, and divided by it: medians of the differences and ratios within a round. *process*: from\n");
    text.append("the start of the JVM to its end. *CPU*: processor time of the whole process until the echo, with the JVM's\n");
    text.append("own start and its JIT compiler; on a machine with other work it says more than the time. *CDS archive*: with an archive of the application's classes\n");
    text.append("(see tuning.md), compared with plain NIO that has one, too.\n\n");
    Machine.host().forEach(line -> text.append("- ").append(line).append('\n'));
    text.append("- JDK: ").append(Runtime.version()).append("\n- Target: less than ").append((int) TARGET_MILLIS).append(" ms over plain NIO\n\n");
    text.append("| engine, binding | group | first echo | over plain NIO | ratio | process | CPU | |\n|---|--:|--:|--:|--:|--:|--:|---|\n");
    Map<String, Variant> byName = new LinkedHashMap<>();
    variants.forEach(v -> byName.put(v.name, v));
    for (Variant v : variants) {
      Variant plain = byName.get(v.base);
      double over = v.against(plain, (own, others) -> own - others) / MICROS_PER_MILLI;
      double ratio = v.against(plain, (own, others) -> own / others);
      String verdict = v.isPlain() ? "" : over < TARGET_MILLIS ? "reached" : "missed";
      text.append(String.format(Locale.ROOT, "| %s | %.1f | %.1f | %.1f | %.2f | %.1f | %.1f | %s |%n",
          v.name, v.millis(GROUP), v.millis(ECHO), over, ratio, v.millis(PROCESS), v.millis(CPU), verdict));
    }
    return text.toString();
  }
}
