package io.sluice.internal.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Order per producer, and no task lost or slipped in at the end. */
class TaskQueueTest {
  @Test
  void everyAcceptedTaskRunsInTheOrderOfItsProducerAndNoneAfterTheClose() throws Exception {
    for (int round = 0; round < 50; round++) {
      TaskQueue queue = new TaskQueue(new LoopCounters());
      int producers = 3;
      int[] last = new int[producers];
      AtomicInteger accepted = new AtomicInteger();
      List<Thread> threads = new ArrayList<>();
      for (int p = 0; p < producers; p++) {
        int who = p;
        Thread t =
            new Thread(
                () -> {
                  for (int i = 1; ; i++) {
                    int n = i;
                    boolean ok =
                        queue.push(
                            () -> {
                              assertEquals(last[who] + 1, n);
                              last[who] = n;
                            });
                    if (!ok) {
                      return;
                    }
                    accepted.incrementAndGet();
                  }
                });
        threads.add(t);
        t.start();
      }
      int ran = 0;
      while (ran < 2000) {
        Runnable r = queue.poll();
        if (r != null) {
          r.run();
          ran++;
        }
      }
      queue.close();
      for (Thread t : threads) {
        t.join();
      }
      Runnable r;
      while ((r = queue.poll()) != null) {
        r.run();
        ran++;
      }
      assertEquals(accepted.get(), ran);
      assertFalse(queue.push(() -> {}));
      assertNull(queue.poll());
      assertTrue(queue.isEmpty() && queue.isClosed());
    }
  }
}
