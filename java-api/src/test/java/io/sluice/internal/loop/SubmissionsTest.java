package io.sluice.internal.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.sluice.internal.abi.Abi;
import io.sluice.internal.abi.CompletionRing;
import io.sluice.internal.engine.EngineConfig;
import io.sluice.internal.nio.NioEngine;
import org.junit.jupiter.api.Test;

/** A submission and what it refers to in the scratch area stay together. */
class SubmissionsTest {
  @Test
  void aFullRingDoesNotGiveAwayTheScratchAreaOfTheNextSubmission() {
    NioEngine engine = new NioEngine(EngineConfig.DEFAULTS);
    Submissions submissions = new Submissions(engine, new CompletionRing(engine.shared()));
    int entries = engine.shared().getInt(Abi.HDR_SQ_ENTRIES);
    for (int i = 0; i < entries; i++) {
      submissions.submit(Abi.OP_NOP, 0, 0, 0L, 0L, 0L, 0L, 0);
    }
    int first = submissions.scratch(Abi.ADDR_BYTES_TOTAL);
    submissions.scratch.region().putLong(first, 0x5eL);
    submissions.submit(Abi.OP_NOP, 0, 0, 0L, 0L, 0L, 0L, 0); // The ring is full: enters the engine on its way.
    int second = submissions.scratch(Abi.ADDR_BYTES_TOTAL);
    assertNotEquals(first, second, "the address of a submission that nobody has read would be written over");
    assertEquals(0x5eL, submissions.scratch.region().getLong(first));
    submissions.enter(0);
    assertEquals(first, submissions.scratch(Abi.ADDR_BYTES_TOTAL), "free again once everything was consumed");
    engine.destroy(true);
  }
}
