package io.sluice.contract;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Writes down which cells ran and which were skipped: {@code CELL engine/binding jdk ran} or {@code CELL engine/binding jdk
 * skipped reason}. The check that no cell was skipped which this machine can run reads it.
 */
final class CellReport {
  private CellReport() {}

  private static final Path FILE =
      Path.of(System.getProperty("sluice.test.cells.dir", "target/cells"))
          .resolve("contract-" + ProcessHandle.current().pid() + ".txt");

  static void ran(EngineCell cell) {
    write(cell + " " + Runtime.version().feature() + " ran");
  }

  static void skipped(EngineCell cell, String reason) {
    write(cell + " " + Runtime.version().feature() + " skipped " + reason.replaceAll("\\s+", " "));
  }

  private static synchronized void write(String line) {
    try {
      Files.createDirectories(FILE.getParent());
      Files.writeString(FILE, "CELL " + line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + FILE, e);
    }
  }
}
