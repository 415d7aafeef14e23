package io.sluice.benchmarks.compare;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A running server: pinned, ready, with an address and a process id. Closing it ends the process. */
final class ServerProcess implements AutoCloseable {
  private static final long READY_TIMEOUT_SECONDS = 30;
  private static final long ANSWER_TIMEOUT_SECONDS = 30;
  private static final String END_OF_OUTPUT = "\0end";

  private final ServerSpec spec;
  private final Process process;
  private final Writer questions;
  private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
  private final String where;
  private final boolean unix;
  private final String readiness;

  private ServerProcess(ServerSpec spec, Process process, boolean unix, Path log) throws IOException, InterruptedException {
    this.spec = spec;
    this.process = process;
    this.unix = unix;
    this.questions = process.outputWriter(StandardCharsets.US_ASCII);
    Thread reader = new Thread(this::readLines, "output of " + spec.name());
    reader.setDaemon(true);
    reader.start();
    this.readiness = awaitReadiness(log);
    this.where = readiness.split(" ")[2];
  }

  /** Starts a server on {@code cpu} (negative: unpinned) and waits until it listens. */
  static ServerProcess start(ServerSpec spec, int cpu, boolean unix, Path directory) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    if (cpu >= 0) {
      command.addAll(List.of("taskset", "-c", Integer.toString(cpu)));
    }
    command.addAll(spec.commandFor(unix, directory.resolve(spec.name() + ".sock").toString()));
    Path log = directory.resolve(spec.name() + (unix ? "-unix" : "-tcp") + ".log");
    Process process = new ProcessBuilder(command).redirectError(log.toFile()).start();
    try {
      return new ServerProcess(spec, process, unix, log);
    } catch (IOException | InterruptedException | RuntimeException e) {
      process.destroyForcibly();
      throw e;
    }
  }

  private void readLines() {
    try (BufferedReader in = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line; (line = in.readLine()) != null; ) {
        lines.add(line);
      }
    } catch (IOException e) {
      lines.add("output unreadable: " + e.getMessage());
    }
    lines.add(END_OF_OUTPUT);
  }

  private String awaitReadiness(Path log) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(READY_TIMEOUT_SECONDS);
    while (true) {
      String line = lines.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
      if (line != null && line.startsWith("listening on ")) {
        return line;
      }
      if (line == null || line.equals(END_OF_OUTPUT)) {
        String what = line == null ? "did not listen within " + READY_TIMEOUT_SECONDS + " s" : "ended at start";
        throw new IOException(spec.name() + " " + what + ": " + lastWords(log));
      }
    }
  }

  /** The line of the log that says most: an exception's message where there is one, else the last line. */
  private static String lastWords(Path log) throws IOException {
    List<String> said = Files.readAllLines(log);
    return said.stream().filter(l -> l.contains("Exception") || l.contains("Error")).findFirst()
        .orElse(said.isEmpty() ? "it said nothing" : said.get(said.size() - 1));
  }

  /** One question of ServerConsole, answered with a number. */
  synchronized long ask(String question) throws InterruptedException {
    try {
      questions.write(question + "\n");
      questions.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(spec.name() + " does not listen to questions any more", e);
    }
    String answer = lines.poll(ANSWER_TIMEOUT_SECONDS, TimeUnit.SECONDS);
    if (answer == null || answer.equals(END_OF_OUTPUT)) {
      throw new IllegalStateException(spec.name() + " gave no answer to \"" + question + "\"");
    }
    return Long.parseLong(answer);
  }

  /** Proportional resident memory from /proc/PID/smaps_rollup, in bytes. */
  long residentBytes() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc", Long.toString(pid()), "smaps_rollup"))) {
      if (line.startsWith("Pss:")) {
        return Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024;
      }
    }
    throw new IOException("no Pss line in /proc/" + pid() + "/smaps_rollup");
  }

  List<String> addressArguments() {
    return List.of(unix ? "--unix" : "--port", where);
  }

  ServerSpec spec() {
    return spec;
  }

  String readiness() {
    return readiness;
  }

  /** Of all its processes, the first one in front. */
  List<Long> pids() {
    List<Long> all = new ArrayList<>(List.of(pid()));
    process.children().forEach(child -> all.add(child.pid()));
    return all;
  }

  long pid() {
    return process.pid();
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(5, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
