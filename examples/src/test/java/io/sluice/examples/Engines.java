package io.sluice.examples;

import java.util.stream.Stream;

/** The engines that the examples are tried on: the one chosen for this machine, and the one that runs everywhere. */
final class Engines {
  private Engines() {}

  static Stream<GroupSettings> all() {
    return Stream.of(new GroupSettings("auto", null, 1), new GroupSettings("nio", null, 1));
  }
}
