package io.sluice.sctp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.EventLoopGroup;
import io.sluice.api.Await;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where there is no SCTP, one sentence says why, and everything else runs. Each case in a JVM of its own. */
class SctpAvailabilityIT {
  /** Prints what is available, how over() answers, and the report; then that the group works all the same. */
  static final class Child {
    private Child() {}

    public static void main(String[] args) {
      EventLoopGroup group = EventLoopGroup.builder().threads(1).build();
      System.out.println("before: " + candidate(group));
      System.out.println("availability: " + SctpTransport.availability(SctpBackend.UDP));
      try {
        System.out.println("over: " + SctpTransport.over(group));
      } catch (SctpUnavailableException e) {
        System.out.println("over: " + e.getMessage());
      }
      System.out.println("after: " + candidate(group));
      System.out.println("loop: " + Await.on(group.loops().get(0), () -> "alive"));
      group.close();
    }

    private static String candidate(EventLoopGroup group) {
      return group.report().candidates().stream().filter(c -> c.type().equals("sctp")).findFirst().toString();
    }
  }

  private static String run(String... options) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(options));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Child.class.getName()));
    Process p = new ProcessBuilder(command).redirectErrorStream(true).start();
    p.getOutputStream().close();
    String output = new String(p.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(p.waitFor(Await.LIMIT_SECONDS, TimeUnit.SECONDS));
    assertEquals(0, p.exitValue(), output);
    assertTrue(output.contains("loop: alive"), output);
    return output;
  }

  private static void unavailable(String output, String why) {
    assertTrue(output.contains("availability: SCTP over UDP unavailable, because "), output);
    assertTrue(output.contains("over: SCTP over UDP unavailable, because "), output);
    for (String line : output.lines().filter(l -> l.startsWith("availability") || l.startsWith("over:")).toList()) {
      assertTrue(line.contains(why), output);
    }
  }

  @Test
  void nativeCodeSwitchedOff() throws Exception {
    unavailable(run("-Dsluice.native=false"), "switched off by -Dsluice.native=false");
  }

  @Test
  void aLibraryThatIsNotThere() throws Exception {
    unavailable(run("-Dsluice.sctp.library=/nowhere/libusrsctp.so.2"), "/nowhere/libusrsctp.so.2 cannot be read");
    unavailable(run("-Dsluice.sctp.library=/dev/zero"), "/dev/zero cannot be read");
  }

  @Test
  void aLibraryThatIsNone(@TempDir Path folder) throws Exception {
    Path text = Files.writeString(folder.resolve("libusrsctp.so.2"), "no library");
    String output = run("-Dsluice.sctp.library=" + text);
    unavailable(output, text.toString());
    assertTrue(output.lines().anyMatch(l -> l.startsWith("after: ") && l.contains("usable=false")), output);
  }

  @Test
  void whereItIsThereTheReportSaysSoOnceItWasTried() throws Exception {
    String output = run();
    org.junit.jupiter.api.Assumptions.assumeTrue(output.contains("availability: SCTP over UDP available"), output);
    assertTrue(output.contains("before: ") && output.contains("nobody has asked for it yet"), output);
    assertTrue(output.lines().anyMatch(l -> l.startsWith("after: ") && l.contains("chosen=true")), output);
  }
}
