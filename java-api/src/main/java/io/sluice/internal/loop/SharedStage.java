package io.sluice.internal.loop;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * A stage that many callers share, so that none of them may complete or cancel it: such calls answer false, or throw where
 * they cannot answer. Time limits go to a copy of the caller's own.
 */
public final class SharedStage<T> extends CompletableFuture<T> {
  /** For its owner. */
  public void finish(T value) {
    super.complete(value);
  }

  /** For its owner. */
  public void fail(Throwable cause) {
    super.completeExceptionally(cause);
  }

  @Override
  public boolean complete(T value) {
    return false;
  }

  @Override
  public boolean completeExceptionally(Throwable ex) {
    return false;
  }

  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    return false;
  }

  @Override
  public void obtrudeValue(T value) {
    throw new UnsupportedOperationException("this stage is shared: its result cannot be replaced");
  }

  @Override
  public void obtrudeException(Throwable ex) {
    throw new UnsupportedOperationException("this stage is shared: its result cannot be replaced");
  }

  @Override
  public CompletableFuture<T> completeAsync(Supplier<? extends T> supplier, Executor executor) {
    throw new UnsupportedOperationException("this stage is shared: complete a copy(), not the stage itself");
  }

  @Override
  public CompletableFuture<T> orTimeout(long timeout, TimeUnit unit) {
    return copy().orTimeout(timeout, unit);
  }

  @Override
  public CompletableFuture<T> completeOnTimeout(T value, long timeout, TimeUnit unit) {
    return copy().completeOnTimeout(value, timeout, unit);
  }

  /** Dependent stages belong to whoever made them. */
  @Override
  public <U> CompletableFuture<U> newIncompleteFuture() {
    return new CompletableFuture<>();
  }
}
