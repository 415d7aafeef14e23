package io.sluice.internal.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.internal.engine.EngineConfig;
import io.sluice.internal.nio.NioEngine;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Memory that was cut into chunks of one size stays of use for messages of every size. */
class SendMemoryTest {
  private static final long LIMIT = 1 << 20;

  private final NioEngine engine = new NioEngine(EngineConfig.DEFAULTS);
  private final SendMemory memory = new SendMemory(engine, LIMIT);

  @Test
  void afterManyLargeMessagesSmallOnesAreStillTaken() {
    useUpAndGiveBack(64 << 10);
    assertTrue(memory.ensure(100, false));
    memory.release(memory.acquire(100));
    assertEquals(0, memory.usedBytes());
    engine.destroy(true);
  }

  @Test
  void afterManySmallMessagesLargeOnesAreStillTaken() {
    useUpAndGiveBack(4 << 10);
    int left = 100 << 10;
    assertTrue(memory.ensure(left, false));
    while (left > 0) {
      left -= memory.capacity(memory.acquire(left));
    }
    engine.destroy(true);
  }

  private void useUpAndGiveBack(int chunkBytes) {
    List<Integer> chunks = new ArrayList<>();
    while (memory.ensure(chunkBytes, false)) {
      chunks.add(memory.acquire(chunkBytes));
    }
    assertEquals(LIMIT, memory.usedBytes());
    assertFalse(memory.ensure(1, false), "the limit holds for every size");
    chunks.forEach(memory::release);
  }
}
