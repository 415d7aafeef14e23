package io.sluice.benchmarks.compare;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * SCTP over UDP: Sluice beside the same usrsctp driven from plain C. All servers live at the same time on one core, the load
 * generator has the other; they are loaded in turn, in rounds whose order rotates. Servers with two loops, and the generator with
 * them, have both cores. Writes {@code sctp.md}.
 *
 * <p>Arguments: {@code quick|full --native DIR --out DIR}.
 */
public final class SctpCompare {
  /** What is done to every server, with the words that the table has for it. */
  private record Load(String title, String workload, int associations, int bytes, int loops) {}

  /** One window. Latencies of closes are nanoseconds as the server saw them; 0 where none was made. */
  private record Window(double rate, double cpuMicros, double busy, double p50, double p99, double closeP50, double closeP99) {}

  private static final String CLOSES = "close";
  private static final int MANY = 64;

  private static final List<Load> LOADS = List.of(
      new Load("64 B, 1 association", "echo", 1, 64, 1),
      new Load("64 B, 64 associations", "echo", MANY, 64, 1),
      new Load("1 KiB, 1 association", "echo", 1, 1024, 1),
      new Load("1 KiB, 64 associations", "echo", MANY, 1024, 1),
      new Load("Set up, echo 64 B, abort; 8 at a time", "setup", 8, 64, 1),
      new Load("The same, one at a time, 200 a second", CLOSES, 1, 64, 1),
      new Load("Two loops: 64 B, 64 associations", "echo", MANY, 64, 2),
      new Load("Two loops: 1 KiB, 64 associations", "echo", MANY, 1024, 2));

  private static final double LEAST_SHARE = 0.9;
  private static final double MOST_CLOSE_MILLIS = 5;

  /** How much longer closes are watched: there are few a second. */
  private static final double CLOSES_LONGER = 2;

  /** Warm-up of JVMs with many associations, then before every load, then of every window, in seconds. */
  private record Plan(String name, int rounds, double first, double rehearsal, double warmup, double measure) {}

  private static final Map<String, Plan> PLANS =
      Map.of("quick", new Plan("quick", 3, 5, 1, 0.2, 0.5), "full", new Plan("full", 7, 8, 1.5, 0.15, 0.4));

  private final Plan plan;
  private final Path load;
  private final boolean twoCores = Runtime.getRuntime().availableProcessors() >= 2;
  private final Map<Load, Map<String, List<Window>>> results = new LinkedHashMap<>();

  private SctpCompare(Plan plan, Path load) {
    this.plan = plan;
    this.load = load;
  }

  public static void main(String[] args) throws IOException, InterruptedException {
    if (args.length != 5 || !PLANS.containsKey(args[0]) || !args[1].equals("--native") || !args[3].equals("--out")) {
      System.err.println("usage: SctpCompare quick|full --native DIR --out DIR");
      System.exit(2);
    }
    Runtime.getRuntime().addShutdownHook(
        new Thread(() -> ProcessHandle.current().descendants().forEach(ProcessHandle::destroy)));
    Jdk jdk = Jdk.of(Path.of(System.getProperty("java.home"), "bin", "java"));
    ServerCatalogue catalogue = new ServerCatalogue(Path.of(args[2]), jdk, System.getProperty("java.class.path"));
    SctpCompare compare = new SctpCompare(PLANS.get(args[0]), catalogue.sctpLoadGenerator());
    Path out = Files.createDirectories(Path.of(args[4]));
    List<String> machine = new ArrayList<>(Machine.host());
    machine.add("Servers' JDK: " + jdk.runtime() + "; flags `" + String.join(" ", catalogue.jvmFlags()) + "`");
    for (int loops : new int[] {1, 2}) {
      if (loops == 1 || compare.twoCores) {
        compare.run(specs(catalogue, jdk, loops), loops);
      }
    }
    String report = compare.report(specs(catalogue, jdk, 1), machine);
    Files.writeString(out.resolve("sctp.md"), report);
    System.out.println(report);
    System.out.println("written: " + out.resolve("sctp.md"));
  }

