package io.sluice.internal.load;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Starts a JVM with the class path of this one. */
final class ChildJvm {
  private static final long LIMIT_SECONDS = 60;

  record Result(int exit, String output) {}

  private ChildJvm() {}

  /** A command line that prints how the engines stand. */
  static List<String> reportCommand(String... options) {
    return command(Report.class, options);
  }

  static List<String> command(Class<?> main, String... options) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(options));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    return command;
  }

  static Result run(List<String> command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new IOException("no end after " + LIMIT_SECONDS + " s: " + command + "\n" + output);
    }
    return new Result(process.exitValue(), output);
  }

  /** Prints the report of an automatic selection, and turns the engine once. */
  static final class Report {
    private Report() {}

    public static void main(String[] args) {
      Engines.Opened opened =
          Engines.openWithReport(Engines.select(null, null), io.sluice.internal.engine.EngineConfig.DEFAULTS);
      System.out.println("turn=" + opened.engine().enter(0));
      System.out.println(opened.selection().report());
      System.exit(opened.engine().destroy(true));
    }
  }
}
