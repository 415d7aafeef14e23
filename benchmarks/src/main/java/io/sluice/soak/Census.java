package io.sluice.soak;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Descriptors of sockets, pollers, event objects and pipes, and threads of loops, that the process has. */
record Census(Map<String, Integer> descriptors, long threads) {
  private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

  static Census take() throws IOException {
    Map<String, Integer> kinds = new TreeMap<>();
    if (Files.isDirectory(DESCRIPTORS)) {
      try (Stream<Path> links = Files.list(DESCRIPTORS)) {
        links.forEach(link -> count(link, kinds));
      }
    }
    long threads =
        Thread.getAllStackTraces().keySet().stream().map(Thread::getName)
            .filter(n -> n.startsWith("sluice-") && !n.startsWith("sluice-watch")).count();
    return new Census(kinds, threads);
  }

  private static void count(Path link, Map<String, Integer> kinds) {
    try {
      String target = Files.readSymbolicLink(link).toString();
      int colon = target.indexOf(':');
      if (colon > 0 && target.charAt(0) != '/') {
        kinds.merge(target.startsWith("anon_inode") ? target : target.substring(0, colon), 1, Integer::sum);
      } else if (target.endsWith("/content")) {
        kinds.merge("content file", 1, Integer::sum);
      }
    } catch (IOException e) {
      // The descriptor of the listing itself is gone by the time it is looked at.
    }
  }
}
