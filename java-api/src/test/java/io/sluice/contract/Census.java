package io.sluice.contract;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What the process holds: descriptors that a transport opens (sockets, event objects, pipes; jars come and go with class
 * loading) and Java threads. Equal before and after, or something leaked.
 */
public record Census(Map<String, Integer> descriptors, long threads) {
  private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

  public static Census take() {
    Map<String, Integer> kinds = new TreeMap<>();
    if (Files.isDirectory(DESCRIPTORS)) {
      try (Stream<Path> links = Files.list(DESCRIPTORS)) {
        links.forEach(link -> count(link, kinds));
      } catch (IOException e) {
        throw new AssertionError("cannot read " + DESCRIPTORS, e);
      }
    }
    long threads = Thread.getAllStackTraces().keySet().stream().map(Thread::getName).filter(Census::isOurs).count();
    return new Census(kinds, threads);
  }

  /** Threads of the contract suite's drivers, and loops with a thread of their own. */
  private static boolean isOurs(String thread) {
    return thread.startsWith("contract-") || thread.startsWith("sluice-");
  }

  private static void count(Path link, Map<String, Integer> kinds) {
    try {
      String target = Files.readSymbolicLink(link).toString();
      int colon = target.indexOf(':');
      if (colon > 0 && target.charAt(0) != '/') {
        // "socket:[123]" by kind, "anon_inode:[eventpoll]" by name.
        kinds.merge(target.startsWith("anon_inode") ? target : target.substring(0, colon), 1, Integer::sum);
      }
    } catch (IOException e) {
      // The descriptor of the listing itself is gone by the time it is looked at.
    }
  }

  /** Waits until the process holds what it held then: threads of peers need a moment to end. */
  public void expectSame(String when) {
    long start = System.nanoTime();
    Census now = take();
    while (!now.equals(this)) {
      if (System.nanoTime() - start > RingDriver.DEADLINE_NANOS) {
        throw new AssertionError("census " + when + ": before " + this + ", after " + now);
      }
      Thread.onSpinWait();
      now = take();
    }
  }
}
