package io.sluice.benchmarks.compare;

import java.io.IOException;
import java.util.List;

/** Counts system calls and allocated bytes per message, in runs whose times are not used. */
final class Counter {
  record Counted(Sample sample, FlatJson report) {}

  static final LoadGenerator.WindowListener NO_QUESTIONS = new LoadGenerator.WindowListener() {
    @Override
    public void begin() {}

    @Override
    public void end() {}
  };

  private final Plan plan;
  private final LoadGenerator load;
  private String method = "tracepoint raw_syscalls:sys_enter, read by the load generator around the window";

  Counter(Plan plan, LoadGenerator load) {
    this.plan = plan;
    this.load = load;
  }

  String method() {
    return method;
  }

  Counted count(Workload workload, ServerProcess server) throws IOException, InterruptedException {
    List<String> arguments = load.arguments(server, workload, 0, plan.settleSeconds(), plan.countSeconds(), true);
    Allocations allocations = new Allocations(server);
    FlatJson report = load.run(arguments, server.spec().jvm() ? allocations : NO_QUESTIONS);
    double syscalls = report.has("server_syscalls")
        ? report.number("server_syscalls") / Math.max(1, report.number("messages"))
        : traced(arguments, server);
    double allocated = server.spec().jvm() ? allocations.perMessage(report) : Double.NaN;
    return new Counted(Sample.of(report, 0, syscalls, allocated), report);
  }

  /** The whole run under strace, opening and closing of the connections included. */
  private double traced(List<String> arguments, ServerProcess server) throws IOException, InterruptedException {
    method = "strace -c -f, around whole runs";
    SyscallTrace trace = SyscallTrace.attach(server.pid());
    double messages = load.run(arguments, NO_QUESTIONS).number("all_messages");
    return trace.detach() / Math.max(1, messages);
  }

  private static final class Allocations implements LoadGenerator.WindowListener {
    private final ServerProcess server;
    private long atBegin;
    private long atEnd;

    Allocations(ServerProcess server) {
      this.server = server;
    }

    @Override
    public void begin() throws InterruptedException {
      atBegin = server.ask("allocated");
    }

    @Override
    public void end() throws InterruptedException {
      atEnd = server.ask("allocated");
    }

    double perMessage(FlatJson report) {
      return (atEnd - atBegin) / Math.max(1, report.number("messages"));
    }
  }
}
