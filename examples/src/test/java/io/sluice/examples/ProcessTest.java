package io.sluice.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The programs as a shell sees them: standard output, exit codes, signals. */
class ProcessTest {
  private static final int EXIT_BY_SIGTERM = 128 + 15;
  private static final int PATIENCE_SECONDS = 30;

  @Test
  void theEchoServerPrintsOneLineServesAndEndsOnSigterm() throws Exception {
    Process process = program("EchoServer", "--port", "0", "--engine", "nio", "--threads", "2").start();
    try (BufferedReader out = new BufferedReader(new InputStreamReader(process.getInputStream()))) {
      String line = out.readLine();
      Matcher matcher = Pattern.compile("listening on (\\d+) engine=nio binding=none").matcher(String.valueOf(line));
      assertTrue(matcher.matches(), line);
      // Nobody's standard input is no reason to end.
      process.getOutputStream().close();
      EchoClients.Totals totals = EchoClients.run(Integer.parseInt(matcher.group(1)), 4, 50_000);
      assertEquals(List.of(), totals.faults());

      // Not Process.destroy(): that one also closes the stream still to be read.
      assertTrue(process.toHandle().destroy());
      assertTrue(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS), "still running after SIGTERM");
      assertEquals(EXIT_BY_SIGTERM, process.exitValue());
      assertNull(out.readLine(), "more than one line was printed");
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void badArgumentsEndWithTwoAndAMessage() throws Exception {
    Process process = program("EchoServer", "--port", "70000").redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes());
    assertEquals(Arguments.EXIT_BAD_ARGUMENTS, process.waitFor());
    assertTrue(output.startsWith("EchoServer: --port 70000 is not a whole number within 0 to 65535"), output);
  }

  private static ProcessBuilder program(String name, String... arguments) {
    return program(List.of(), name, arguments);
  }

  static ProcessBuilder program(List<String> jvmOptions, String name, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-XX:TieredStopAtLevel=1");
    command.addAll(jvmOptions);
    command.add("-cp");
    command.add(System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
    command.add("io.sluice.examples." + name);
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command);
  }
}
