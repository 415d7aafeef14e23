package io.sluice.benchmarks.compare;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The JVM that the servers run on.
 *
 * @param java    its launcher
 * @param feature 17, 25, ...
 * @param runtime what it says about its build
 */
record Jdk(Path java, int feature, String runtime) {
  private static final Pattern VERSION = Pattern.compile("version \"(\\d+)");

  static Jdk of(Path java) throws IOException {
    Process process = new ProcessBuilder(java.toString(), "-version").redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    Matcher version = VERSION.matcher(said);
    if (!version.find()) {
      throw new IOException(java + " -version says no version: " + said.trim());
    }
    String[] lines = said.split("\n");
    return new Jdk(java, Integer.parseInt(version.group(1)), lines[Math.min(1, lines.length - 1)].trim());
  }
}
