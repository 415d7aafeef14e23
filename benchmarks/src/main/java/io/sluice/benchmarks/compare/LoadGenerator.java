package io.sluice.benchmarks.compare;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Runs the load generator against a server and reads its report. */
final class LoadGenerator {
  /** Called when the measured window begins and ends, while the load is on. */
  interface WindowListener {
    void begin() throws InterruptedException;

    void end() throws InterruptedException;
  }

  /** Some 2 kHz, and no multiple of any tick. */
  private static final String SAMPLE_MICROS = "499.979";

  private final Path program;
  private final int cpu;
  private final String engine;

  LoadGenerator(Path program, int cpu, String engine) {
    this.program = program;
    this.cpu = cpu;
    this.engine = engine;
  }

  String engine() {
    return engine;
  }

  /** Arguments of one timed run. {@code rate} 0: closed loop. */
  List<String> arguments(ServerProcess server, Workload w, double rate, double warmup, double measure, boolean counted) {
    List<String> a = new ArrayList<>(server.addressArguments());
    a.addAll(List.of("--name", server.spec().name(), "--mode", rate > 0 ? "open" : w.mode()));
    a.addAll(List.of("--connections", "" + w.connections(), "--size", "" + w.messageBytes(), "--depth", "" + w.depth()));
    a.addAll(List.of("--warmup", "" + warmup, "--measure", "" + measure, "--server-pid", "" + server.pid()));
    a.addAll(List.of("--engine", w.mode().equals("churn") ? "epoll" : engine));
    if (w.datagrams()) {
      a.add("--datagrams");
    }
    if (w.transport() == Workload.Transport.UDP_TRAINS) {
      a.add("--trains");
    }
    if (rate > 0) {
      a.addAll(List.of("--rate", String.format("%.0f", rate)));
    }
    a.addAll(counted ? List.of("--count-syscalls") : List.of("--sample-us", SAMPLE_MICROS));
    return a;
  }

  /** One run from start to report. */
  FlatJson run(List<String> arguments, WindowListener window) throws IOException, InterruptedException {
    Process process = start(arguments);
    try (BufferedReader in = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line; (line = in.readLine()) != null; ) {
        switch (line) {
          case "BEGIN" -> window.begin();
          case "END" -> window.end();
          default -> {
            if (line.startsWith("{")) {
              process.waitFor();
              return new FlatJson(line);
            }
          }
        }
      }
      throw failure(process);
    } finally {
      process.destroy();
    }
  }

  /** Idle connections: opened, each used once, then held until {@link #close}. */
  final class Held {
    private final Process process;

    Held(ServerProcess server, int connections) throws IOException, InterruptedException {
      List<String> a = new ArrayList<>(server.addressArguments());
      a.addAll(List.of("--name", server.spec().name(), "--mode", "idle", "--connections", "" + connections));
      process = start(a);
      String line = process.inputReader(StandardCharsets.UTF_8).readLine();
      if (!"HOLDING".equals(line)) {
        throw failure(process);
      }
    }

    void close() throws InterruptedException {
      try (OutputStream end = process.getOutputStream()) {
        end.flush();
      } catch (IOException e) {
        process.destroy();
      }
      process.waitFor();
    }
  }

  private Process start(List<String> arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(program.toString());
    command.addAll(arguments);
    if (cpu >= 0) {
      command.addAll(List.of("--cpu", Integer.toString(cpu)));
    }
    return new ProcessBuilder(command).start();
  }

  private static IOException failure(Process process) throws IOException, InterruptedException {
    String said = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8).trim();
    return new IOException("status " + process.waitFor() + ", " + (said.isEmpty() ? "no message" : said));
  }
}
