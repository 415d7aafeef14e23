package io.sluice.api;

import io.sluice.EngineUnavailableException;
import io.sluice.EventLoopGroup;
import io.sluice.contract.EngineCell;
import io.sluice.internal.load.Engines;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** One engine with one binding that the tests of the public API run on; left out and chosen as in the contract suite. */
public record Cell(String engine, String binding) {
  private static final Map<Cell, String> OBSTACLES = new ConcurrentHashMap<>();

  public static Stream<Cell> all() {
    List<String> engines = EngineCell.engines();
    List<String> bindings = list("sluice.test.bindings");
    return Stream.of(
            new Cell("io_uring", "jni"), new Cell("io_uring", "ffm"), new Cell("io_uring", "jna"),
            new Cell("epoll", "jni"), new Cell("epoll", "ffm"), new Cell("epoll", "jna"), new Cell("kqueue", "jni"), new Cell("kqueue", "ffm"),
            new Cell("kqueue", "jna"), new Cell("nio", "none"))
        .filter(c -> engines.contains(c.engine))
        .filter(c -> bindings.isEmpty() || bindings.contains(c.binding) || c.engine.equals("nio"));
  }

  /** One cell per engine: for tests whose subject does not depend on the binding, and which take long. */
  public static Stream<Cell> engines() {
    return all().filter(c -> c.binding.equals("jni") || c.binding.equals("none"));
  }

  private static List<String> list(String property) {
    return Stream.of(System.getProperty(property, "").split(",")).map(String::trim).filter(s -> !s.isEmpty()).toList();
  }

  public boolean isNio() {
    return engine.equals("nio");
  }

  /** A builder for a group of this cell; aborts the test with the reason when the cell cannot run here. */
  public EventLoopGroup.Builder builder() {
    String obstacle = OBSTACLES.computeIfAbsent(this, Cell::findObstacle);
    Assumptions.assumeTrue(obstacle.isEmpty(), () -> this + ": " + obstacle);
    return EventLoopGroup.builder().engine(engine).binding(isNio() ? null : binding).threads(1);
  }

  public EventLoopGroup group() {
    return builder().build();
  }

  private static String findObstacle(Cell c) {
    try {
      Engines.select(c.engine, c.isNio() ? null : c.binding);
      return "";
    } catch (EngineUnavailableException e) {
      return e.getMessage();
    }
  }

  @Override
  public String toString() {
    return engine + "/" + binding;
  }
}
