package io.sluice.sctp;

import io.sluice.EngineUnavailableException;
import io.sluice.EventLoopGroup;
import io.sluice.contract.EngineCell;
import io.sluice.internal.bind.UnavailableException;
import io.sluice.internal.load.Engines;
import io.sluice.internal.load.SctpNatives;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** An engine whose UDP sockets carry a stack, and the binding to that stack: the NIO engine has one for SCTP only. */
record SctpCell(String engine, String binding) {
  private static final Map<SctpCell, String> OBSTACLES = new ConcurrentHashMap<>();

  static Stream<SctpCell> all() {
    List<String> engines = EngineCell.engines();
    List<String> bindings = list("sluice.test.bindings");
    return Stream.of("io_uring", "epoll", "kqueue", "nio")
        .flatMap(e -> Stream.of("jni", "ffm", "jna").map(b -> new SctpCell(e, b)))
        .filter(c -> engines.contains(c.engine))
        .filter(c -> bindings.isEmpty() || bindings.contains(c.binding));
  }

  /** One cell per engine: for what does not depend on the binding, and takes long. */
  static Stream<SctpCell> engines() {
    Set<String> seen = new HashSet<>();
    return all().filter(c -> seen.add(c.engine));
  }

  private static List<String> list(String property) {
    return Stream.of(System.getProperty(property, "").split(",")).map(String::trim).filter(s -> !s.isEmpty()).toList();
  }

  boolean isNio() {
    return engine.equals("nio");
  }

  /** A builder for a group of this cell; aborts the test with the reason when the cell cannot run here. */
  EventLoopGroup.Builder builder() {
    String obstacle = OBSTACLES.computeIfAbsent(this, SctpCell::findObstacle);
    Assumptions.assumeTrue(obstacle.isEmpty(), () -> this + ": " + obstacle);
    return EventLoopGroup.builder().engine(engine).binding(binding).threads(1);
  }

  EventLoopGroup group() {
    return builder().build();
  }

  private static String findObstacle(SctpCell c) {
    try {
      Engines.select(c.engine, c.binding);
      SctpNatives.find(c.binding);
      return "";
    } catch (EngineUnavailableException | UnavailableException e) {
      return e.getMessage();
    }
  }

  @Override
  public String toString() {
    return engine + "/" + binding;
  }
}
