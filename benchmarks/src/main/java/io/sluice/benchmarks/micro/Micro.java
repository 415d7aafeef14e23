package io.sluice.benchmarks.micro;

import io.sluice.benchmarks.compare.Machine;
import io.sluice.internal.loop.LeaseBenchmark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.regex.Pattern;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/** The JMH measurements as a program; {@code ci/bench} starts it. */
public final class Micro {
  /** The first JDK with the option that allows JMH its own use of Unsafe without a warning in every fork. */
  private static final int UNSAFE_OPTION_FEATURE = 23;

  private Micro() {}

  public static void main(String[] args) throws IOException {
    MicroOptions options;
    try {
      options = MicroOptions.parse(args);
    } catch (IllegalArgumentException e) {
      System.err.println(e.getMessage());
      System.err.print(MicroOptions.USAGE);
      System.exit(2);
      return;
    }
    Available available = Available.here();
    available.missing().forEach(m -> System.out.println("left out: " + m));
    try {
      Collection<RunResult> results = new Runner(jmh(options, available)).run();
      write(options, available, results);
    } catch (RunnerException e) {
      System.err.println("the measurement failed: " + e.getMessage());
      System.exit(1);
    }
  }

  private static void write(MicroOptions options, Available available, Collection<RunResult> results)
      throws IOException {
    String report = new MicroReport(options.lengths(), results).write(machine(), available.missing());
    Files.createDirectories(options.out());
    Path file = options.out().resolve("micro.md");
    Files.writeString(file, report);
    System.out.println(report);
    System.out.println("written: " + file);
  }

  private static List<String> machine() {
    List<String> lines = new ArrayList<>(Machine.host());
    lines.add("JDK: " + System.getProperty("java.vm.name") + " " + System.getProperty("java.runtime.version"));
    return lines;
  }

  private static Options jmh(MicroOptions options, Available available) {
    MicroOptions.Lengths lengths = options.lengths();
    ChainedOptionsBuilder b =
        new OptionsBuilder()
            .forks(lengths.forks())
            .warmupIterations(lengths.warmups())
            .measurementIterations(lengths.measurements())
            .warmupTime(TimeValue.milliseconds(lengths.iterationMillis()))
            .measurementTime(TimeValue.milliseconds(lengths.iterationMillis()))
            .addProfiler(GCProfiler.class)
            .shouldFailOnError(true);
    if (options.only() != null) {
      b.include(options.only());
    } else {
      for (Class<?> c : List.of(CrossingBenchmark.class, RingBenchmark.class, LeaseBenchmark.class)) {
        b.include(Pattern.quote(c.getName() + "."));
      }
    }
    restrict(b, "binding", available.bindings(), CrossingBenchmark.class.getName() + ".");
    restrict(b, "engine", available.engines(), CrossingBenchmark.class.getName() + ".enter");
    if (Runtime.version().feature() >= UNSAFE_OPTION_FEATURE) {
      b.jvmArgsPrepend("--sun-misc-unsafe-memory-access=allow");
    }
    return b.build();
  }

  /** Only values that work here; without any, what depends on them is left out. */
  private static void restrict(ChainedOptionsBuilder b, String name, List<String> values, String dependants) {
    if (values.isEmpty()) {
      b.exclude(Pattern.quote(dependants));
    } else {
      b.param(name, values.toArray(String[]::new));
    }
  }
}
