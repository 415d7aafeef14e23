package io.sluice.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.internal.abi.Abi;
import io.sluice.internal.abi.WakeWord;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/**
 * C11: no wake-up is lost, and they coalesce. A lost one shows as an enter that lasts until the deadline. (Not without limit:
 * by C12 a test's time limit, which interrupts, could not end it.)
 */
class WakeIT extends ContractTest {
  WakeIT(EngineCell cell) {
    super(cell);
  }

  private void enterUntilWoken() {
    long start = System.nanoTime();
    assertEquals(0, d.engine.enter(RingDriver.DEADLINE_NANOS));
    assertTrue(System.nanoTime() - start < RingDriver.DEADLINE_NANOS, "C11: a wake-up was lost");
  }

  @Test
  void c11AWakeBeforeTheEnterIsNotLost() {
    d.turn(0);
    d.engine.wake();
    enterUntilWoken();
  }

  @Test
  void c11AWakeEndsAnEnterThatBlocks() throws Exception {
    d.turn(0);
    Future<Void> waker =
        Peers.inBackground(
            () -> {
              while (d.shared.getInt(Abi.HDR_WAKE_WORD) != Abi.WAKE_SLEEPING) {
                Thread.onSpinWait();
              }
              d.engine.wake();
              return null;
            });
    enterUntilWoken();
    waker.get();
  }

  @Test
  void c11WakesCoalesce() {
    d.turn(0);
    for (int i = 0; i < 1000; i++) {
      d.engine.wake();
    }
    enterUntilWoken();
    long wakes = d.counter(Abi.CTR_WAKES);
    // At most one bell may still ring; then the loop sleeps.
    d.engine.enter(1_000_000);
    d.engine.enter(1_000_000);
    assertTrue(d.counter(Abi.CTR_WAKES) - wakes <= 1);
  }

  @Test
  void c11AStormOfTasksFromSeveralThreadsIsServedWhole() throws Exception {
    int threads = 4;
    int tasksPerThread = 20_000;
    ConcurrentLinkedQueue<Integer> tasks = new ConcurrentLinkedQueue<>();
    AtomicLong served = new AtomicLong();
    List<Future<Void>> producers = new ArrayList<>();
    for (int t = 0; t < threads; t++) {
      boolean byWord = t % 2 == 0;
      WakeWord word = new WakeWord(d.shared);
      producers.add(
          Peers.inBackground(
              () -> {
                for (int i = 0; i < tasksPerThread; i++) {
                  tasks.add(i);
                  if (!byWord || word.notifyLoop()) {
                    d.engine.wake();
                  }
                  // Now and then let the loop fall asleep, so that both sides of the race are met.
                  if (i % 100 == 0) {
                    awaitServed(tasks);
                  }
                }
                return null;
              }));
    }
    while (served.get() < (long) threads * tasksPerThread) {
      while (tasks.poll() != null) {
        served.incrementAndGet();
      }
      if (served.get() < (long) threads * tasksPerThread) {
        enterUntilWoken();
      }
    }
    for (Future<Void> p : producers) {
      p.get();
    }
  }

  private static void awaitServed(ConcurrentLinkedQueue<Integer> tasks) {
    while (!tasks.isEmpty()) {
      Thread.onSpinWait();
    }
  }

  @Test
  void foreignThreadsAreTurnedAway() throws Exception {
    d.turn(0);
    assertEquals(-Abi.EOWNER, Peers.inBackground(() -> d.engine.enter(0)).get());
    assertEquals(-Abi.EOWNER, Peers.inBackground(() -> d.engine.destroy(false)).get());
  }

  @Test
  void c12AnInterruptedThreadStillWaitsAndStaysInterrupted() throws Exception {
    d.turn(0);
    long start = System.nanoTime();
    Thread.currentThread().interrupt();
    try {
      assertEquals(0, d.engine.enter(30_000_000));
      assertTrue(Thread.currentThread().isInterrupted(), "the status is the caller's");
    } finally {
      Thread.interrupted();
    }
    assertTrue(System.nanoTime() - start >= 30_000_000, "returned early");
  }

  @Test
  void c12AnInterruptDuringTheWaitDoesNotEndIt() throws Exception {
    d.turn(0);
    Thread owner = Thread.currentThread();
    Future<Void> disturber =
        Peers.inBackground(
            () -> {
              while (d.shared.getInt(Abi.HDR_WAKE_WORD) != Abi.WAKE_SLEEPING) {
                Thread.onSpinWait();
              }
              owner.interrupt();
              return null;
            });
    long start = System.nanoTime();
    try {
      assertEquals(0, d.engine.enter(50_000_000));
      assertTrue(System.nanoTime() - start >= 50_000_000, "returned early");
      while (!disturber.isDone()) {
        d.engine.enter(1_000_000);
      }
      assertTrue(Thread.currentThread().isInterrupted());
    } finally {
      Thread.interrupted();
    }
  }

  @Test
  void aTimeoutIsNotCutShort() {
    d.turn(0);
    for (long nanos : new long[] {1, 300_000, 2_500_000}) {
      long start = System.nanoTime();
      assertEquals(0, d.engine.enter(nanos));
      assertTrue(System.nanoTime() - start >= nanos, "returned before " + nanos + " ns");
    }
  }
}
