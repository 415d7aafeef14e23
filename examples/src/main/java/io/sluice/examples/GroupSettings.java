package io.sluice.examples;

import io.sluice.EventLoopGroup;
import java.util.List;

/**
 * The arguments that every server here has: which engine and binding, how many loops.
 *
 * @param engine null: the system property {@code sluice.engine}, else auto
 * @param binding null: the system property {@code sluice.binding}, else auto
 * @param threads number of event loops
 */
record GroupSettings(String engine, String binding, int threads) {
  static final String ENGINE = "--engine";
  static final String BINDING = "--binding";
  static final String THREADS = "--threads";
  static final String USAGE = "[--engine auto|io_uring|epoll|kqueue|nio] [--binding auto|jni|ffm|jna]";

  private static final List<String> ENGINES = List.of("auto", "io_uring", "epoll", "kqueue", "nio");
  private static final List<String> BINDINGS = List.of("auto", "jni", "ffm", "jna");

  /** For programs without {@code --threads}, name a fixed number in {@code defaultThreads}. */
  static GroupSettings from(Arguments arguments, int defaultThreads) throws Arguments.InvalidException {
    return new GroupSettings(
        arguments.choice(ENGINE, ENGINES),
        arguments.choice(BINDING, BINDINGS),
        arguments.integer(THREADS, defaultThreads, 1, EventLoopGroup.Builder.MAX_THREADS));
  }

  EventLoopGroup open() {
    return EventLoopGroup.builder().engine(engine).binding(binding).threads(threads).build();
  }
}
