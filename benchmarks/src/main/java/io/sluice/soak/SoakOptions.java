package io.sluice.soak;

import java.util.List;

/**
 * The command line.
 *
 * @param binding null: chosen by Sluice
 * @param lifecycles connections per engine
 * @param seconds per engine at most; 0: until all are done
 * @param loops of each group; 0: chosen by the seed
 * @param only the number of the one connection to run; -1: all
 * @param repeat how often that one is run
 * @param patience seconds without progress that mean that something is stuck
 */
record SoakOptions(
    List<String> engines, String binding, long lifecycles, long seconds, long seed, int loops, long only, int repeat,
    int patience) {
  static final List<String> ENGINES = List.of("io_uring", "epoll", "kqueue", "nio");
  /** Those of this operating system. */
  static final List<String> ALL =
      System.getProperty("os.name", "").startsWith("Linux") ? List.of("io_uring", "epoll", "nio") : List.of("kqueue", "nio");
  static final long DEFAULT_LIFECYCLES = 2_000_000;
  static final int DEFAULT_PATIENCE_SECONDS = 30;

  static SoakOptions parse(String[] args) {
    List<String> engines = ALL;
    String binding = null;
    long lifecycles = DEFAULT_LIFECYCLES;
    long seconds = 0;
    long seed = System.nanoTime() & 0xffffffffL;
    int loops = 0;
    long only = -1;
    int repeat = 1;
    int patience = DEFAULT_PATIENCE_SECONDS;
    for (int i = 0; i < args.length; i += 2) {
      String name = args[i];
      if (i + 1 == args.length) {
        throw new IllegalArgumentException(name + " needs a value");
      }
      String value = args[i + 1];
      switch (name) {
        case "--engine" -> engines = value.equals("all") ? ALL : List.of(oneOf(name, value, ENGINES));
        case "--binding" -> binding = oneOf(name, value, List.of("jni", "ffm", "jna"));
        case "--lifecycles" -> lifecycles = number(name, value, 1, 1L << 40);
        case "--seconds" -> seconds = number(name, value, 1, 1L << 30);
        case "--seed" -> seed = number(name, value, Long.MIN_VALUE, Long.MAX_VALUE);
        case "--loops" -> loops = (int) number(name, value, 1, 64);
        case "--only" -> only = number(name, value, 0, 1L << 40);
        case "--repeat" -> repeat = (int) number(name, value, 1, 1_000_000);
        case "--patience" -> patience = (int) number(name, value, 1, 3600);
        default -> throw new IllegalArgumentException("unknown option " + name);
      }
    }
    return new SoakOptions(engines, binding, lifecycles, seconds, seed, loops, only, repeat, patience);
  }

  private static String oneOf(String name, String value, List<String> values) {
    if (!values.contains(value)) {
      throw new IllegalArgumentException(name + " " + value + " is not one of " + values);
    }
    return value;
  }

  private static long number(String name, String value, long min, long max) {
    try {
      long n = Long.parseLong(value);
      if (n >= min && n <= max) {
        return n;
      }
    } catch (NumberFormatException e) {
      // Told below, as any other wrong value.
    }
    throw new IllegalArgumentException(name + " " + value + " is not a number within " + min + " to " + max);
  }

  String bindingOf(String engine) {
    return engine.equals("nio") ? null : binding;
  }

  /** The options that repeat a run on that engine. */
  String repeating(String engine) {
    return "--engine " + engine + (bindingOf(engine) == null ? "" : " --binding " + binding) + " --seed " + seed
        + (loops == 0 ? "" : " --loops " + loops);
  }
}
