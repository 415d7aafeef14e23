package io.sluice.internal.loop;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * The stage of one attempt to connect. It belongs to its one caller: whoever completes it (cancel, a time limit, a value) gives
 * the attempt up, and then no method of the handler is ever called. What giving up does to the attempt is its subclass's.
 *
 * <pre>
 *  OPEN --loop: claim, before onOpen--> CLAIMED --> completed by the loop
 *    +----caller: cancel, complete----> GIVEN UP: the attempt is stopped
 * </pre>
 */
public abstract class AttemptStage<T> extends CompletableFuture<T> {
  private static final int OPEN = 0;
  private static final int CLAIMED = 1;
  private static final int GIVEN_UP = 2;
  private static final VarHandle STATE;

  static {
    try {
      STATE = MethodHandles.lookup().findVarHandle(AttemptStage.class, "state", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private volatile int state;

  /** The caller gave up, on whichever thread that was. Called once. */
  protected abstract void stopAttempt();

  public final boolean isGivenUp() {
    return state == GIVEN_UP;
  }

  /** Loop thread: from here on the caller cannot give up. False: it has. */
  public final boolean claim() {
    return STATE.compareAndSet(this, OPEN, CLAIMED);
  }

  /** After {@link #claim}. */
  public final void finish(T value) {
    super.complete(value);
  }

  /** Any thread. */
  public final void fail(Throwable why) {
    if (claim()) {
      super.completeExceptionally(why);
    }
  }

  private boolean giveUp() {
    return STATE.compareAndSet(this, OPEN, GIVEN_UP);
  }

  @Override
  public boolean complete(T value) {
    if (!giveUp()) {
      return false;
    }
    boolean done = super.complete(value);
    stopAttempt();
    return done;
  }

  @Override
  public boolean completeExceptionally(Throwable ex) {
    if (!giveUp()) {
      return false;
    }
    boolean done = super.completeExceptionally(ex);
    stopAttempt();
    return done;
  }

  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    if (!giveUp()) {
      return isCancelled();
    }
    boolean done = super.cancel(mayInterruptIfRunning);
    stopAttempt();
    return done;
  }

  /** The inherited one completes this stage without {@link #complete}. */
  @Override
  public CompletableFuture<T> completeAsync(Supplier<? extends T> supplier, Executor executor) {
    Objects.requireNonNull(supplier, "supplier");
    executor.execute(
        () -> {
          try {
            complete(supplier.get());
          } catch (Throwable t) {
            completeExceptionally(t);
          }
        });
    return this;
  }

  @Override
  public void obtrudeValue(T value) {
    throw new UnsupportedOperationException("the outcome of a connect cannot be replaced");
  }

  @Override
  public void obtrudeException(Throwable ex) {
    throw new UnsupportedOperationException("the outcome of a connect cannot be replaced");
  }

  /** Dependent stages are ordinary ones. */
  @Override
  public <U> CompletableFuture<U> newIncompleteFuture() {
    return new CompletableFuture<>();
  }
}
