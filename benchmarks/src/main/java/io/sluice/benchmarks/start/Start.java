package io.sluice.benchmarks.start;

import io.sluice.EngineReport;
import io.sluice.EventLoopGroup;
import io.sluice.benchmarks.compare.Machine;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.DoubleBinaryOperator;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * Starts JVMs in turn, each engine and binding once per round, and reports the medians: {@code ci/bench start}. Options: {@code
 * --rounds N}, {@code --out FOLDER}.
 */
public final class Start {
  private static final int DEFAULT_ROUNDS = 21;
  private static final double TARGET_MILLIS = 50;
  private static final String PLAIN = "plain NIO";

  private static final int GROUP = 0;
  private static final int ECHO = 1;
  private static final int PROCESS = 2;
  private static final double MICROS_PER_MILLI = 1000;

  /** @param times in microseconds, one of each round: {@link #GROUP}, {@link #ECHO}, {@link #PROCESS} */
  private record Variant(String name, List<String> flags, List<long[]> times) {
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
    List<Variant> variants = variants();
    for (int round = 0; round < rounds; round++) {
      for (Variant v : variants) {
        v.times.add(run(v));
      }
    }
    String report = report(variants, rounds);
    System.out.print(report);
    Files.createDirectories(out);
    Files.writeString(out.resolve("start.md"), report);
  }

  /** Plain NIO first, then every engine with every binding that is usable here. */
  private static List<Variant> variants() {
    Map<String, List<String>> flags = new LinkedHashMap<>();
    flags.put(PLAIN, List.of());
    EngineReport report;
    try (EventLoopGroup group = EventLoopGroup.builder().threads(1).build()) {
      report = group.report();
    }
    flags.put("auto", List.of("-Dsluice.engine=auto"));
    for (EngineReport.Candidate engine : report.candidates()) {
      for (EngineReport.Candidate binding : report.candidates()) {
        boolean pair = engine.type().equals("engine") && binding.type().equals("binding") && engine.usable();
        if (pair && !engine.name().equals("nio") && binding.usable()) {
          flags.put(engine.name() + ", " + binding.name(), List.of("-Dsluice.engine=" + engine.name(), "-Dsluice.binding=" + binding.name()));
        }
      }
    }
    flags.put("nio", List.of("-Dsluice.engine=nio"));
    return flags.entrySet().stream().map(e -> new Variant(e.getKey(), e.getValue(), new ArrayList<>())).toList();
  }

  private static long[] run(Variant v) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    if (Runtime.version().feature() >= 22) {
      command.add("--enable-native-access=ALL-UNNAMED");
    }
    command.addAll(v.flags);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), FirstEcho.class.getName()));
    if (v.name.equals(PLAIN)) {
      command.add("plain");
    }
    long start = System.nanoTime();
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    long whole = (System.nanoTime() - start) / 1000;
    String line = output.lines().filter(l -> l.startsWith("started ")).findFirst().orElseThrow(() -> new IOException(v.name + ": " + output));
    long[] times = Arrays.stream(line.substring("started ".length()).split(" ")).mapToLong(Long::parseLong).toArray();
    return new long[] {times[0], times[1], whole};
  }

  private static String report(List<Variant> variants, int rounds) {
    StringBuilder text = new StringBuilder("# How long a start takes\n\n");
    text.append("Regenerate with `ci/bench start`. A fresh JVM for each start, ").append(rounds).append(" rounds in turn, medians, milliseconds.\n");
    text.append("*group*: from the beginning of `main` until the group is built: library found, checked, written, loaded, engines probed, loop\n");
    text.append("opened. *first echo*: until one byte has gone through a listener and back. *over plain NIO*, *ratio*: that, less the same for\n");
    text.append("the smallest selector loop of the JDK, and divided by it: medians of the differences and ratios within a round. *process*: from\n");
    text.append("the start of the JVM to its end.\n\n");
    text.append("- Date: ").append(LocalDate.now()).append('\n');
    Machine.host().forEach(line -> text.append("- ").append(line).append('\n'));
    text.append("- JDK: ").append(Runtime.version()).append("\n- Target: less than ").append((int) TARGET_MILLIS).append(" ms over plain NIO\n\n");
    text.append("| engine, binding | group | first echo | over plain NIO | ratio | process | |\n|---|--:|--:|--:|--:|--:|---|\n");
    Variant plain = variants.get(0);
    for (Variant v : variants) {
      double over = v.against(plain, (own, others) -> own - others) / MICROS_PER_MILLI;
      double ratio = v.against(plain, (own, others) -> own / others);
      String verdict = v == plain ? "" : over < TARGET_MILLIS ? "reached" : "missed";
      text.append(String.format(Locale.ROOT, "| %s | %.1f | %.1f | %.1f | %.2f | %.1f | %s |%n",
          v.name, v.millis(GROUP), v.millis(ECHO), over, ratio, v.millis(PROCESS), verdict));
    }
    return text.toString();
  }
}
