package io.sluice.benchmarks.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class ResultsTest {
  private static final double EXACT = 1e-12;
  private static final Workload W = Workload.PING_64;
  private static final Regime R = Regime.SATURATED;

  private final Results results = new Results();

  private void add(String server, double cpu, double userSamples, double systemSamples) {
    results.add(W, R, server,
        new Sample(1e6 / cpu, 1, 2, 3, cpu, userSamples, systemSamples, 1, 0.5, 0, Double.NaN, Double.NaN, Double.NaN));
  }

  @Test
  void medianOfAnEvenNumberOfRoundsLiesBetweenTheMiddleTwo() {
    for (double cpu : new double[] {9, 1, 4, 6}) {
      add("a", cpu, 1, 1);
    }
    assertEquals(5, results.cpu(W, R, "a"), EXACT);
  }

  @Test
  void ratioPairsTheRoundsSoThatADriftingMachineCancelsOut() {
    double[] machine = {1, 10, 3};
    for (double speed : machine) {
      add("floor", 5 * speed, 0, 1);
      add("server", 6 * speed, 0, 1);
    }
    assertEquals(1.2, results.cpuRatio(W, R, "server", "floor"), EXACT);
  }

  @Test
  void userTimeUsesTheSamplesOfAllRoundsTogether() {
    add("a", 10, 0, 40);
    add("a", 10, 20, 40);
    assertEquals(2, results.user(W, R, "a"), EXACT);
  }

  @Test
  void notMeasuredIsNotANumber() {
    assertTrue(Double.isNaN(results.cpu(W, R, "absent")));
    assertTrue(Double.isNaN(results.cpuRatio(W, R, "absent", "absent")));
  }

  @Test
  void bestNettyIsTheOneWithTheLeastCpuAndNeverAnotherFamily() {
    add("n1", 8, 1, 1);
    add("n2", 7, 1, 1);
    add("s", 5, 1, 1);
    List<ServerSpec> servers = List.of(spec("n1", "netty"), spec("n2", "netty"), spec("s", "sluice"));
    assertEquals("n2", results.bestNetty(W, R, servers));
  }

  @Test
  void quietCpuIsNotMovedBySlowPhasesThatOneServerMetMoreOften() {
    for (double cpu : new double[] {5, 5, 5, 9, 9}) {
      add("lucky", cpu, 1, 1);
    }
    for (double cpu : new double[] {5, 9, 9, 9, 5}) {
      add("unlucky", cpu, 1, 1);
    }
    assertEquals(9, results.cpu(W, R, "unlucky"), EXACT);
    assertEquals(1, results.quietRatio(W, R, "unlucky", "lucky"), EXACT);
    assertEquals("unlucky", results.bestQuietNetty(W, R, List.of(spec("unlucky", "netty"), spec("absent", "netty"))));
  }

  @Test
  void targetsSayYesNoOrNotMeasured() {
    String uring = "sluice-io_uring-jni";
    add("c-io_uring", 5, 1, 99);
    add("c-epoll", 6, 1, 99);
    add(uring, 5.5, 5, 95); // 1.1 x its floor, user time 0.275 us against 0.05
    List<ServerSpec> servers = List.of(spec(uring, "sluice"));
    List<Targets.Line> lines = new Targets(results, servers, Plan.quick()).check();
    assertEquals("**no**", reached(lines, uring + ", ping64, saturated: CPU at most 1.08x c-io_uring"));
    assertEquals("yes", reached(lines, uring + ", ping64, saturated: user time at most 0.3 us above c-io_uring"));
    assertEquals("yes", reached(lines, "io_uring at 64 connections: CPU below plain C epoll (ratio under 1)"));
    assertEquals("", reached(lines, "io_uring, 1 connection: syscalls per echo at most 1.05"));
  }

  private static String reached(List<Targets.Line> lines, String target) {
    return lines.stream().filter(l -> l.target().equals(target)).findFirst().orElseThrow().reached();
  }

  private static ServerSpec spec(String name, String family) {
    return new ServerSpec(name, family, "c-epoll", List.of(), true);
  }
}
