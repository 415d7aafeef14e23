package io.sluice.internal.loop;

import io.sluice.internal.abi.Abi;
import io.sluice.internal.abi.WakeWord;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * A task for a loop that is about to sleep: the loop sees it, or does not sleep, or is rung. Results: the task was seen before
 * sleeping; the loop fell asleep; the bell was rung.
 */
@JCStressTest
@Outcome(id = "0, 1, 0", expect = Expect.FORBIDDEN, desc = "asleep with a task and nobody rings")
@Outcome(id = "0, 1, 1", expect = Expect.ACCEPTABLE, desc = "asleep, and rung")
@Outcome(id = "0, 0, 0", expect = Expect.ACCEPTABLE, desc = "notified just before it would have slept")
@Outcome(id = "1, 0, 0", expect = Expect.ACCEPTABLE, desc = "seen in time")
@Outcome(id = ".*", expect = Expect.FORBIDDEN, desc = "rung without need, or asleep although it saw the task")
@State
public class WakeWordStress {
  /** States live a short time; their words are taken in turn from memory that is never freed. */
  private static final int WORDS = 1 << 16;
  private static final int WORD_BYTES = 256;
  private static final ByteBuffer MEMORY = ByteBuffer.allocateDirect(WORDS * WORD_BYTES);
  private static final AtomicInteger NEXT = new AtomicInteger();

  private final TaskQueue queue = new TaskQueue(new LoopCounters());
  private final WakeWord word = word();

  private static WakeWord word() {
    int at = (NEXT.getAndIncrement() & WORDS - 1) * WORD_BYTES;
    ByteBuffer b = MEMORY.slice(at, WORD_BYTES);
    b.putInt(Abi.HDR_WAKE_WORD, Abi.WAKE_RUNNING);
    return new WakeWord(b);
  }

  @Actor
  public void other(III_Result r) {
    queue.push(() -> {});
    r.r3 = word.notifyLoop() ? 1 : 0;
  }

  @Actor
  public void loop(III_Result r) {
    if (queue.isEmpty()) {
      r.r2 = word.sleep() ? 1 : 0;
    } else {
      r.r1 = 1;
    }
  }
}
