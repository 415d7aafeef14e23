package io.sluice.benchmarks.micro;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.RunResult;

/** JMH's results as one Markdown table. */
final class MicroReport {
  /**
   * JMH's own bookkeeping, some kilobytes spread over the operations of an iteration, stays below this; the smallest object
   * has 16 bytes.
   */
  private static final double NO_BYTES = 0.5;

  private static final String ALLOCATION = "gc.alloc.rate.norm";

  private final MicroOptions.Lengths lengths;
  private final Collection<RunResult> results;
  private final StringBuilder out = new StringBuilder();

  MicroReport(MicroOptions.Lengths lengths, Collection<RunResult> results) {
    this.lengths = lengths;
    this.results = results;
  }

  String write(List<String> machine, List<String> missing) {
    line("# What single steps cost");
    line("");
    line("Regenerate with `ci/bench micro " + lengths.plan() + "`. JMH, average time of one operation and half the width "
        + "of its 99.9 % confidence interval, over " + lengths.forks() + (lengths.forks() == 1 ? " fork" : " forks")
        + " of " + lengths.measurements() + " iterations of " + lengths.iterationMillis() + " ms after "
        + lengths.warmups() + " to warm up. What each benchmark does, `docs/benchmarks/README.md` says.");
    line("");
    machine.forEach(m -> line("- " + m));
    line("");
    line("| benchmark | parameters | ns/op | error | B/op | system calls/op |");
    line("|---|---|---:|---:|---:|---:|");
    results.forEach(this::row);
    if (!missing.isEmpty()) {
      line("");
      line("Not run:");
      missing.forEach(m -> line("- " + m));
    }
    return out.toString();
  }

  private void row(RunResult result) {
    var time = result.getPrimaryResult();
    double error = time.getScoreError();
    line("| " + shortName(result.getParams().getBenchmark())
        + " | " + parameters(result.getParams())
        + " | " + number(time.getScore(), "%.2f")
        + " | " + (Double.isNaN(error) ? "-" : "± " + number(error, "%.2f"))
        + " | " + allocated(result)
        + " | " + systemCalls(result)
        + " |");
  }

  /** {@code io.sluice.X.RingBenchmark.submit} becomes {@code Ring.submit}. */
  private static String shortName(String benchmark) {
    int method = benchmark.lastIndexOf('.');
    int type = benchmark.lastIndexOf('.', method - 1);
    return benchmark.substring(type + 1).replace("Benchmark.", ".");
  }

  private static String parameters(BenchmarkParams params) {
    List<String> values = new ArrayList<>();
    params.getParamsKeys().stream().sorted().forEach(k -> values.add(k + "=" + params.getParam(k)));
    return values.isEmpty() ? "-" : String.join(", ", values);
  }

  private static String allocated(RunResult result) {
    for (var secondary : result.getSecondaryResults().entrySet()) {
      if (secondary.getKey().endsWith(ALLOCATION)) {
        double bytes = secondary.getValue().getScore();
        return bytes < NO_BYTES ? "0" : number(bytes, "%.1f");
      }
    }
    return "-";
  }

  private static String systemCalls(RunResult result) {
    var turns = result.getSecondaryResults().get("turns");
    var syscalls = result.getSecondaryResults().get("syscalls");
    return turns == null || syscalls == null ? "-" : number(syscalls.getScore() / turns.getScore(), "%.2f");
  }

  private static String number(double value, String format) {
    return String.format(Locale.ROOT, format, value);
  }

  private void line(String text) {
    out.append(text).append('\n');
  }
}