  private static List<ServerSpec> specs(ServerCatalogue catalogue, Jdk jdk, int loops) {
    return catalogue.sctp(loops).stream().filter(s -> jdk.feature() >= 22 || !s.name().endsWith("-ffm")).toList();
  }

  private void run(List<ServerSpec> specs, int loops) throws IOException, InterruptedException {
    Path scratch = Files.createTempDirectory("sluice-bench-sctp");
    List<ServerProcess> servers = new ArrayList<>();
    try {
      for (ServerSpec spec : specs) {
        servers.add(ServerProcess.start(spec, twoCores && loops == 1 ? 0 : -1, false, scratch));
      }
      // Many messages, not much time, make a JVM compile what it runs: with one association the first load would measure the compiler.
      for (ServerProcess server : servers) {
        measure(server, new Load("warm-up", "echo", MANY, 64, loops), plan.first, plan.warmup);
      }
      for (Load l : LOADS.stream().filter(l -> l.loops == loops).toList()) {
        for (ServerProcess server : servers) {
          measure(server, l, plan.rehearsal, plan.warmup);
        }
        for (int round = 0; round < plan.rounds; round++) {
          for (int i = 0; i < servers.size(); i++) {
            ServerProcess server = servers.get((round + i) % servers.size());
            Window w = measure(server, l, plan.warmup, l.workload.equals(CLOSES) ? CLOSES_LONGER * plan.measure : plan.measure);
            results.computeIfAbsent(l, x -> new LinkedHashMap<>()).computeIfAbsent(server.spec().name(), x -> new ArrayList<>()).add(w);
            System.out.printf(Locale.ROOT, "%s, %s: %,.0f/s, %.2f us%n", l.title, server.spec().name(), w.rate, w.cpuMicros);
          }
        }
      }
    } finally {
      servers.forEach(ServerProcess::close);
    }
  }

