package io.sluice.internal.nio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.internal.engine.EngineConfig;
import org.junit.jupiter.api.Test;

class NioLimitsTest {
  @Test
  void zeroTakesTheDefault() {
    NioLimits l = NioLimits.of(EngineConfig.DEFAULTS);
    assertEquals(NioLimits.DEFAULT_SQ_ENTRIES, l.sqEntries());
    assertEquals(NioLimits.DEFAULT_MAX_HANDLES, l.maxHandles());
  }

  @Test
  void refusalsNameArgumentValueAndRange() {
    refused("sqEntries = 9", new EngineConfig(9, 0, 0, 0, 0, 0, 0, 0, 0, 0));
    refused("cqEntries = 4", new EngineConfig(0, 4, 0, 0, 0, 0, 0, 0, 0, 0));
    refused("rqEntries = -8", new EngineConfig(0, 0, -8, 0, 0, 0, 0, 0, 0, 0));
    refused("scratchBytes = 5000", new EngineConfig(0, 0, 0, 5000, 0, 0, 0, 0, 0, 0));
    refused("maxHandles = -1", new EngineConfig(0, 0, 0, 0, -1, 0, 0, 0, 0, 0));
    refused("maxOps = 63", new EngineConfig(0, 0, 0, 0, 0, 63, 0, 0, 0, 0));
    refused("throttleMillis = 60001", new EngineConfig(0, 0, 0, 0, 0, 0, 0, 60_001, 0, 0));
    refused("readBudgetBytes = 1", new EngineConfig(0, 0, 0, 0, 0, 0, 0, 0, 1, 0));
  }

  private static void refused(String start, EngineConfig config) {
    String message = assertThrows(IllegalArgumentException.class, () -> NioLimits.of(config)).getMessage();
    assertTrue(message.startsWith(start) && message.contains(".."), message);
  }
}
