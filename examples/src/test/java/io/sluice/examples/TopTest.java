package io.sluice.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The live view of another process. */
class TopTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private int top(boolean terminal, String... arguments) throws InterruptedException {
    return Top.run(arguments, new PrintStream(out), new PrintStream(err), terminal);
  }

  /** A server in a process of its own, and the port it listens on. */
  private record Running(Process process, int port) implements AutoCloseable {
    static Running start(String... jvmOptions) throws Exception {
      Process process =
          ProcessTest.program(List.of(jvmOptions), "EchoServer", "--port", "0", "--engine", "nio", "--threads", "2").start();
      String line = new BufferedReader(new InputStreamReader(process.getInputStream())).readLine();
      Matcher port = Pattern.compile("listening on (\\d+) .*").matcher(String.valueOf(line));
      assertTrue(port.matches(), line);
      return new Running(process, Integer.parseInt(port.group(1)));
    }

    String pid() {
      return Long.toString(process.pid());
    }

    @Override
    public void close() throws InterruptedException {
      process.destroyForcibly().waitFor();
    }
  }

  @Test
  void itShowsTheLoopsOfARunningServer() throws Exception {
    try (Running server = Running.start()) {
      assertEquals(List.of(), EchoClients.run(server.port(), 4, 50_000).faults());
      assertEquals(0, top(false, "--pid", server.pid(), "--count", "2", "--interval", "20"), err::toString);
    }
    String text = out.toString();
    String[] lines = text.split(System.lineSeparator());
    assertEquals(2 * 6, lines.length + 1, text); // The last line of a frame is empty.
    for (int frame : new int[] {0, 6}) {
      assertTrue(lines[frame].matches("pid \\d+, group 1, nio/none, up [\\d.]+ s, rates over [\\d.]+ s"), lines[frame]);
      assertTrue(lines[frame + 1].contains("conns"), text);
      assertTrue(lines[frame + 2].startsWith("     0 ") && lines[frame + 3].startsWith("     1 "), text);
      assertTrue(lines[frame + 4].startsWith("closed: PEER_CLOSE 4"), text);
    }
    assertTrue(lines[4].contains("/s)"), "the first frame shows averages since the start: " + lines[4]);
    assertFalse(text.contains("\033"), "no terminal, no escape sequences");
  }

  @Test
  void onATerminalEveryFrameReplacesTheLastOne() throws Exception {
    try (Running server = Running.start()) {
      assertEquals(0, top(true, "--pid", server.pid(), "--count", "2", "--interval", "10"), err::toString);
    }
    assertEquals(2, out.toString().split("\033\\[H\033\\[2J", -1).length - 1);
  }

  @Test
  void aProcessWithoutSluiceIsAClearError() throws Exception {
    try (Running hidden = Running.start("-Dsluice.jmx=false")) {
      assertEquals(Arguments.EXIT_FAILED, top(false, "--pid", hidden.pid()));
      assertTrue(
          err.toString().startsWith(
              "Top: process " + hidden.pid() + " is a JVM without an open Sluice event loop group"), err::toString);
    }
  }

  @Test
  void aProcessThatIsNotThereIsAClearError() throws Exception {
    Process gone = ProcessTest.program(List.of(), "EchoServer", "--port", "-1").start();
    gone.waitFor();
    assertEquals(Arguments.EXIT_FAILED, top(false, "--pid", Long.toString(gone.pid())));
    assertTrue(err.toString().startsWith("Top: cannot attach to process " + gone.pid() + ": "), err::toString);
  }

  @Test
  void badArgumentsAreNamed() throws Exception {
    assertEquals(Arguments.EXIT_BAD_ARGUMENTS, top(false));
    assertTrue(err.toString().startsWith("Top: --pid is missing"), err::toString);
    err.reset();
    assertEquals(Arguments.EXIT_BAD_ARGUMENTS, top(false, "--pid", "0"));
    assertTrue(err.toString().startsWith("Top: --pid 0 is not a whole number within 1 to "), err::toString);
  }

  @Test
  void numbersAreShort() {
    assertEquals("0", TopView.number(0));
    assertEquals("0.5", TopView.number(0.5));
    assertEquals("9999", TopView.number(9999));
    assertEquals("10k", TopView.number(10_000));
    assertEquals("12.3k", TopView.number(12_300));
    assertEquals("20M", TopView.number(20_000_000));
  }
}
