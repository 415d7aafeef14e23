package io.sluice.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.ConnectionHandler;
import io.sluice.EventLoopGroup;
import io.sluice.ListenOptions;
import io.sluice.Listener;
import io.sluice.LoopMetric;
import java.io.File;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Programs in a JVM of their own: without the optional parts, and what they print. */
class BareRuntimeIT {
  /** One echo, then a task that blocks for longer than a stall may last. */
  static final class Program {
    private Program() {}

    public static void main(String[] args) throws Exception {
      try (EventLoopGroup group =
          EventLoopGroup.builder().threads(1).stallThreshold(Duration.ofMillis(50)).build()) {
        ConnectionHandler echo = (c, data) -> c.send(data);
        Listener l =
            group.listen(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), ListenOptions.defaults(), c -> echo);
        l.ready().toCompletableFuture().join();
        try (Socket s = new Socket(InetAddress.getLoopbackAddress(), l.port())) {
          s.getOutputStream().write(5);
          System.out.println("echo " + s.getInputStream().read());
          s.setSoLinger(true, 0);
        }
        Await.until("the reset is counted", () -> group.stats().unexpectedCloses() == 1);
        for (int i = 1; i <= 2; i++) {
          stall(group, i);
        }
        System.out.println("stalls " + group.stats().value(LoopMetric.STALLS));
      }
    }

    private static void stall(EventLoopGroup group, int n) {
      long turns = group.stats().value(LoopMetric.TURNS);
      Await.on(
          group.loops().get(0),
          () -> {
            Await.until("the stall is seen", () -> group.stats().value(LoopMetric.STALLS) == n);
            return null;
          });
      Await.until("the turn is over", () -> group.stats().value(LoopMetric.TURNS) > turns);
    }
  }

  private static String run(String classPath, String... options) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(options));
    command.addAll(List.of("-cp", classPath, Program.class.getName()));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(Await.LIMIT_SECONDS, TimeUnit.SECONDS), output);
    assertEquals(0, process.exitValue(), output);
    return output;
  }

  private static String classPathWithout(String... parts) {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .filter(entry -> Arrays.stream(parts).noneMatch(entry::contains))
        .collect(Collectors.joining(File.pathSeparator));
  }

  @Test
  void withoutMicrometerJmxAndTheFlightRecorderEverythingElseWorks() throws Exception {
    String output =
        run(classPathWithout("micrometer", "jna", "junit"), "--limit-modules", "java.base,java.logging");
    assertTrue(output.contains("echo 5"), output);
    assertTrue(output.contains("stalls 2"), output);
  }

  @Test
  void aStallIsOneLineWithTheStackAndAResetIsNone() throws Exception {
    String output = run(classPathWithout());
    assertEquals(1, output.split("an event loop is stalled", -1).length - 1, output);
    assertTrue(output.contains("group 1, loop 0 has been in a callback or task for "), output);
    assertTrue(output.contains("where thread sluice-1-0 is"), output);
    assertTrue(output.contains("io.sluice.api.Await.until("), output);
    assertTrue(output.contains("stalls 2"), "the second one in ten seconds is counted, not logged: " + output);
    assertFalse(output.contains("reset"), output);
  }
}
