package io.sluice.api;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waiting for what must happen. The limit only decides when a hanging test gives up. */
public final class Await {
  public static final long LIMIT_SECONDS = 60;

  private Await() {}

  public static <T> T value(CompletionStage<T> stage) {
    try {
      return stage.toCompletableFuture().get(LIMIT_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw new AssertionError("the stage failed: " + e.getCause(), e.getCause());
    } catch (TimeoutException | InterruptedException e) {
      throw new AssertionError("nothing came within " + LIMIT_SECONDS + " s", e);
    }
  }

  public static Throwable failure(CompletionStage<?> stage) {
    try {
      Object v = stage.toCompletableFuture().get(LIMIT_SECONDS, TimeUnit.SECONDS);
      throw new AssertionError("expected a failure, got " + v);
    } catch (ExecutionException e) {
      return e.getCause();
    } catch (TimeoutException | InterruptedException e) {
      throw new AssertionError("nothing came within " + LIMIT_SECONDS + " s", e);
    }
  }

  public static <T> T next(BlockingQueue<T> queue) {
    try {
      T v = queue.poll(LIMIT_SECONDS, TimeUnit.SECONDS);
      if (v == null) {
        throw new AssertionError("nothing came within " + LIMIT_SECONDS + " s");
      }
      return v;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  public static void until(String what, BooleanSupplier condition) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("not within " + LIMIT_SECONDS + " s: " + what);
      }
      LockSupport.parkNanos(200_000);
    }
  }

  /** Runs something on a loop's thread and brings back what it returned or threw. */
  public static <T> T on(Executor loop, Callable<T> call) {
    CompletableFuture<T> f = new CompletableFuture<>();
    loop.execute(
        () -> {
          try {
            f.complete(call.call());
          } catch (Throwable t) {
            f.completeExceptionally(t);
          }
        });
    return value(f);
  }
}
