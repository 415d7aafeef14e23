package io.sluice.benchmarks.compare;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** The tables of a report. */
final class MarkdownReport {
  private static final double SATURATED_CORE = 0.95;

  private final Results results;
  private final List<ServerSpec> servers;
  private final Plan plan;
  private final String title;
  private final String command;
  private final boolean datagrams;
  private final StringBuilder out = new StringBuilder();

  /** @param command what regenerates it, behind {@code ci/bench} */
  MarkdownReport(Results results, List<ServerSpec> servers, Plan plan, String title, String command) {
    this.results = results;
    this.servers = servers;
    this.plan = plan;
    this.title = title;
    this.command = command;
    this.datagrams = plan.workloads().stream().anyMatch(Workload::datagrams);
  }

  String write(List<String> machine, String countingMethod, List<Targets.Line> targets) {
    line("# " + title);
    line("");
    line("Regenerate with `ci/bench " + command + "`. Echo servers with one loop thread; figures are medians over "
        + plan.rounds() + " interleaved rounds of " + plan.measureSeconds() + " s.");
    line("");
    machine.forEach(m -> line("- " + m));
    line("- System calls counted by: " + countingMethod);
    line("");
    line("![CPU time per message](" + plan.name() + ".svg)");
    line("");
    columns();
    plan.workloads().forEach(this::workload);
    idle();
    targets(targets);
    notRun();
    return out.toString();
  }

  private void columns() {
    line("CPU is the process's exact CPU time per message in microseconds; its split into user and system is "
        + "sampled (2 kHz) and summed over all rounds. `x floor` compares CPU per message with the C program on the same "
        + "interface, `x netty` messages per CPU-second with netty's best transport in that table (above 1 is better "
        + "than netty); both are medians of the ratios within a round. `q1` is the lower quartile of the CPU time over the "
        + "rounds, with the same two ratios: what disturbs a window only makes it dearer, so on a machine with slow phases "
        + "these compare the servers and the medians compare how many slow phases each has met. `core` is how busy the server's core was; `foreign` what other processes took meanwhile. "
        + "Allocation is that of the loop thread."
        + (datagrams ? " `lost` are datagrams per million that had no echo within 100 ms; they are in no other column." : ""));
    line("");
  }

  private void workload(Workload w) {
    line("## " + Character.toUpperCase(w.title().charAt(0)) + w.title().substring(1));
    line("");
    table(w, Regime.SATURATED, w.saturates() ? "Saturated (closed loop)" : "Closed loop");
    if (!Double.isNaN(results.fixedRate(w))) {
      table(w, Regime.FIXED_RATE,
          String.format(Locale.ROOT, "Fixed rate, open loop: %,.0f/s for every server", results.fixedRate(w)));
    }
  }

  private void table(Workload w, Regime regime, String title) {
    String best = results.bestNetty(w, regime, servers);
    String quietBest = results.bestQuietNetty(w, regime, servers);
    line("**" + title + "**");
    line("");
    line("| server | " + w.unit() + "s/s | p50 us | p99 us | p99.9 us | CPU us | user | system | x floor | x netty "
        + "| q1 us | x floor | x netty | syscalls | alloc B | core | foreign |" + (datagrams ? " lost |" : ""));
    line("|---" + "|--:".repeat(datagrams ? 17 : 16) + "|");
    for (ServerSpec s : servers) {
      if (results.has(w, regime, s.name())) {
        line(row(w, regime, s, best, quietBest));
      }
    }
    line("");
    if (regime == Regime.SATURATED && w.saturates()) {
      unsaturated(w);
    }
  }

