package packaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Sluice inside of another jar, its packages relocated by maven-shade-plugin. */
class ShadedIT {
  private static final long LIMIT_SECONDS = 60;
  private static final String SHADED = System.getProperty("packaging.shaded");
  private static final Path BASE_JAVA = Path.of(System.getProperty("java.home"), "bin", "java");

  private static String run(Path java, String classPath, String... options) throws Exception {
    List<String> command = new ArrayList<>(List.of(java.toString()));
    command.addAll(List.of(options));
    command.addAll(List.of("-cp", classPath, "packaging.OneEcho"));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS), output);
    assertEquals(0, process.exitValue(), output);
    return output;
  }

  private static void assertRelocated(String output, String binding) {
    assertTrue(output.contains("echo 42 by com.example.shaded.sluice.EventLoopGroup"), output);
    assertTrue(output.contains("binding=" + binding), output);
  }

  private static Path newerJava() throws Exception {
    Properties found = new Properties();
    Path findings = Path.of(System.getProperty("packaging.newer.jdk"));
    assumeTrue(Files.exists(findings), findings + " is not there");
    try (Reader in = Files.newBufferedReader(findings)) {
      found.load(in);
    }
    String java = found.getProperty("sluice.test.jvm2", "");
    assumeTrue(!java.isBlank() && Files.isExecutable(Path.of(java)), "no JDK 22 or later was found");
    return Path.of(java);
  }

  @Test
  void jniRegistersItsFunctionsInTheRelocatedClass() throws Exception {
    assertRelocated(run(BASE_JAVA, SHADED), "jni");
  }

  /** A name that was compiled in would have found the class that was not relocated. */
  @Test
  void anUnrelocatedCopyBesideItDoesNotDisturb() throws Exception {
    String classPath = SHADED + File.pathSeparator + System.getProperty("java.class.path");
    assertRelocated(run(BASE_JAVA, classPath), "jni");
  }

  @Test
  void onANewerJdkBothBindingsWork() throws Exception {
    Path java = newerJava();
    assertRelocated(run(java, SHADED, "--enable-native-access=ALL-UNNAMED"), "jni");
    assertRelocated(run(java, SHADED, "--enable-native-access=ALL-UNNAMED", "-Dsluice.binding=ffm"), "ffm");
  }
}
