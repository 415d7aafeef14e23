package io.sluice.internal.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.api.Await;
import io.sluice.internal.load.Engines;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
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

  /** The work for after the start began with the second thing to look at: in the middle of the start. */
  @Test
  void whatIsAddedDoesNotEndTheWaitOfTheOthers() throws Exception {
    Watch watch = new Watch();
    AtomicInteger looks = new AtomicInteger();
    Watch.Watched rarely =
        new Watch.Watched() {
          @Override
          public long periodNanos() {
            return TimeUnit.HOURS.toNanos(1);
          }

          @Override
          public boolean look(long passedNanos) {
            looks.incrementAndGet();
            return true;
          }
        };
    ThreadGroup group = new ThreadGroup("watch test"); // The watch's thread inherits it.
    Thread adding = new Thread(group, () -> watch.add(rarely));
    adding.start();
    adding.join();
    Thread[] threads = new Thread[1];
    assertEquals(1, group.enumerate(threads));
    awaitWaiting(threads[0]);
    watch.add(rarely);
    awaitWaiting(threads[0]); // It was woken, and waits again.
    assertEquals(0, looks.get());
    watch.remove(rarely);
    watch.remove(rarely);
    watch.awaitEnd();
  }

  private static void awaitWaiting(Thread t) {
    Await.until("the watch waits", () -> t.getState() == Thread.State.TIMED_WAITING);
  }

  @Test
  void whatAStartDoesNotWaitForWaitsUntilItIsOver() {
    long before = System.nanoTime();
    AfterStart after = AfterStart.of(Engines.select("nio", null));
    assertFalse(after.isLater(before + after.periodNanos() - 1), "whatever the watch says has passed since its last look");
    assertTrue(after.isLater(System.nanoTime() + after.periodNanos()));
    Await.until("it is later", () -> !after.look(0));
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
