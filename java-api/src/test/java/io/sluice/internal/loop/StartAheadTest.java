package io.sluice.internal.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.api.Await;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Who makes the receive buffers of the first loop: the thread, or its caller, never both. */
class StartAheadTest {
  private static final int BYTES = 1024;
  private static final int COUNT = 16;

  private static StartAhead ahead() {
    return new StartAhead(new LoopMemory(BYTES, COUNT, 1 << 20, false), false);
  }

  @Test
  void whatTheThreadMadeIsTakenOnce() {
    StartAhead ahead = ahead();
    ahead.run();
    ByteBuffer slab = ahead.slab();
    assertNotNull(slab);
    assertTrue(slab.isDirect());
    assertEquals(BYTES * COUNT, slab.capacity());
    assertNull(ahead.slab());
  }

  @Test
  void aCallerThatComesFirstDoesNotWaitAndTheThreadMakesNothing() {
    StartAhead ahead = ahead();
    assertNull(ahead.slab());
    ahead.run();
    assertNull(ahead.slab());
  }

  @Test
  void aCallerWaitsForWhatIsBeingMadeAlsoWhenItIsInterrupted() throws Exception {
    StartAhead ahead = ahead();
    assertTrue(ahead.begun());
    AtomicReference<ByteBuffer> taken = new AtomicReference<>();
    AtomicBoolean interrupted = new AtomicBoolean();
    Thread caller = new Thread(
        () -> {
          taken.set(ahead.slab());
          interrupted.set(Thread.interrupted());
        });
    caller.start();
    caller.interrupt();
    Await.until("the caller waits", () -> caller.getState() == Thread.State.WAITING);
    ByteBuffer made = ByteBuffer.allocateDirect(1);
    ahead.made(made);
    caller.join();
    assertSame(made, taken.get());
    assertTrue(interrupted.get());
  }
}
