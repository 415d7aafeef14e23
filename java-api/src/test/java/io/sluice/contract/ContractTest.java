package io.sluice.contract;

import io.sluice.internal.engine.EngineConfig;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A test class of the contract suite: runs once per cell, gives every test a fresh engine, checks after every test that
 * nothing is left in it and after every cell that nothing is left in the process.
 */
@ParameterizedClass(name = "{0}")
@MethodSource("io.sluice.contract.EngineCell#all")
abstract class ContractTest {
  private static Census before;

  final EngineCell cell;
  RingDriver d;
  private final List<AutoCloseable> toClose = new ArrayList<>();

  ContractTest(EngineCell cell) {
    this.cell = cell;
  }

  @BeforeParameterizedClassInvocation
  static void takeCensus(EngineCell cell) throws Exception {
    before = null;
    Assumptions.assumeTrue(cell.obstacle().isEmpty(), () -> cell + ": " + cell.obstacle());
    warmUp(cell);
    before = Census.take();
  }

  /** The first engine and the first connection of a process open things that stay: the library, the JDK's own descriptors. */
  private static void warmUp(EngineCell cell) throws Exception {
    RingDriver d = new RingDriver(cell.open(EngineConfig.DEFAULTS));
    Peers.accept(d).peer().close();
    d.finish();
  }

  @AfterParameterizedClassInvocation
  static void compareCensus(EngineCell cell) {
    // Null: the cell was skipped.
    if (before != null) {
      before.expectSame("of " + cell);
    }
  }

  /** Sizes for this class's engines. */
  EngineConfig config() {
    return EngineConfig.DEFAULTS;
  }

  @BeforeEach
  void openEngine() {
    d = new RingDriver(cell.open(config()));
  }

  @AfterEach
  void closeEngine() throws Exception {
    for (AutoCloseable c : toClose) {
      c.close();
    }
    try {
      if (d != null) {
        d.finish();
      }
    } catch (Throwable t) {
      d.engine.destroy(true);
      throw t;
    }
  }

  /** Closed after the test, before the census. */
  <T extends AutoCloseable> T closing(T resource) {
    toClose.add(resource);
    return resource;
  }

  Peers.Pair pair(long... options) throws Exception {
    Peers.Pair p = Peers.accept(d, options);
    closing(p.peer());
    return p;
  }

  /** The same configuration with some sizes. */
  static EngineConfig sizes(int sqEntries, int cqEntries, int maxHandles, int maxOps) {
    return new EngineConfig(sqEntries, cqEntries, 0, 0, maxHandles, maxOps, 0, 0, 0, 0);
  }
}
