package io.sluice.sctp;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.api.Await;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Assumptions;

/** A program with an SCTP stack that is not ours: its lines, and what it is told. {@code src/test/peers/README.md} lists both. */
final class OtherStack implements AutoCloseable {
  private static final String END = "end of output";
  private final Process process;
  private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
  private final List<String> seen = new ArrayList<>();
  /** The UDP port of the peer. */
  final int port;

  private OtherStack(Path program, String... arguments) {
    List<String> command = new ArrayList<>(List.of(program.toString()));
    command.addAll(List.of(arguments));
    try {
      process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread reader = new Thread(this::read, "output of " + program.getFileName());
    reader.setDaemon(true);
    reader.start();
    port = Integer.parseInt(expect("bound ").split(" ")[1]);
  }

  /** Skips the test with the reason where the program was not built; fails it where {@code sluice.test.peers=required}. */
  static OtherStack start(String name, String... arguments) {
    Path program = Path.of(System.getProperty("sluice.test.peers.dir", "target/peers"), name);
    boolean there = Files.isExecutable(program);
    String remedy = "there is no " + program + ": ci/sctp-interop installs what it takes and builds it";
    if (System.getProperty("sluice.test.peers", "").equals("required")) {
      assertTrue(there, remedy);
    }
    Assumptions.assumeTrue(there, remedy);
    return new OtherStack(program, arguments);
  }

  private void read() {
    try (BufferedReader r = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = r.readLine(); line != null; line = r.readLine()) {
        lines.add(line);
      }
    } catch (IOException e) {
      lines.add("failed " + e);
    }
    lines.add(END);
  }

  /** The next line that begins so; lines before it are kept for {@link #seen}. One that tells of a failure fails the test. */
  String expect(String prefix) {
    while (true) {
      String line = Await.next(lines);
      seen.add(line);
      if (line.startsWith(prefix)) {
        return line;
      }
      if (line.startsWith("failed") || line.equals(END)) {
        throw new AssertionError("instead of \"" + prefix + "\": " + seen);
      }
    }
  }

  /** Lines so far that begin so. */
  List<String> seen(String prefix) {
    return seen.stream().filter(l -> l.startsWith(prefix)).toList();
  }

  void tell(String command) {
    try {
      process.getOutputStream().write((command + "\n").getBytes(StandardCharsets.UTF_8));
      process.getOutputStream().flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Tells, and waits until it was done. */
  void make(String command) {
    tell(command);
    expect("done " + command.split(" ")[0]);
  }

  @Override
  public void close() {
    process.destroyForcibly();
    Await.value(process.onExit());
  }
}
