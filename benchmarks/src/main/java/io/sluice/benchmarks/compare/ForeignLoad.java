package io.sluice.benchmarks.compare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * How much of the machine neither the server nor the generator used: other processes, and time stolen by a hypervisor.
 * A window with much of it says little about the server, so the session measures it again.
 */
final class ForeignLoad {
  /** USER_HZ: the unit of /proc/stat, the same on every Linux architecture that Java runs on. */
  private static final double TICKS_PER_SECOND = 100;

  /** Columns of the cpu line, proc(5): user nice system idle iowait irq softirq steal guest guest_nice. */
  private static final int IDLE = 3, IOWAIT = 4, STEAL = 7;

  private long beginTicks;
  private long endTicks;

  void begin() {
    beginTicks = busyTicks();
  }

  void end() {
    endTicks = busyTicks();
  }

  /** Foreign CPU time as a share of the window's wall time (of one core). */
  double share(FlatJson report) {
    double busySeconds = (endTicks - beginTicks) / TICKS_PER_SECOND;
    double ownSeconds = (report.number("server_cpu_ns") + report.number("generator_cpu_ns")) / 1e9;
    return Math.max(0, busySeconds - ownSeconds) / (report.number("wall_ns") / 1e9);
  }

  private static long busyTicks() {
    try {
      String line = Files.readAllLines(Path.of("/proc/stat")).get(0);
      String[] columns = line.substring(line.indexOf(' ')).trim().split("\\s+");
      long sum = 0;
      for (int i = 0; i <= STEAL; i++) {
        sum += i == IDLE || i == IOWAIT ? 0 : Long.parseLong(columns[i]);
      }
      return sum;
    } catch (IOException e) {
      throw new java.io.UncheckedIOException("/proc/stat", e);
    }
  }
}
