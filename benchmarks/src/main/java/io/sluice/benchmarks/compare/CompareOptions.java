package io.sluice.benchmarks.compare;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Command line of {@link Compare}. */
record CompareOptions(Plan plan, Path nativePrograms, Path java, Path out, Path scratch, String generatorEngine) {
  static final String USAGE = """
      usage: Compare quick|full|demo --native DIR [options]
        --native DIR      where CMake built load/echo_load and floor/echo_*
        --java PATH       the servers' JVM (default: the one that runs this)
        --out DIR         where PLAN.md, PLAN.svg and PLAN.jsonl go (default docs/benchmarks; target/bench for a run
                          that --servers, --workloads or --no-idle makes partial)
        --scratch DIR     logs and Unix sockets (default: a temporary directory)
        --servers A,B     only these servers      --workloads A,B   only these workloads
        --rounds N        instead of the plan's   --no-idle         without the idle connections
        --warmup S        of each JVM             --generator io_uring|epoll: how the load generator does its own I/O
      """;

  /** Whole reports, kept with the sources. */
  static final Path REPORTS = Path.of("docs", "benchmarks");

  /** Partial ones: they must not take the place of a whole one. */
  static final Path PARTIAL_REPORTS = Path.of("target", "bench");

  static CompareOptions parse(String[] args) throws java.io.IOException {
    if (args.length == 0) {
      throw new IllegalArgumentException("the plan is missing: quick, full or demo");
    }
    return parse(Plan.named(args[0]), args);
  }

  /** @param args the name of the plan, then options */
  static CompareOptions parse(Plan plan, String[] args) throws java.io.IOException {
    Path nativePrograms = null;
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    Path out = null;
    boolean partial = plan.brief();
    Path scratch = null;
    String engine = "io_uring";
    for (int i = 1; i < args.length; i++) {
      String name = args[i];
      if (name.equals("--no-idle")) {
        plan = plan.withoutIdle();
        partial = true;
        continue;
      }
      if (++i == args.length) {
        throw new IllegalArgumentException(name + " needs a value");
      }
      String value = args[i];
      partial |= name.equals("--servers") || name.equals("--workloads");
      switch (name) {
        case "--native" -> nativePrograms = Path.of(value);
        case "--java" -> java = Path.of(value);
        case "--out" -> out = Path.of(value);
        case "--scratch" -> scratch = Files.createDirectories(Path.of(value));
        case "--generator" -> engine = value;
        case "--servers" -> plan = plan.withServers(Set.of(value.split(",")));
        case "--workloads" -> plan = plan.withWorkloads(workloads(value, plan.datagrams() ? Workload.UDP : Workload.ALL));
        case "--warmup" -> plan = plan.withJvmWarmup(Double.parseDouble(value));
        case "--rounds" -> plan = plan.withRounds(Integer.parseInt(value));
        default -> throw new IllegalArgumentException(name + " is unknown");
      }
    }
    if (nativePrograms == null) {
      throw new IllegalArgumentException("--native DIR is missing");
    }
    if (out == null) {
      out = partial ? PARTIAL_REPORTS : REPORTS;
    }
    scratch = scratch != null ? scratch : Files.createTempDirectory("sluice-bench");
    return new CompareOptions(plan, nativePrograms, java, out, scratch, engine);
  }

  private static List<Workload> workloads(String names, List<Workload> known) {
    List<Workload> chosen = new ArrayList<>();
    for (String name : names.split(",")) {
      chosen.add(known.stream().filter(w -> w.name().equals(name)).findFirst().orElseThrow(() ->
          new IllegalArgumentException("workload \"" + name + "\" is unknown; known: "
              + known.stream().map(Workload::name).toList())));
    }
    return chosen;
  }
}
