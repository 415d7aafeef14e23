package io.sluice.examples;

import io.sluice.EventLoopGroup;
import java.util.stream.Stream;

/** The engines that the examples are tried on: every one that this machine can run. */
final class Engines {
  private Engines() {}

  static Stream<GroupSettings> all() {
    try (EventLoopGroup group = EventLoopGroup.builder().threads(1).build()) {
      return group.report().candidates().stream()
          .filter(c -> c.type().equals("engine") && c.usable())
          .map(io.sluice.EngineReport.Candidate::name)
          .map(engine -> new GroupSettings(engine, null, 1));
    }
  }
}
