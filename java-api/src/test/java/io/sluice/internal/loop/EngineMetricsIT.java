package io.sluice.internal.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.EventLoop;
import io.sluice.EventLoopGroup;
import io.sluice.LoopMetric;
import io.sluice.LoopStats;
import io.sluice.api.Await;
import io.sluice.api.Cell;
import io.sluice.api.OnEveryCell;
import io.sluice.internal.abi.Abi;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

/** Every metric shows the counter that it is named for, and a task that had to wait shows for how long. */
class EngineMetricsIT {
  private static final long MARK = 1_000_003;

  private static final Map<LoopMetric, Integer> COUNTERS =
      Map.ofEntries(
          Map.entry(LoopMetric.TURNS, Abi.CTR_TURNS),
          Map.entry(LoopMetric.SUBMISSIONS, Abi.CTR_SUBMISSIONS),
          Map.entry(LoopMetric.COMPLETIONS, Abi.CTR_COMPLETIONS),
          Map.entry(LoopMetric.SYSCALLS, Abi.CTR_SYSCALLS),
          Map.entry(LoopMetric.WAITS, Abi.CTR_WAITS),
          Map.entry(LoopMetric.WAKES, Abi.CTR_WAKES),
          Map.entry(LoopMetric.STARVED, Abi.CTR_STARVED),
          Map.entry(LoopMetric.STALE_SUBMISSIONS, Abi.CTR_STALE),
          Map.entry(LoopMetric.INVALID_SUBMISSIONS, Abi.CTR_INVALID),
          Map.entry(LoopMetric.THROTTLED, Abi.CTR_THROTTLED),
          Map.entry(LoopMetric.BAD_RETURNS, Abi.CTR_BAD_RETURNS),
          Map.entry(LoopMetric.HANDLES_OPENED, Abi.CTR_OPENED),
          Map.entry(LoopMetric.HANDLES_CLOSED, Abi.CTR_CLOSED),
          Map.entry(LoopMetric.BYTES_RECEIVED, Abi.CTR_BYTES_RECEIVED),
          Map.entry(LoopMetric.BYTES_SENT, Abi.CTR_BYTES_SENT),
          Map.entry(LoopMetric.REARMS, Abi.CTR_REARMS),
          Map.entry(LoopMetric.COMPLETION_OVERFLOWS, Abi.CTR_CQ_OVERFLOWS),
          Map.entry(LoopMetric.KERNEL_OVERFLOWS, Abi.CTR_KERNEL_OVERFLOWS),
          Map.entry(LoopMetric.INLINE_SENDS, Abi.CTR_INLINE_SENDS),
          Map.entry(LoopMetric.BLOCKED_SENDS, Abi.CTR_BLOCKED_SENDS),
          Map.entry(LoopMetric.LATE_CLOSED, Abi.CTR_LATE_CLOSED),
          Map.entry(LoopMetric.SENDS_IN_FLIGHT, Abi.CTR_OPS_IN_FLIGHT));

  @OnEveryCell
  void everyMetricIsTheCounterOfItsName(Cell cell) {
    EventLoopGroup group = cell.group();
    Loop loop = (Loop) group.loops().get(0);
    group.close();
    ByteBuffer region = loop.engine.shared(); // Outlives the engine; nobody else writes to it now.
    int counters = region.getInt(Abi.HDR_COUNTERS_OFFSET);
    COUNTERS.forEach((metric, counter) -> region.putLong(counters + counter * Long.BYTES, MARK + counter));
    LoopStats stats = loop.stats();
    COUNTERS.forEach((metric, counter) -> assertEquals(MARK + counter, stats.value(metric), metric::toString));
  }

  @OnEveryCell
  void aTaskThatHadToWaitIsCountedWithItsDelay(Cell cell) throws Exception {
    try (EventLoopGroup group = cell.group()) {
      EventLoop loop = group.loops().get(0);
      CountDownLatch free = new CountDownLatch(1);
      CountDownLatch held = new CountDownLatch(1);
      CompletableFuture<Long> releasedAt = new CompletableFuture<>();
      loop.execute(() -> {
        held.countDown();
        try {
          free.await();
        } catch (InterruptedException e) {
          throw new AssertionError(e);
        }
        releasedAt.complete(System.nanoTime());
      });
      held.await();
      CompletableFuture<Void> ran = new CompletableFuture<>();
      loop.execute(() -> ran.complete(null));
      long pushedBefore = System.nanoTime();
      free.countDown();
      Await.value(ran);
      Await.on(loop, () -> null);
      long waited = Await.value(releasedAt) - pushedBefore;
      LoopStats stats = loop.stats();
      assertTrue(stats.value(LoopMetric.TASK_DELAY_LONGEST) >= waited, () -> stats + ": waited " + waited);
      assertTrue(stats.value(LoopMetric.TASK_DELAY) >= stats.value(LoopMetric.TASK_DELAY_LONGEST), stats::toString);
    }
  }
}
