package io.sluice.soak;

import io.sluice.EngineUnavailableException;
import io.sluice.EventLoopGroup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * Lives through very many lifecycles of connections in random ways, and holds every one of them against the rules: run
 * by {@code ci/soak}. What a connection does is a function of the seed and its number, so a failure names both.
 *
 * <p>Exit code: 0 nothing found, 1 faults, 2 wrong arguments or an engine that cannot run.
 */
public final class Soak {
  /** Connections of a round: groups are built, used by so many and shut down. */
  private static final int ROUND = 20_000;
  private static final int WARM_UP = 500;
  private static final long WARM_UP_ROUND = -1;
  private static final long CENSUS_LIMIT_NANOS = 20_000_000_000L;
  private static final long LOOK_EVERY_NANOS = 1_000_000;

  private final SoakOptions options;
  private final String engine;
  private final Faults faults;

  private Soak(SoakOptions options, String engine) {
    this.options = options;
    this.engine = engine;
    this.faults = new Faults(options.repeating(engine));
  }

  public static void main(String[] args) throws Exception {
    SoakOptions options;
    try {
      options = SoakOptions.parse(args);
    } catch (IllegalArgumentException e) {
      System.err.println("ci/soak: " + e.getMessage());
      System.exit(2);
      return;
    }
    int exit = 0;
    for (String engine : options.engines()) {
      exit = Math.max(exit, new Soak(options, engine).run());
    }
    System.exit(exit);
  }

  private int run() throws Exception {
    System.out.println("soak: " + options.repeating(engine) + " on JDK " + Runtime.version().feature());
    String cell;
    try (EventLoopGroup probe =
        EventLoopGroup.builder().engine(engine).binding(options.bindingOf(engine)).threads(1).build()) {
      cell = probe.report().engine() + "/" + probe.report().binding();
    } catch (EngineUnavailableException e) {
      System.out.println("soak: " + engine + " cannot run here: " + e.getMessage());
      return 2;
    }
    Path folder = Files.createTempDirectory("sluice-soak");
    long start = System.nanoTime();
    RoundResult sum = RoundResult.none();
    try (LogWatch log = new LogWatch(faults);
        Watchdog watchdog = new Watchdog(faults, options.patience());
        ForeignThreads foreign = new ForeignThreads()) {
      Content content = new Content(options.seed(), folder);
      sum = rounds(watchdog, content, foreign, folder);
    } finally {
      delete(folder);
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    System.out.printf(
        Locale.ROOT,
        "soak: %s seed %d: %d connections, %d opened and closed, %d MiB verified, %d broadcast messages, %d shortages, "
            + "starved %d, late %d, %.1f s, %s%n",
        cell, options.seed(), sum.connections(), sum.opens(), sum.bytes() >> 20, sum.messages(), sum.shortages(),
        sum.starved(), sum.late(), seconds, sum.closes());
    System.out.println(
        "soak: " + cell + (faults.count() == 0 ? " PASSED" : " FAILED with " + faults.count() + " faults")
            + ", repeat with ci/soak " + options.repeating(engine) + " --lifecycles " + options.lifecycles());
    return faults.count() == 0 ? 0 : 1;
  }

  private RoundResult rounds(Watchdog watchdog, Content content, ForeignThreads foreign, Path folder) throws Exception {
    // What the JDK opens once and keeps is open after this.
    round(watchdog, new Round(options, engine, faults, content, foreign, folder, WARM_UP_ROUND, 1L << 41, WARM_UP), -1);
    Census before = Census.take();
    RoundResult sum = RoundResult.none();
    if (options.only() >= 0) {
      long r = options.only() / ROUND;
      Round round = new Round(options, engine, faults, content, foreign, folder, r, r * ROUND, ROUND);
      System.out.println("soak: " + new Pair(round, Scenario.of(options.seed(), options.only())));
      sum = round(watchdog, round, options.only());
      expectSame(before, r);
      return sum;
    }
    long deadline = System.nanoTime() + options.seconds() * 1_000_000_000L;
    for (long first = 0; first < options.lifecycles() && faults.count() == 0; first += ROUND) {
      if (options.seconds() > 0 && System.nanoTime() - deadline >= 0) {
        break;
      }
      int count = (int) Math.min(ROUND, options.lifecycles() - first);
      long r = first / ROUND;
      Round round = new Round(options, engine, faults, content, foreign, folder, r, first, count);
      sum = sum.plus(round(watchdog, round, -1));
      expectSame(before, r);
    }
    return sum;
  }

  private RoundResult round(Watchdog watchdog, Round round, long only) throws Exception {
    watchdog.watch(round);
    round.run(only, options.repeat());
    RoundResult result = round.end();
    watchdog.watch((Round) null);
    return result;
  }

  /** Threads and descriptors need a moment to go. */
  private void expectSame(Census before, long round) throws IOException {
    long start = System.nanoTime();
    Census now = Census.take();
    while (!now.equals(before)) {
      if (System.nanoTime() - start > CENSUS_LIMIT_NANOS) {
        faults.add("census after round " + round + ": " + now + ", before " + before);
        return;
      }
      LockSupport.parkNanos(LOOK_EVERY_NANOS);
      now = Census.take();
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path f : files.toList()) {
        Files.deleteIfExists(f);
      }
    }
    Files.delete(folder);
  }
}
