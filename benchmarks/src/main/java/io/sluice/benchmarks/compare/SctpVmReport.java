package io.sluice.benchmarks.compare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.DoubleStream;

/**
 * Makes {@code sctp-vm.md} of what the virtual machine of {@code ci/bench sctp-vm} printed ({@code ci/lib/guest-sctp-bench.sh} says
 * what that is). Arguments: {@code LOG REPORT FACT...}; the facts go into the report's head.
 */
public final class SctpVmReport {
  private static final String FLOOR = "c-epoll";
  private static final String JDK = "jdk";
  private static final String SETUP = "Set up";

  /** What one server did under one load: a window for each round, and one more in which its system calls were counted. */
  private static final class Cell {
    private final List<FlatJson> windows = new ArrayList<>();
    private FlatJson counted;

    double best(Figure figure) {
      DoubleStream all = windows.stream().mapToDouble(w -> w.number(figure.member));
      return (figure.more ? all.max() : all.min()).orElse(Double.NaN);
    }

    double ratio(Cell other, Figure figure) {
      return best(figure) / other.best(figure);
    }
  }

  /** What is compared, and whether more of it is better. */
  private enum Figure {
    RATE("rate", true),
    ROUND_TRIP("p50_us", false),
    CPU("cpu_us", false);

    private final String member;
    private final boolean more;

    Figure(String member, boolean more) {
      this.member = member;
      this.more = more;
    }
  }

  private final Map<String, Map<String, Cell>> loads = new LinkedHashMap<>();
  private String kernel = "";

  private SctpVmReport() {}

  public static void main(String[] args) throws IOException {
    if (args.length < 2) {
      System.err.println("usage: SctpVmReport LOG REPORT FACT...");
      System.exit(2);
    }
    String text = of(Files.readAllLines(Path.of(args[0])), List.of(args).subList(2, args.length));
    Files.writeString(Path.of(args[1]), text);
    System.out.println(text);
    System.out.println("written: " + args[1]);
  }

  static String of(List<String> log, List<String> facts) {
    SctpVmReport report = new SctpVmReport();
    log.forEach(report::read);
    report.check();
    return report.text(facts);
  }

  /** A table without the JDK, the floor or a count would be no comparison: better none. */
  private void check() {
    if (loads.isEmpty()) {
      throw new IllegalStateException("the log has no windows");
    }
    loads.forEach((title, cells) -> {
      for (String name : List.of(FLOOR, JDK)) {
        if (!cells.containsKey(name)) {
          throw new IllegalStateException("the log has no windows of \"" + name + "\" under the load \"" + title + "\"");
        }
      }
      cells.forEach((name, cell) -> {
        if (cell.counted == null || cell.windows.isEmpty()) {
          throw new IllegalStateException("the log is not complete for \"" + name + "\" under the load \"" + title + "\"");
        }
      });
    });
  }

  private void read(String line) {
    String[] fields = line.split("\\|", 5);
    int begin = line.indexOf("GUEST-BEGIN "); // behind what the firmware wrote
    if (begin >= 0) {
      kernel = line.substring(begin).split(" ")[1];
    } else if (fields.length == 5 && (fields[0].equals("WINDOW") || fields[0].equals("SYSCALLS"))) {
      Cell cell = loads.computeIfAbsent(fields[1], x -> new LinkedHashMap<>()).computeIfAbsent(fields[3], x -> new Cell());
      if (fields[0].equals("SYSCALLS")) {
        cell.counted = new FlatJson(fields[4]);
      } else {
        cell.windows.add(new FlatJson(fields[4]));
      }
    }
  }

  private String text(List<String> facts) {
    int rounds = loads.values().stream().flatMap(cells -> cells.values().stream()).mapToInt(c -> c.windows.size()).max().orElse(0);
    StringBuilder s = new StringBuilder("# SCTP of the kernel, beside the JDK's SCTP\n\n"
        + "Regenerate with `ci/bench sctp-vm`. Echo servers with one loop thread in a virtual machine whose kernel has SCTP, all with the "
        + "same load generator in C.\n\n"
        + "**Only ratios mean something here.** The machine is emulated by a translator. It has one processor, which server, load generator "
        + "and kernel share, and its clock counts instructions, a nanosecond each: `k instr` are thousands of instructions that "
        + "the server took for each round trip, in user mode and in the kernel, without the threads of a JVM's compilers, which are still "
        + "at work after so few messages; rates are those of a processor that does one instruction a nanosecond. `p50` is the time of a "
        + "round trip, or from connect to the echo, in microseconds of that clock. No instruction is dearer than another for it: there are no cache misses, no mispredicted "
        + "branches, and entering the kernel costs what its instructions count, which on a CPU is the least part of it. In return nothing "
        + "that the host does meanwhile changes a figure. Compare `k instr`: rates and p50 also hold what the compilers of all JVMs took, "
        + "which share the processor, and waiting for the kernel's ticks of 4 ms; the first table was measured while compilers were busiest.\n\n");
    s.append("- Kernel of the virtual machine: Linux ").append(kernel).append('\n');
    facts.forEach(fact -> s.append("- ").append(fact).append('\n'));
    s.append("- Figures are the best of ").append(rounds).append(" windows each, in rounds whose order rotates: all that disturbs here are the "
        + "compilers of the JVMs, which make a window worse and never better. In ratios, round trips above 1 are more, instructions below 1 "
        + "are less. System calls are counted in a window of their own\n");
    loads.forEach((title, cells) -> table(s, title, cells));
    return s.toString();
  }

  private static void table(StringBuilder s, String title, Map<String, Cell> cells) {
    boolean setup = title.startsWith(SETUP);
    s.append("\n## ").append(title).append("\n\n| server | ").append(setup ? "associations/s" : "round trips/s")
        .append(" | x jdk | x C | p50 us | k instr | x jdk | x C | system calls |\n|---|---:|---:|---:|---:|---:|---:|---:|---:|\n");
    // The floor and the JDK first, whichever server the first round began with.
    List<String> names = new ArrayList<>(List.of(FLOOR, JDK));
    cells.keySet().stream().filter(name -> !names.contains(name)).sorted().forEach(names::add);
    for (String name : names) {
      Cell own = cells.get(name);
      s.append(String.format(Locale.ROOT, "| %s | %,.0f | %.2f | %.2f | %.1f | %.2f | %.2f | %.2f | %.2f |%n", name,
          own.best(Figure.RATE), own.ratio(cells.get(JDK), Figure.RATE), own.ratio(cells.get(FLOOR), Figure.RATE), own.best(Figure.ROUND_TRIP),
          own.best(Figure.CPU), own.ratio(cells.get(JDK), Figure.CPU), own.ratio(cells.get(FLOOR), Figure.CPU),
          own.counted.number("syscalls")));
    }
  }
}
