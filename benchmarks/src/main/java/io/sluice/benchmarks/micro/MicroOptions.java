package io.sluice.benchmarks.micro;

import java.nio.file.Path;

/** Command line of {@link Micro}. */
record MicroOptions(Lengths lengths, String only, Path out) {
  static final String USAGE = """
      usage: Micro quick|full [options]
        --only REGEX   only benchmarks whose name it finds, as CrossingBenchmark.abi
        --out DIR      where micro.md goes (default docs/benchmarks; target/bench with --only)
      """;

  /**
   * How long one benchmark takes: in every fork {@code warmups}, then {@code measurements} iterations.
   *
   * @param forks JVMs that are started one after the other: two of them may compile differently
   */
  record Lengths(String plan, int forks, int warmups, int measurements, long iterationMillis) {
    /** Less than a minute for everything, for seeing that things work and roughly where they stand. */
    static final Lengths QUICK = new Lengths("quick", 1, 4, 5, 200);

    /** Some seven minutes. */
    static final Lengths FULL = new Lengths("full", 3, 4, 5, 1000);

    static Lengths named(String plan) {
      return switch (plan) {
        case "quick" -> QUICK;
        case "full" -> FULL;
        default -> throw new IllegalArgumentException("plan \"" + plan + "\" is unknown; known: quick, full");
      };
    }
  }

  static MicroOptions parse(String[] args) {
    if (args.length == 0) {
      throw new IllegalArgumentException("the plan is missing: quick or full");
    }
    Lengths lengths = Lengths.named(args[0]);
    String only = null;
    Path out = null;
    for (int i = 1; i < args.length; i += 2) {
      if (i + 1 == args.length) {
        throw new IllegalArgumentException(args[i] + " needs a value");
      }
      switch (args[i]) {
        case "--only" -> only = args[i + 1];
        case "--out" -> out = Path.of(args[i + 1]);
        default -> throw new IllegalArgumentException(args[i] + " is unknown");
      }
    }
    if (out == null) {
      out = only == null ? Path.of("docs", "benchmarks") : Path.of("target", "bench");
    }
    return new MicroOptions(lengths, only, out);
  }
}
