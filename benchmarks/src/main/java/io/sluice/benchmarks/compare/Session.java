package io.sluice.benchmarks.compare;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Carries out a plan. The servers of one address family live side by side and are loaded in turn:
 *
 * <pre>
 *   for tcp, unix:  start all servers, warm each up
 *     for each workload:  short warm-up of each server
 *       rounds x (each server: saturated)      the order rotates from round to round
 *       each server: counted
 *       rounds x (each server: fixed rate)     where the workload asks for it
 *   finally, a fresh process per server:  idle connections
 * </pre>
 */
final class Session {
  private final Plan plan;
  private final LoadGenerator load;
  private final List<ServerSpec> servers;
  private final Path scratch;
  private final PrintStream raw;
  private final int serverCpu;
  private final Results results;
  private final Counter counter;

  /** @param results what is measured is added to */
  Session(Plan plan, LoadGenerator load, List<ServerSpec> servers, Path scratch, PrintStream raw, int serverCpu, Results results) {
    this.plan = plan;
    this.results = results;
    this.load = load;
    this.servers = servers;
    this.scratch = scratch;
    this.raw = raw;
    this.serverCpu = serverCpu;
    this.counter = new Counter(plan, load);
  }

  void run() throws IOException, InterruptedException {
    for (boolean unix : new boolean[] {false, true}) {
      List<Workload> workloads = plan.workloads().stream().filter(w -> w.unix() == unix).toList();
      if (!workloads.isEmpty()) {
        runGroup(unix, workloads);
      }
    }
    if (plan.idleConnections() > 0) {
      IdleMemory memory = new IdleMemory(load, scratch, serverCpu, plan.idleConnections());
      for (ServerSpec spec : servers) {
        memory.measure(spec, results);
      }
    }
  }

  String countingMethod() {
    return counter.method();
  }

  private void runGroup(boolean unix, List<Workload> workloads) throws IOException, InterruptedException {
    Map<String, ServerProcess> running = new LinkedHashMap<>();
    try {
      for (ServerSpec spec : servers) {
        start(spec, unix, running);
      }
      Workload usual = workloads.contains(Workload.PING_64) ? Workload.PING_64 : workloads.get(0);
      for (ServerProcess server : List.copyOf(running.values())) {
        warmUp(server, usual, server.spec().jvm() ? plan.jvmWarmupSeconds() : plan.workloadWarmupSeconds(), running);
      }
      for (Workload workload : workloads) {
        runWorkload(workload, running);
      }
    } finally {
      running.values().forEach(ServerProcess::close);
    }
  }

  private void start(ServerSpec spec, boolean unix, Map<String, ServerProcess> running) throws InterruptedException {
    try {
      ServerProcess server = ServerProcess.start(spec, serverCpu, unix, scratch);
      running.put(spec.name(), server);
      System.out.println(spec.name() + ": " + server.readiness());
    } catch (IOException e) {
      System.out.println(spec.name() + " is left out: " + e.getMessage());
      results.addNotRun(spec.name(), e.getMessage());
    }
  }

  private void runWorkload(Workload workload, Map<String, ServerProcess> running) throws InterruptedException {
    System.out.println("== " + workload.title());
    for (ServerProcess server : List.copyOf(running.values())) {
      warmUp(server, workload, plan.workloadWarmupSeconds(), running);
    }
    rounds(workload, Regime.SATURATED, 0, running);
    for (ServerProcess server : List.copyOf(running.values())) {
      count(workload, server);
    }
    if (workload.fixedRateToo() && !plan.brief()) {
      double rate = results.slowestRate(workload, servers).orElse(0) * Plan.FIXED_RATE_SHARE;
      if (rate >= 1) {
        results.setFixedRate(workload, rate);
        rounds(workload, Regime.FIXED_RATE, rate, running);
      }
    }
  }

  private void rounds(Workload workload, Regime regime, double rate, Map<String, ServerProcess> running)
      throws InterruptedException {
    for (int round = 0; round < plan.rounds(); round++) {
      List<ServerProcess> order = new ArrayList<>(running.values());
      java.util.Collections.rotate(order, -round);
      for (ServerProcess server : order) {
        try {
          Sample sample = measure(workload, regime, rate, round, server);
          results.add(workload, regime, server.spec().name(), sample);
        } catch (IOException e) {
          drop(server, workload, e, running);
        }
      }
      System.out.printf("   %s round %d of %d done%n", regime, round + 1, plan.rounds());
    }
  }

  /** One window; measured again while foreign load spoils it, keeping the least spoilt one. */
  private Sample measure(Workload workload, Regime regime, double rate, int round, ServerProcess server)
      throws IOException, InterruptedException {
    Sample best = null;
    for (int attempt = 0; attempt <= (plan.brief() ? 0 : Plan.REPEATS); attempt++) {
      ForeignLoad foreign = new ForeignLoad();
      List<String> arguments =
          load.arguments(server, workload, rate, plan.settleSeconds(), plan.measureSeconds(), false);
      FlatJson report = load.run(arguments, new LoadGenerator.WindowListener() {
        @Override
        public void begin() {
          foreign.begin();
        }

        @Override
        public void end() {
          foreign.end();
        }
      });
      Sample sample = Sample.of(report, foreign.share(report), Double.NaN, Double.NaN);
      record(report, workload, regime, round, "foreign_share", sample.foreignShare());
      if (best == null || sample.foreignShare() < best.foreignShare()) {
        best = sample;
      }
      if (best.foreignShare() <= Plan.FOREIGN_LIMIT) {
        break;
      }
    }
    return best;
  }

  private void count(Workload workload, ServerProcess server) throws InterruptedException {
    try {
      Counter.Counted counted = counter.count(workload, server);
      results.add(workload, Regime.COUNTED, server.spec().name(), counted.sample());
      record(counted.report(), workload, Regime.COUNTED, 0, "allocated_per_message",
          counted.sample().allocatedPerMessage());
    } catch (IOException e) {
      results.addNotRun(server.spec().name() + " counted in " + workload.name(), e.getMessage());
    }
  }

  private void warmUp(ServerProcess server, Workload workload, double seconds, Map<String, ServerProcess> running)
      throws InterruptedException {
    try {
      load.run(load.arguments(server, workload, 0, seconds, 0.01, false), Counter.NO_QUESTIONS);
    } catch (IOException e) {
      drop(server, workload, e, running);
    }
  }

  /** A server that failed under load is not loaded any more. */
  private void drop(ServerProcess server, Workload workload, IOException cause, Map<String, ServerProcess> running) {
    String reason = "failed in " + workload.name() + ": " + cause.getMessage();
    System.out.println(server.spec().name() + " " + reason);
    results.addNotRun(server.spec().name(), reason);
    running.remove(server.spec().name());
    server.close();
  }

  private void record(FlatJson report, Workload workload, Regime regime, int round, String extra, double value) {
    Map<String, Object> more = new LinkedHashMap<>();
    more.put("workload", workload.name());
    more.put("regime", regime.name().toLowerCase(java.util.Locale.ROOT));
    more.put("round", round);
    more.put(extra, Double.isNaN(value) ? "none" : Math.round(value * 1e4) / 1e4);
    raw.println(report.with(more));
    raw.flush();
  }
}