  private String row(Workload w, Regime regime, ServerSpec s, String best, String quietBest) {
    String name = s.name();
    double cpu = results.cpu(w, regime, name);
    double user = results.user(w, regime, name);
    return "| " + name
        + " | " + String.format(Locale.ROOT, "%,.0f", median(w, regime, name, Sample::rate))
        + " | " + number(median(w, regime, name, Sample::p50), 1)
        + " | " + number(median(w, regime, name, Sample::p99), 1)
        + " | " + number(median(w, regime, name, Sample::p999), 1)
        + " | " + number(cpu, 2)
        + " | " + number(user, 2)
        + " | " + number(cpu - user, 2)
        + " | " + number(results.cpuRatio(w, regime, name, s.floor()), 2)
        + " | " + (best == null ? "" : number(1 / results.cpuRatio(w, regime, name, best), 2))
        + " | " + number(results.quietCpu(w, regime, name), 2)
        + " | " + number(results.quietRatio(w, regime, name, s.floor()), 2)
        + " | " + (quietBest == null ? "" : number(results.quietRatio(w, regime, quietBest, name), 2))
        + " | " + number(median(w, Regime.COUNTED, name, Sample::syscallsPerMessage), 3)
        + " | " + number(median(w, Regime.COUNTED, name, Sample::allocatedPerMessage), 1)
        + " | " + percent(median(w, regime, name, Sample::serverBusy))
        + " | " + percent(median(w, regime, name, Sample::foreignShare)) + " |"
        + (datagrams ? " " + number(results.lostPerMillion(w, regime, name), 1) + " |" : "");
  }

  /** Says for which servers "saturated" is not true, and whether the generator was what held them back. */
  private void unsaturated(Workload w) {
    for (ServerSpec s : servers) {
      double busy = median(w, Regime.SATURATED, s.name(), Sample::serverBusy);
      double generator = median(w, Regime.SATURATED, s.name(), Sample::generatorBusy);
      if (busy < SATURATED_CORE) {
        line("- " + s.name() + ": its core was only " + percent(busy) + " busy; "
            + (generator > SATURATED_CORE ? "the load generator was the bottleneck (" + percent(generator) + " busy)."
                : "neither side was saturated (generator " + percent(generator) + " busy)."));
      }
    }
    line("");
  }

  private void idle() {
    if (results.idle().isEmpty()) {
      return;
    }
    line("## " + String.format(Locale.ROOT, "%,d", plan.idleConnections()) + " idle connections (TCP)");
    line("");
    line("Bytes per connection after one echo on each: heap after a full collection, native by growth of resident memory.");
    line("");
    line("| server | heap B | native B |");
    line("|---|--:|--:|");
    results.idle().forEach((server, cost) ->
        line("| " + server + " | " + number(cost.heapBytes(), 0) + " | " + number(cost.nativeBytes(), 0) + " |"));
    line("");
  }

  private void targets(List<Targets.Line> targets) {
    if (targets.isEmpty()) {
      return;
    }
    line("## Targets");
    line("");
    line("CPU ratios by medians of paired rounds and, beside them, by lower quartiles (q1, see above).");
    line("");
    line("| target | measured | reached | by q1 | reached by q1 |");
    line("|---|---|---|---|---|");
    targets.forEach(t -> line("| " + t.target() + " | " + t.measured() + " | " + t.reached()
        + " | " + t.quiet() + " | " + t.reachedQuiet() + " |"));
    line("");
  }

  private void notRun() {
    if (results.notRun().isEmpty()) {
      return;
    }
    line("## Not measured");
    line("");
    for (Map.Entry<String, String> e : results.notRun().entrySet()) {
      line("- " + e.getKey() + ": " + e.getValue());
    }
  }

  private double median(Workload w, Regime regime, String server, ToDoubleFunction<Sample> what) {
    return results.median(w, regime, server, what);
  }

  private static String number(double value, int digits) {
    return Double.isNaN(value) ? "" : String.format(Locale.ROOT, "%." + digits + "f", value);
  }

  private static String percent(double share) {
    return Double.isNaN(share) ? "" : String.format(Locale.ROOT, "%.0f %%", share * 100);
  }

  private void line(String text) {
    out.append(text).append('\n');
  }
}
