package io.sluice.benchmarks.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CompareOptionsTest {
  @TempDir Path scratch;

  private Path outOf(String options) throws IOException {
    return CompareOptions.parse(("quick --native programs --scratch " + scratch + " " + options).trim().split(" ")).out();
  }

  @Test
  void wholeRunWritesTheReportsOfTheRepository() throws IOException {
    assertEquals(Path.of("docs", "benchmarks"), outOf("--rounds 3"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"--servers c-epoll", "--workloads ping64", "--no-idle"})
  void partialRunLeavesTheReportsOfTheRepositoryAlone(String restriction) throws IOException {
    assertEquals(Path.of("target", "bench"), outOf(restriction));
  }

  @ParameterizedTest
  @ValueSource(strings = {"--out elsewhere --servers c-epoll", "--workloads ping64 --out elsewhere", "--out elsewhere"})
  void folderThatWasNamedIsTaken(String options) throws IOException {
    assertEquals(Path.of("elsewhere"), outOf(options));
  }
}
