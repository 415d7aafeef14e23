package io.sluice.benchmarks.compare;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;

/** Everything measured. Rounds of different servers with the same index ran one after the other, so they can be paired. */
final class Results {
  /** Memory of one idle connection, in bytes; heap is not-a-number for servers without a heap. */
  record IdleCost(double heapBytes, double nativeBytes) {}

  private record Key(String workload, Regime regime, String server) {}

  private final Map<Key, List<Sample>> samples = new LinkedHashMap<>();
  private final Map<String, Double> fixedRates = new LinkedHashMap<>();
  private final Map<String, IdleCost> idle = new LinkedHashMap<>();
  private final Map<String, String> notRun = new LinkedHashMap<>();

  void add(Workload workload, Regime regime, String server, Sample sample) {
    samples.computeIfAbsent(new Key(workload.name(), regime, server), k -> new ArrayList<>()).add(sample);
  }

  void addIdle(String server, IdleCost cost) {
    idle.put(server, cost);
  }

  void addNotRun(String server, String reason) {
    notRun.putIfAbsent(server, reason);
  }

  void setFixedRate(Workload workload, double perSecond) {
    fixedRates.put(workload.name(), perSecond);
  }

  Map<String, IdleCost> idle() {
    return idle;
  }

  /** Servers, or servers in a workload, that could not be measured, and why. */
  Map<String, String> notRun() {
    return notRun;
  }

  double fixedRate(Workload workload) {
    return fixedRates.getOrDefault(workload.name(), Double.NaN);
  }

  List<Sample> samples(Workload workload, Regime regime, String server) {
    return samples.getOrDefault(new Key(workload.name(), regime, server), List.of());
  }

  boolean has(Workload workload, Regime regime, String server) {
    return !samples(workload, regime, server).isEmpty();
  }

  /** Median over the rounds; not-a-number when there is none. */
  double median(Workload workload, Regime regime, String server, ToDoubleFunction<Sample> what) {
    return median(samples(workload, regime, server).stream().mapToDouble(what));
  }

  double cpu(Workload workload, Regime regime, String server) {
    return median(workload, regime, server, Sample::cpuPerMessage);
  }

  /** Datagrams lost for a million echoed, over all rounds. */
  double lostPerMillion(Workload workload, Regime regime, String server) {
    return 1e6 * samples(workload, regime, server).stream().mapToDouble(Sample::lostShare).average().orElse(Double.NaN);
  }

  /** User time per message: the exact CPU time, split by the samples of all rounds together. */
  double user(Workload workload, Regime regime, String server) {
    List<Sample> all = samples(workload, regime, server);
    double user = all.stream().mapToDouble(Sample::userSamples).sum();
    double system = all.stream().mapToDouble(Sample::systemSamples).sum();
    return user + system == 0 ? Double.NaN : cpu(workload, regime, server) * user / (user + system);
  }

  /**
   * CPU per message in the better windows: a quarter of them were cheaper still. What disturbs a window only ever makes it
   * dearer, so where a machine has slow phases this tells more about the server than the median, which tells how many
   * phases it met.
   */
  double quietCpu(Workload workload, Regime regime, String server) {
    double[] sorted = samples(workload, regime, server).stream().mapToDouble(Sample::cpuPerMessage).sorted().toArray();
    return sorted.length == 0 ? Double.NaN : sorted[(sorted.length - 1) / 4];
  }

  /** {@link #quietCpu} of one server as a multiple of another's. */
  double quietRatio(Workload workload, Regime regime, String server, String reference) {
    return quietCpu(workload, regime, server) / quietCpu(workload, regime, reference);
  }

  /**
   * CPU per message of one server as a multiple of another's: the median of the ratios of paired rounds, which is
   * steadier than a ratio of medians when the machine drifts.
   */
  double cpuRatio(Workload workload, Regime regime, String server, String reference) {
    List<Sample> mine = samples(workload, regime, server);
    List<Sample> theirs = samples(workload, regime, reference);
    int rounds = Math.min(mine.size(), theirs.size());
    DoubleStream.Builder ratios = DoubleStream.builder();
    for (int i = 0; i < rounds; i++) {
      ratios.add(mine.get(i).cpuPerMessage() / theirs.get(i).cpuPerMessage());
    }
    return median(ratios.build());
  }

  /** The netty server with the least CPU per message by medians, or null when none ran. */
  String bestNetty(Workload workload, Regime regime, List<ServerSpec> servers) {
    return leastNetty(workload, regime, servers, name -> cpu(workload, regime, name));
  }

  /** The same by lower quartiles. */
  String bestQuietNetty(Workload workload, Regime regime, List<ServerSpec> servers) {
    return leastNetty(workload, regime, servers, name -> quietCpu(workload, regime, name));
  }

  private String leastNetty(
      Workload workload, Regime regime, List<ServerSpec> servers, ToDoubleFunction<String> cpu) {
    return servers.stream().filter(s -> s.family().equals("netty")).map(ServerSpec::name)
        .filter(name -> has(workload, regime, name)).min(Comparator.comparingDouble(cpu)).orElse(null);
  }

  OptionalDouble slowestRate(Workload workload, List<ServerSpec> servers) {
    return servers.stream().filter(s -> has(workload, Regime.SATURATED, s.name()))
        .mapToDouble(s -> median(workload, Regime.SATURATED, s.name(), Sample::rate)).min();
  }

  private static double median(DoubleStream values) {
    double[] sorted = values.filter(v -> !Double.isNaN(v)).sorted().toArray();
    if (sorted.length == 0) {
      return Double.NaN;
    }
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
