package io.sluice.benchmarks.compare;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** What Sluice promises to reach, beside what was measured. A missed target is reported, it never fails a build. */
final class Targets {
  /** @param quiet the same by lower quartiles, "" for what is counted and not timed */
  record Line(String target, String measured, String reached, String quiet, String reachedQuiet) {}

  private static final String URING = "sluice-io_uring-jni", EPOLL = "sluice-epoll-jni";
  private static final Map<String, String> FLOORS = Map.of(URING, "c-io_uring", EPOLL, "c-epoll");
  /** Below this a median is no allocation per message but something rare, spread over many messages. */
  private static final double NO_BYTES = 0.005;
  private static final double BYTES_PER_IDLE_CONNECTION = 512;
  private static final double NO_MORE_THAN_NETTY = 1.0;

  private final Results results;
  private final List<ServerSpec> servers;
  private final Plan plan;
  private final List<Line> lines = new ArrayList<>();

  Targets(Results results, List<ServerSpec> servers, Plan plan) {
    this.results = results;
    this.servers = servers;
    this.plan = plan;
  }

  List<Line> check() {
    syscalls();
    floors();
    netty();
    memory();
    bindings();
    return lines;
  }

  List<Line> checkUdp() {
    for (Workload w : plan.workloads()) {
      for (String server : List.of(URING, EPOLL)) {
        atMost(server + ", " + w.name() + ": CPU at most 1.08x " + FLOORS.get(server),
            results.cpuRatio(w, Regime.SATURATED, server, FLOORS.get(server)),
            results.quietRatio(w, Regime.SATURATED, server, FLOORS.get(server)), 1.08);
        atMost(server + ", " + w.name() + ": 0 bytes allocated per datagram",
            counted(w, server, Sample::allocatedPerMessage), NO_BYTES);
      }
      againstNetty("never below netty: " + w.name(), w, NO_MORE_THAN_NETTY);
    }
    return lines;
  }

  private void syscalls() {
    atMost("io_uring, 1 connection: syscalls per echo at most 1.05",
        counted(Workload.PING_1, URING, Sample::syscallsPerMessage), 1.05);
    atMost("io_uring, 64 connections: at most 0.15", counted(Workload.PING_64, URING, Sample::syscallsPerMessage), 0.15);
    atMost("epoll, 64 connections: at most 2.1", counted(Workload.PING_64, EPOLL, Sample::syscallsPerMessage), 2.1);
  }

  private void floors() {
    for (Workload w : List.of(Workload.PING_64, Workload.UNIX_64)) {
      for (String server : List.of(URING, EPOLL)) {
        String floor = FLOORS.get(server);
        for (Regime regime : List.of(Regime.SATURATED, Regime.FIXED_RATE)) {
          String where = server + ", " + w.name() + ", " + regimeName(regime);
          atMost(where + ": user time at most 0.3 us above " + floor,
              results.user(w, regime, server) - results.user(w, regime, floor), 0.3);
          atMost(where + ": CPU at most 1.08x " + floor, results.cpuRatio(w, regime, server, floor),
              results.quietRatio(w, regime, server, floor), 1.08);
        }
      }
    }
    atMost("io_uring at 64 connections: CPU below plain C epoll (ratio under 1)",
        results.cpuRatio(Workload.PING_64, Regime.SATURATED, URING, "c-epoll"),
        results.quietRatio(Workload.PING_64, Regime.SATURATED, URING, "c-epoll"), 1.0);
  }

  private void netty() {
    againstNetty("messages per CPU-second, ping64: at least 1.12x netty's best", Workload.PING_64, 1.12);
    againstNetty("messages per CPU-second, unix64: at least 1.1x netty's best", Workload.UNIX_64, 1.1);
    for (Workload w : plan.workloads()) {
      againstNetty("never below netty: " + w.name(), w, NO_MORE_THAN_NETTY);
    }
  }

  private void memory() {
    for (ServerSpec s : servers) {
      if (s.family().equals("sluice")) {
        atMost(s.name() + ", ping64: 0 bytes allocated per message",
            counted(Workload.PING_64, s.name(), Sample::allocatedPerMessage), NO_BYTES);
        Results.IdleCost idle = results.idle().get(s.name());
        atMost(s.name() + ": heap per idle connection at most 512 B",
            idle == null ? Double.NaN : idle.heapBytes(), BYTES_PER_IDLE_CONNECTION);
        atMost(s.name() + ": native memory per idle connection at most 512 B",
            idle == null ? Double.NaN : idle.nativeBytes(), BYTES_PER_IDLE_CONNECTION);
      }
    }
  }

  private void bindings() {
    for (String engine : List.of("io_uring", "epoll")) {
      String jni = "sluice-" + engine + "-jni";
      String ffm = "sluice-" + engine + "-ffm", jna = "sluice-" + engine + "-jna";
      atMost(engine + ": FFM and JNI within 3 % at 64 connections (distance)",
          Math.abs(ping64(ffm, jni) - 1), Math.abs(quietPing64(ffm, jni) - 1), 0.03);
      atMost(engine + ": JNA within 10 % of JNI at 64 connections (distance)",
          ping64(jna, jni) - 1, quietPing64(jna, jni) - 1, 0.10);
    }
  }

  private double counted(Workload w, String server, ToDoubleFunction<Sample> what) {
    return results.median(w, Regime.COUNTED, server, what);
  }

  private double ping64(String server, String reference) {
    return results.cpuRatio(Workload.PING_64, Regime.SATURATED, server, reference);
  }

  private double quietPing64(String server, String reference) {
    return results.quietRatio(Workload.PING_64, Regime.SATURATED, server, reference);
  }

  /** Sluice's default engine against the netty transport with the least CPU per message. */
  private void againstNetty(String target, Workload w, double limit) {
    String best = results.bestNetty(w, Regime.SATURATED, servers);
    double ratio = best == null ? Double.NaN : 1 / results.cpuRatio(w, Regime.SATURATED, URING, best);
    String quietBest = results.bestQuietNetty(w, Regime.SATURATED, servers);
    double quiet = best == null ? Double.NaN : results.quietRatio(w, Regime.SATURATED, quietBest, URING);
    add(target, ratio, ratio >= limit, quiet, quiet >= limit);
  }

  private static String regimeName(Regime regime) {
    return regime == Regime.SATURATED ? "saturated" : "fixed rate";
  }

  /** Counted, or measured without a reference. */
  private void atMost(String target, double measured, double limit) {
    add(target, measured, measured <= limit, Double.NaN, false);
  }

  private void atMost(String target, double measured, double quiet, double limit) {
    add(target, measured, measured <= limit, quiet, quiet <= limit);
  }

  private void add(String target, double measured, boolean reached, double quiet, boolean reachedQuiet) {
    lines.add(new Line(target, Double.isNaN(measured) ? "not measured" : figure(measured), verdict(measured, reached),
        Double.isNaN(quiet) ? "" : figure(quiet), verdict(quiet, reachedQuiet)));
  }

  private static String figure(double value) {
    return String.format(Locale.ROOT, "%.3f", value);
  }

  private static String verdict(double value, boolean reached) {
    return Double.isNaN(value) ? "" : reached ? "yes" : "**no**";
  }
}
