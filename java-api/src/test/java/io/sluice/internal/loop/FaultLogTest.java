package io.sluice.internal.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.sluice.internal.loop.FaultLog.Fault;
import io.sluice.internal.loop.FaultLog.RateLimit;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FaultLogTest {
  @Test
  void oneLinePerIntervalAndTheNextOneSaysHowManyWereLeftOut() {
    RateLimit limit = new RateLimit(10);
    assertEquals(0, limit.admit(-3));
    assertEquals(RateLimit.SUPPRESSED, limit.admit(0));
    assertEquals(RateLimit.SUPPRESSED, limit.admit(6));
    assertEquals(2, limit.admit(7));
    assertEquals(RateLimit.SUPPRESSED, limit.admit(16));
    assertEquals(1, limit.admit(17));
    assertEquals(0, limit.admit(100));
  }

  @Test
  void everyClassOfFaultHasWordsOfItsOwn() {
    Set<String> words = new HashSet<>();
    for (Fault fault : Fault.values()) {
      String line = FaultLog.line(fault, "here", 0);
      assertFalse(line.contains("more of this kind"), line);
      words.add(line);
    }
    assertEquals(Fault.values().length, words.size());
    assertEquals(
        "a listener cannot accept any more and is closed: accept on x (3 more of this kind were not logged)",
        FaultLog.line(Fault.LISTENER, "accept on x", 3));
  }
}
