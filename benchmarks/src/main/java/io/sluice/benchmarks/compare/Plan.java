package io.sluice.benchmarks.compare;

import java.util.List;
import java.util.Set;

/**
 * How long everything takes. A JVM needs some ten seconds of load before its figures settle, so {@code full} gives each
 * server that; {@code quick} is for seeing that things work and roughly where they stand. {@code demo} is one table for
 * people who look at the project for the first time: a {@linkplain #brief brief} plan.
 *
 * @param brief only the saturated regime, no window is measured again, no targets are checked
 */
record Plan(
    String name,
    double jvmWarmupSeconds,
    double workloadWarmupSeconds,
    double settleSeconds,
    double measureSeconds,
    double countSeconds,
    int rounds,
    int idleConnections,
    List<Workload> workloads,
    Set<String> servers,
    boolean brief) {

  /** The fixed rate, as a share of what the slowest server reaches when saturated. */
  static final double FIXED_RATE_SHARE = 0.6;

  /** A window in which other processes took more than this share of the machine is measured again ... */
  static final double FOREIGN_LIMIT = 0.08;

  /** ... at most so many times: many short windows and their median do more than a few good ones. */
  static final int REPEATS = 1;

  static Plan quick() {
    return new Plan("quick", 4, 0.5, 0.2, 1.0, 0.6, 3, 10_000,
        List.of(Workload.PING_1, Workload.PING_64, Workload.UNIX_64),
        Set.of("c-epoll", "c-io_uring", "netty-epoll", "netty-io_uring-ring",
            "sluice-epoll-jni", "sluice-io_uring-jni", "sluice-io_uring-ffm"), false);
  }

  /**
   * Rounds of a few seconds each: a virtual machine may run at two speeds that change every ten to thirty seconds, whatever
   * runs in it, and only servers measured at the same speed can be compared.
   */
  static Plan full() {
    return new Plan("full", 10, 1.5, 0.06, 0.15, 0.6, 27, 10_000, Workload.ALL, Set.of(), false);
  }

  static Plan demo() {
    return new Plan("demo", 5, 0.3, 0.2, 0.8, 0.4, 2, 0, List.of(Workload.PING_64),
        Set.of("c-epoll", "c-io_uring", "netty-nio", "netty-epoll", "netty-io_uring-ring",
            "sluice-nio", "sluice-epoll-jni", "sluice-io_uring-jni"), true);
  }

  /** Of {@link UdpCompare}. */
  static Plan udp(String name) {
    return switch (name) {
      case "quick" -> new Plan("udp", 4, 0.5, 0.1, 0.4, 0.3, 3, 0, Workload.UDP, Set.of(), false);
      case "full" -> new Plan("udp", 6, 1, 0.06, 0.15, 0.4, 13, 0, Workload.UDP, Set.of(), false);
      default -> throw new IllegalArgumentException("plan \"" + name + "\" is unknown; known: quick, full");
    };
  }

  boolean datagrams() {
    return workloads.stream().anyMatch(Workload::datagrams);
  }

  static Plan named(String name) {
    return switch (name) {
      case "quick" -> quick();
      case "full" -> full();
      case "demo" -> demo();
      default -> throw new IllegalArgumentException("plan \"" + name + "\" is unknown; known: quick, full, demo");
    };
  }

  boolean includes(ServerSpec server) {
    return servers.isEmpty() || servers.contains(server.name());
  }

  Plan withServers(Set<String> only) {
    return new Plan(name, jvmWarmupSeconds, workloadWarmupSeconds, settleSeconds, measureSeconds, countSeconds, rounds,
        idleConnections, workloads, only, brief);
  }

  Plan withWorkloads(List<Workload> only) {
    return new Plan(name, jvmWarmupSeconds, workloadWarmupSeconds, settleSeconds, measureSeconds, countSeconds, rounds,
        idleConnections, only, servers, brief);
  }

  Plan withRounds(int count) {
    return new Plan(name, jvmWarmupSeconds, workloadWarmupSeconds, settleSeconds, measureSeconds, countSeconds, count,
        idleConnections, workloads, servers, brief);
  }

  Plan withJvmWarmup(double seconds) {
    return new Plan(name, seconds, workloadWarmupSeconds, settleSeconds, measureSeconds, countSeconds, rounds,
        idleConnections, workloads, servers, brief);
  }

  Plan withoutIdle() {
    return new Plan(name, jvmWarmupSeconds, workloadWarmupSeconds, settleSeconds, measureSeconds, countSeconds, rounds,
        0, workloads, servers, brief);
  }
}
