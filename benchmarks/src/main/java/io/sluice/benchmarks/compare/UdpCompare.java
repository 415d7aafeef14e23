package io.sluice.benchmarks.compare;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Echo servers of UDP: Sluice beside netty and plain C. Writes {@code udp.md}, {@code udp.svg} and {@code udp.jsonl}.
 *
 * <p>Arguments: {@code quick|full}, then the options of {@link Compare}. Servers that take trains of datagrams have their socket
 * set up for it, so they are started anew for that workload.
 */
public final class UdpCompare {
  private static final int FFM_SINCE = 22;

  private UdpCompare() {}

  public static void main(String[] args) throws IOException, InterruptedException {
    CompareOptions options;
    try {
      if (args.length == 0) {
        throw new IllegalArgumentException("the plan is missing: quick or full");
      }
      options = CompareOptions.parse(Plan.udp(args[0]), args);
    } catch (IllegalArgumentException e) {
      System.err.println(e.getMessage());
      System.err.print(CompareOptions.USAGE);
      System.exit(2);
      return;
    }
    Runtime.getRuntime().addShutdownHook(
        new Thread(() -> ProcessHandle.current().descendants().forEach(ProcessHandle::destroy)));
    run(options, args[0]);
  }

  private static void run(CompareOptions options, String planName) throws IOException, InterruptedException {
    Plan plan = options.plan();
    Jdk jdk = Jdk.of(options.java());
    ServerCatalogue catalogue =
        new ServerCatalogue(options.nativePrograms(), jdk, System.getProperty("java.class.path"));
    boolean twoCores = Runtime.getRuntime().availableProcessors() >= 2;
    int serverCpu = twoCores ? 0 : -1;
    int loadCpu = twoCores ? 1 : -1;
    LoadGenerator load = new LoadGenerator(catalogue.loadGenerator(), loadCpu, "io_uring");
    Results results = new Results();
    Path report = Files.createDirectories(options.out()).resolve("udp.md");
    try (PrintStream raw = new PrintStream(
        Files.newOutputStream(options.out().resolve("udp.jsonl")), false, StandardCharsets.UTF_8)) {
      String counting = "";
      for (boolean trains : new boolean[] {false, true}) {
        List<Workload> workloads = plan.workloads().stream()
            .filter(w -> (w.transport() == Workload.Transport.UDP_TRAINS) == trains).toList();
        List<ServerSpec> servers = servers(catalogue, plan, jdk, trains);
        if (!workloads.isEmpty()) {
          Session session =
              new Session(plan.withWorkloads(workloads), load, servers, options.scratch(), raw, serverCpu, results);
          session.run();
          counting = session.countingMethod();
        }
      }
      List<ServerSpec> servers = servers(catalogue, plan, jdk, false);
      String text = new MarkdownReport(results, servers, plan, "UDP", "udp " + planName).write(
          Machine.describe(jdk, catalogue.jvmFlags(), load, serverCpu, loadCpu), counting,
          new Targets(results, servers, plan).checkUdp());
      Files.writeString(report, text);
      Files.writeString(options.out().resolve("udp.svg"), new SvgChart(results, servers).draw(plan.workloads()));
      System.out.println(text);
    }
    System.out.println("written: " + report);
  }

  private static List<ServerSpec> servers(ServerCatalogue catalogue, Plan plan, Jdk jdk, boolean trains) {
    return catalogue.udp(trains).stream().filter(plan::includes)
        .filter(s -> jdk.feature() >= FFM_SINCE || !s.name().endsWith("-ffm")).toList();
  }
}
