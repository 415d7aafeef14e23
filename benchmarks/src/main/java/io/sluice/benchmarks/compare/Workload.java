package io.sluice.benchmarks.compare;

import java.util.List;

/** One kind of load. {@code mode} is the generator's; {@code connections} of churn are those open at a time. */
record Workload(
    String name, String title, String mode, boolean unix, int connections, int messageBytes, int depth,
    boolean fixedRateToo) {

  static final Workload PING_1 =
      new Workload("ping1", "1 connection, ping-pong, 64 B, TCP", "closed", false, 1, 64, 1, false);
  static final Workload PING_64 =
      new Workload("ping64", "64 connections, ping-pong, 64 B, TCP", "closed", false, 64, 64, 1, true);
  static final Workload DEPTH_16 =
      new Workload("depth16", "64 connections x depth 16, 64 B, TCP", "closed", false, 64, 64, 16, false);
  static final Workload PING_1000 =
      new Workload("ping1000", "1000 connections, ping-pong, 64 B, TCP", "closed", false, 1000, 64, 1, true);
  static final Workload LARGE =
      new Workload("large16", "16 connections, ping-pong, 16 KiB, TCP", "closed", false, 16, 16384, 1, false);
  static final Workload CHURN =
      new Workload("churn", "connect, request, response, close; 16 at a time, 64 B, TCP", "churn", false, 16, 64, 1, false);
  static final Workload UNIX_64 =
      new Workload("unix64", "64 connections, ping-pong, 64 B, Unix sockets", "closed", true, 64, 64, 1, true);

  static final List<Workload> ALL = List.of(PING_1, PING_64, DEPTH_16, PING_1000, LARGE, CHURN, UNIX_64);

  /** What one counted thing is called in a table. */
  String unit() {
    return mode.equals("churn") ? "connection" : "message";
  }

  /** A single connection in ping-pong leaves the server waiting most of the time; everything else is to saturate it. */
  boolean saturates() {
    return connections > 1;
  }
}