  private Window measure(ServerProcess server, Load l, double warmup, double measure) throws IOException, InterruptedException {
    server.ask("forget");
    List<String> command = new ArrayList<>(List.of(load.toString(), "--workload", l.workload));
    command.addAll(server.addressArguments());
    command.addAll(List.of("--server-pid", pids(server), "--associations", Integer.toString(l.associations),
        "--bytes", Integer.toString(l.bytes), "--warmup", Double.toString(warmup), "--measure", Double.toString(measure)));
    if (l.loops > 1) {
      command.addAll(List.of("--sleep", "1"));
    } else if (twoCores) {
      command.addAll(List.of("--cpu", "1"));
    }
    Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).trim();
    if (process.waitFor() != 0) {
      throw new IOException("the load generator failed against " + server.spec().name() + ": " + String.join(" ", command));
    }
    FlatJson line = new FlatJson(said);
    return new Window(line.number("rate"), line.number("cpu_us"), line.number("busy"), line.number("p50_us"),
        line.number("p99_us"), server.ask("close_p50"), server.ask("close_p99"));
  }

  private static String pids(ServerProcess server) {
    return server.pids().stream().map(pid -> Long.toString(pid)).collect(java.util.stream.Collectors.joining(","));
  }

  // ------------------------------------------------------------------------------------------- the report

  private String report(List<ServerSpec> specs, List<String> machine) {
    StringBuilder s = new StringBuilder();
    s.append("# SCTP over UDP\n\nRegenerate with `ci/bench sctp ").append(plan.name).append("`. Echo servers with one loop thread (two in the last "
        + "tables); medians over ").append(plan.rounds).append(" rounds of ").append(plan.measure).append(" s. `c-usrsctp` drives the same "
        + "usrsctp from plain C (`benchmarks/sctp`): epoll, packets in batches, the options of a Sluice association. `x floor` is the "
        + "median of the ratios within a round: round trips above 1 are more, CPU below 1 is less. CPU is the server's per round trip, "
        + "or per association, `q1` its lower quartile over the rounds with the ratio of the two quartiles; `core` how busy its core was.\n\n");
    machine.forEach(line -> s.append("- ").append(line).append('\n'));
    s.append(twoCores ? "- Servers on core 0, load generator (polling) on core 1; with two loops both have both cores, and the "
        + "generator sleeps. It needs about as much CPU time as the server, so two loops cannot reach twice the rate of one here\n" : "- One core only: server and load share it\n");
    for (Load l : results.keySet()) {
      boolean echo = l.workload.equals("echo");
      s.append("\n## ").append(l.title).append("\n\n| server | ").append(echo ? "round trips/s" : "associations/s")
          .append(" | x floor | CPU us | x floor | q1 us | x floor | core | p50 us | p99 us |").append(echo ? "" : " abort seen p50 us | p99 us |")
          .append("\n|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|").append(echo ? "" : "---:|---:|").append('\n');
      for (ServerSpec spec : specs) {
        row(s, l, spec, echo);
      }
    }
    aims(s, specs);
    return s.toString();
  }

  private void aims(StringBuilder s, List<ServerSpec> specs) {
    s.append("\n## Aims\n\nAt least ").append(LEAST_SHARE).append(" of the floor: work for each second of CPU time, by medians and by "
        + "lower quartiles, and work for each second, which says less where the generator is the limit. An abort seen within ")
        .append(MOST_CLOSE_MILLIS).append(" ms (p99).\n\n| load | server | by CPU | by CPU, q1 | by rate | abort seen, p99 |\n|---|---|---:|---:|---:|---:|\n");
    results.forEach((l, windows) -> specs.stream().filter(spec -> !spec.name().equals(spec.floor()))
        .filter(spec -> windows.containsKey(spec.name())).forEach(spec -> {
          List<Window> own = windows.get(spec.name());
          List<Window> floor = windows.get(spec.floor());
          double close = median(own, Window::closeP99) / 1e6;
          s.append("| ").append(l.title).append(" | ").append(spec.name())
              .append(share(1 / ratio(own, floor, Window::cpuMicros))).append(share(quietCpu(floor) / quietCpu(own)))
              .append(share(ratio(own, floor, Window::rate)))
              .append(close == 0 ? " | |\n"
                  : String.format(Locale.ROOT, close <= MOST_CLOSE_MILLIS ? " | %.2f ms |%n" : " | **%.2f ms** |%n", close));
        }));
  }

  private static String share(double value) {
    return String.format(Locale.ROOT, value >= LEAST_SHARE ? " | %.2f" : " | **%.2f**", value);
  }

  private void row(StringBuilder s, Load l, ServerSpec spec, boolean echo) {
    List<Window> own = results.get(l).get(spec.name());
    if (own == null) {
      return;
    }
    List<Window> floor = results.get(l).get(spec.floor());
    s.append(String.format(Locale.ROOT, "| %s | %,.0f | %.2f | %.2f | %.2f | %.2f | %.2f | %.0f %% | %.0f | %.0f |", spec.name(),
        median(own, Window::rate), ratio(own, floor, Window::rate), median(own, Window::cpuMicros),
        ratio(own, floor, Window::cpuMicros), quietCpu(own), quietCpu(own) / quietCpu(floor), 100 * median(own, Window::busy), median(own, Window::p50), median(own, Window::p99)));
    if (!echo) {
      s.append(String.format(Locale.ROOT, " %.0f | %.0f |", median(own, Window::closeP50) / 1000, median(own, Window::closeP99) / 1000));
    }
    s.append('\n');
  }

  private static double median(List<Window> windows, ToDoubleFunction<Window> what) {
    return middle(windows.stream().mapToDouble(what).sorted().toArray());
  }

  /** What a quarter of the windows undercut: nothing that happens outside makes one cheaper. */
  private static double quietCpu(List<Window> windows) {
    double[] sorted = windows.stream().mapToDouble(Window::cpuMicros).sorted().toArray();
    return sorted[(sorted.length - 1) / 4];
  }

  private static double ratio(List<Window> own, List<Window> floor, ToDoubleFunction<Window> what) {
    double[] ratios = new double[own.size()];
    for (int i = 0; i < ratios.length; i++) {
      ratios[i] = what.applyAsDouble(own.get(i)) / what.applyAsDouble(floor.get(i));
    }
    java.util.Arrays.sort(ratios);
    return middle(ratios);
  }

  private static double middle(double[] sorted) {
    int n = sorted.length;
    return n % 2 == 1 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
  }
}
