package io.sluice.internal.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Names that nobody can guess, also where the system's source of randomness is missing or of no use. */
class TemporaryFoldersTest {
  private static final int NAMES = 100;

  @TempDir Path dir;

  @Test
  void namesNeverRepeatWhateverTheSystemHas() throws Exception {
    Path empty = Files.createFile(dir.resolve("empty"));
    for (Path random : new Path[] {Path.of("/dev/urandom"), dir.resolve("missing"), dir, empty}) {
      Set<String> names = new HashSet<>();
      for (int i = 0; i < NAMES; i++) {
        String name = TemporaryFolders.unpredictable(random);
        assertTrue(name.matches("[0-9a-z]+"), name);
        names.add(name);
      }
      assertEquals(NAMES, names.size(), random.toString());
    }
  }
}
