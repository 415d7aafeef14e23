package io.sluice.internal.loop;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class WatchTest {
  private static final long LIMIT_SECONDS = 30;

  /** Looked at every millisecond. */
  private abstract static class EveryMilli implements Watch.Watched {
    @Override
    public long periodNanos() {
      return 1_000_000;
    }
  }

  /** A group that was closed while another one was opened waited for the end of the other one. */
  @Test
  void whoWaitsForItsEndDoesNotWaitForThoseThatCameMeanwhile() throws Exception {
    Watch watch = new Watch();
    CountDownLatch looking = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    EveryMilli first =
        new EveryMilli() {
          @Override
          public boolean look(long passedNanos) {
            looking.countDown();
            try {
              return goOn.await(LIMIT_SECONDS, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
              return false;
            }
          }
        };
    EveryMilli second =
        new EveryMilli() {
          @Override
          public boolean look(long passedNanos) {
            return true;
          }
        };
    watch.add(first);
    assertTrue(looking.await(LIMIT_SECONDS, TimeUnit.SECONDS));
    watch.remove(first);
    CompletableFuture<Void> waited = new CompletableFuture<>();
    Thread waiting =
        new Thread(
            () -> {
              watch.awaitEnd();
              waited.complete(null);
            });
    waiting.setDaemon(true);
    waiting.start();
    while (waiting.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
    watch.add(second);
    goOn.countDown();
    try {
      waited.get(LIMIT_SECONDS, TimeUnit.SECONDS);
    } finally {
      watch.remove(second);
    }
    watch.awaitEnd();
  }
}
