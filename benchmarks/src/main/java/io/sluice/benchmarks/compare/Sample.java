package io.sluice.benchmarks.compare;

/**
 * What one window of one server showed. Times in microseconds; per message means per connection for churn.
 * Not-a-number where the regime does not measure it. User and system samples say how the CPU time splits: the load
 * generator's own samples, or the kernel's ticks where it may not take any. The lost share is of
 * datagrams that were given up, for each that was echoed.
 */
record Sample(
    double rate,
    double p50,
    double p99,
    double p999,
    double cpuPerMessage,
    double userSamples,
    double systemSamples,
    double serverBusy,
    double generatorBusy,
    double foreignShare,
    double syscallsPerMessage,
    double allocatedPerMessage,
    double lostShare) {

  static Sample of(FlatJson r, double foreignShare, double syscallsPerMessage, double allocatedPerMessage) {
    double messages = Math.max(1, r.number("messages"));
    double wall = r.number("wall_ns");
    String split = r.has("server_user_samples") ? "samples" : "ticks";
    return new Sample(
        r.number("rate"),
        r.number("p50_ns") / 1e3,
        r.number("p99_ns") / 1e3,
        r.number("p999_ns") / 1e3,
        r.number("server_cpu_ns") / messages / 1e3,
        r.number("server_user_" + split),
        r.number("server_system_" + split),
        r.number("server_cpu_ns") / wall,
        1 - r.number("generator_idle_ns") / wall,
        foreignShare,
        syscallsPerMessage,
        allocatedPerMessage,
        r.has("lost") ? r.number("lost") / messages : Double.NaN);
  }
}
