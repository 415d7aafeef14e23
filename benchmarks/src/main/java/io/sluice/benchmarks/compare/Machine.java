package io.sluice.benchmarks.compare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;

/** A description of where the figures come from, as lines of a Markdown list. */
public final class Machine {
  private Machine() {}

  static List<String> describe(Jdk jdk, List<String> jvmFlags, LoadGenerator load, int serverCpu, int loadCpu) {
    List<String> lines = new ArrayList<>(host());
    lines.add("Servers' JDK: " + jdk.runtime() + "; flags `" + String.join(" ", jvmFlags) + "`");
    lines.add("netty: " + nettyVersion());
    lines.add(serverCpu < 0 ? "One core only: server and load share it"
        : "Server pinned to core " + serverCpu
            + ", load generator (" + load.engine() + ", polling) to core " + loadCpu);
    return lines;
  }

  /** The machine alone: what holds for whatever is measured on it. */
  public static List<String> host() {
    return List.of(
        "Date: " + LocalDate.now(),
        "CPU: " + field("/proc/cpuinfo", "model name") + ", " + Runtime.getRuntime().availableProcessors() + " cores"
            + (field("/proc/cpuinfo", "flags").contains("hypervisor") ? ", virtual machine" : ""),
        "Memory: " + field("/proc/meminfo", "MemTotal"),
        "Kernel: " + System.getProperty("os.name") + " " + System.getProperty("os.version"));
  }

  private static String field(String file, String name) {
    try {
      return Files.readAllLines(Path.of(file)).stream().filter(l -> l.startsWith(name)).findFirst()
          .map(l -> l.substring(l.indexOf(':') + 1).trim()).orElse("unknown");
    } catch (IOException e) {
      return "unknown (" + e.getMessage() + ")";
    }
  }

  private static String nettyVersion() {
    var version = io.netty.util.Version.identify().get("netty-transport");
    return version == null ? "unknown" : version.artifactVersion();
  }
}
