package io.sluice.benchmarks.compare;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;

/** The comparison as a program; {@code ci/bench} starts it. */
public final class Compare {
  private Compare() {}

  public static void main(String[] args) throws IOException, InterruptedException {
    CompareOptions options;
    try {
      options = CompareOptions.parse(args);
    } catch (IllegalArgumentException e) {
      System.err.println(e.getMessage());
      System.err.print(CompareOptions.USAGE);
      System.exit(2);
      return;
    }
    // However this program ends, no server stays behind.
    Runtime.getRuntime().addShutdownHook(
        new Thread(() -> ProcessHandle.current().descendants().forEach(ProcessHandle::destroy)));
    run(options);
  }

  private static void run(CompareOptions options) throws IOException, InterruptedException {
    Plan plan = options.plan();
    Jdk jdk = Jdk.of(options.java());
    ServerCatalogue catalogue =
        new ServerCatalogue(options.nativePrograms(), jdk, System.getProperty("java.class.path"));
    List<ServerSpec> servers = catalogue.all().stream().filter(plan::includes).toList();
    boolean twoCores = Runtime.getRuntime().availableProcessors() >= 2;
    int serverCpu = twoCores ? 0 : -1;
    int loadCpu = twoCores ? 1 : -1;
    LoadGenerator load = new LoadGenerator(catalogue.loadGenerator(), loadCpu, options.generatorEngine());
    Files.createDirectories(options.out());
    try (PrintStream raw = new PrintStream(
        Files.newOutputStream(options.out().resolve(plan.name() + ".jsonl")), false, StandardCharsets.UTF_8)) {
      Results results = new Results();
      Session session = new Session(plan, load, servers, options.scratch(), raw, serverCpu, results);
      session.run();
      List<Targets.Line> targets = plan.brief() ? List.of() : new Targets(results, servers, plan).check();
      String report = new MarkdownReport(results, servers, plan, "Server comparison (" + plan.name() + ")", plan.name())
          .write(Machine.describe(jdk, catalogue.jvmFlags(), load, serverCpu, loadCpu), session.countingMethod(), targets);
      Files.writeString(options.out().resolve(plan.name() + ".md"), report);
      String chart = new SvgChart(results, servers).draw(plan.workloads());
      Files.writeString(options.out().resolve(plan.name() + ".svg"), chart);
      System.out.println(report);
    }
    System.out.println("written: " + options.out().resolve(plan.name()) + ".{md,svg,jsonl}");
  }
}
