package io.sluice.contract;

import io.sluice.EngineUnavailableException;
import io.sluice.internal.engine.Engine;
import io.sluice.internal.engine.EngineConfig;
import io.sluice.internal.load.Engines;
import io.sluice.internal.load.Platform;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * One combination of engine and binding that the contract suite runs on.
 *
 * <p>The system properties {@code sluice.test.engines} and {@code sluice.test.bindings} (lists with commas, empty: all that this
 * operating system may have) leave cells out. Every cell that is not left out reports itself, see {@link CellReport}.
 */
public record EngineCell(String engine, String binding, String featureSet, int featuresOff) {
  private static final List<EngineCell> CELLS =
      List.of(
          new EngineCell("io_uring", "jni"),
          new EngineCell("io_uring", "ffm"),
          new EngineCell("io_uring", "jna"),
          new EngineCell("epoll", "jni"),
          new EngineCell("epoll", "ffm"),
          new EngineCell("epoll", "jna"),
          new EngineCell("kqueue", "jni"),
          new EngineCell("kqueue", "ffm"),
          new EngineCell("kqueue", "jna"),
          new EngineCell("nio", "none"));

  private EngineCell(String engine, String binding) {
    this(engine, binding, "", 0);
  }

  private static final Map<EngineCell, String> OBSTACLES = new ConcurrentHashMap<>();

  static Stream<EngineCell> all() {
    List<String> engines = engines();
    List<String> bindings = list("sluice.test.bindings");
    return CELLS.stream()
        .filter(c -> engines.contains(c.engine))
        .filter(c -> bindings.isEmpty() || bindings.contains(c.binding) || list("sluice.test.engines").contains("nio") && c.isNio());
  }

  /** Those asked for, else those of this operating system: a foreign engine need not say for every test that it is foreign. */
  public static List<String> engines() {
    List<String> asked = list("sluice.test.engines");
    if (!asked.isEmpty()) {
      return asked;
    }
    return Platform.current().isLinux() ? List.of("io_uring", "epoll", "nio") : List.of("kqueue", "nio");
  }

  static Stream<EngineCell> ofEngine(String engine) {
    return all().filter(c -> c.engine.equals(engine));
  }

  private static List<String> list(String property) {
    return Stream.of(System.getProperty(property, "").split(",")).map(String::trim).filter(s -> !s.isEmpty()).toList();
  }

  /** The cell named so in the arguments of a child process. */
  static EngineCell of(String engine, String binding) {
    return new EngineCell(engine, binding);
  }

  /** The same cell with optional features switched off, as on an older kernel. */
  EngineCell withFeatureSet(String name, int off) {
    return new EngineCell(engine, binding, name, off);
  }

  boolean isNio() {
    return engine.equals("nio");
  }

  boolean isKqueue() {
    return engine.equals("kqueue");
  }

  boolean isUring() {
    return engine.equals("io_uring");
  }

  /** Why this cell cannot run here; empty: it can. */
  String obstacle() {
    return OBSTACLES.computeIfAbsent(new EngineCell(engine, binding), EngineCell::findObstacle);
  }

  private static String findObstacle(EngineCell cell) {
    try {
      Engines.select(cell.engine, cell.isNio() ? null : cell.binding);
      CellReport.ran(cell);
      return "";
    } catch (EngineUnavailableException e) {
      // What is said about the others belongs to their own lines.
      String reason = e.getMessage().replaceFirst("(?s)\\. Others: .*", "");
      CellReport.skipped(cell, reason);
      return reason;
    }
  }

  /** Opens an engine of this cell, or aborts the test with the reason why there is none. */
  Engine open(EngineConfig config) {
    Assumptions.assumeTrue(obstacle().isEmpty(), () -> this + ": " + obstacle());
    Engine e = Engines.open(Engines.select(engine, isNio() ? null : binding), masked(config));
    if (!e.name().equals(engine) || !e.binding().equals(binding)) {
      throw new AssertionError("asked for " + this + ", got " + e.name() + "/" + e.binding());
    }
    return e;
  }

  private EngineConfig masked(EngineConfig c) {
    return new EngineConfig(
        c.sqEntries(), c.cqEntries(), c.rqEntries(), c.scratchBytes(), c.maxHandles(), c.maxOps(), c.featuresOff() | featuresOff,
        c.throttleMillis(), c.readBudgetBytes(), c.uringEntries());
  }

  @Override
  public String toString() {
    return engine + "/" + binding + (featureSet.isEmpty() ? "" : " like " + featureSet);
  }
}
