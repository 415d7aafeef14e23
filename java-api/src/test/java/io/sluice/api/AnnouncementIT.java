package io.sluice.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sluice.EventLoopGroup;
import io.sluice.internal.load.Platform;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What a process that uses Sluice logs when it starts: one line. */
class AnnouncementIT {
  /** Two groups; the second has nothing new to say. */
  static final class Program {
    private Program() {}

    public static void main(String[] args) {
      for (int i = 0; i < 2; i++) {
        try (EventLoopGroup group = EventLoopGroup.builder().threads(1).build()) {
          System.out.println("engine=" + group.report().engine());
        }
      }
    }
  }

  private static List<String> linesOfSluice(String classPath) throws Exception {
    List<String> command =
        List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp", classPath, Program.class.getName());
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(Await.LIMIT_SECONDS, TimeUnit.SECONDS), output);
    assertEquals(0, process.exitValue(), output);
    return output.lines().filter(line -> line.contains("Sluice ")).toList();
  }

  private static String classPathWithout(String part) {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .filter(entry -> !Path.of(entry).getFileName().toString().contains(part))
        .collect(Collectors.joining(File.pathSeparator));
  }

  @Test
  void withTheNativeJarItNamesEngineAndBinding() throws Exception {
    String classPath = System.getProperty("java.class.path");
    assumeTrue(classPath.contains("sluice-native"), "no native jar on the class path");
    List<String> lines = linesOfSluice(classPath);
    assertEquals(1, lines.size(), lines::toString);
    assertTrue(lines.get(0).matches("INFO: Sluice \\S+: engine (io_uring|epoll|kqueue), binding jni\\..*"), lines::toString);
  }

  @Test
  void withoutItTheLineSaysWhichArtifactToAdd() throws Exception {
    List<String> lines = linesOfSluice(classPathWithout("sluice-native"));
    assertEquals(1, lines.size(), lines::toString);
    String classifier = Platform.current().classifier();
    String expected =
        ": engine nio\\. Not .*: no native library for " + classifier
            + " on the class path; add io\\.sluice:sluice-native:\\S+ with the classifier " + classifier + "\\.";
    assertTrue(lines.get(0).matches("INFO: Sluice \\S+" + expected), lines::toString);
  }
}
