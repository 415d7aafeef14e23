package io.sluice.internal.sctp;

import io.sluice.sctp.SctpAssociation;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * The stage of one connect. It belongs to its one caller: whoever completes it (cancel, a time limit, a value) gives the
 * attempt up, and then no method of the handler is ever called.
 *
 * <pre>
 *  OPEN --loop: claim, before onOpen--> CLAIMED --> completed by the loop
 *    +----caller: cancel, complete----> GIVEN UP: the attempt is aborted
 * </pre>
 */
final class ConnectStage extends CompletableFuture<SctpAssociation> {
  private static final int OPEN = 0;
  private static final int CLAIMED = 1;
  private static final int GIVEN_UP = 2;
  private static final VarHandle STATE;
  private static final VarHandle GIVE_UP;

  static {
    try {
      STATE = MethodHandles.lookup().findVarHandle(ConnectStage.class, "state", int.class);
      GIVE_UP = MethodHandles.lookup().findVarHandle(ConnectStage.class, "giveUp", Runnable.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private volatile int state;
  /** What to do when the caller gives up; run at most once. */
  private volatile Runnable giveUp;

  /** Loop thread: how the attempt is stopped from now on. */
  void onGiveUp(Runnable stop) {
    giveUp = stop;
    if (state == GIVEN_UP) {
      stopAttempt(); // Whoever gave up may have come too early to find it.
    }
  }

  boolean isGivenUp() {
    return state == GIVEN_UP;
  }

  /** Loop thread: from here on the caller cannot give up. False: it has. */
  boolean claim() {
    return STATE.compareAndSet(this, OPEN, CLAIMED);
  }

  /** After {@link #claim}. */
  void finish(SctpAssociation a) {
    super.complete(a);
  }

  /** Any thread. */
  void fail(Throwable why) {
    if (claim()) {
      super.completeExceptionally(why);
    }
  }

  private boolean given() {
    return STATE.compareAndSet(this, OPEN, GIVEN_UP);
  }

  private void stopAttempt() {
    Runnable stop = (Runnable) GIVE_UP.getAndSet(this, null);
    if (stop != null) {
      stop.run();
    }
  }

  @Override
  public boolean complete(SctpAssociation value) {
    if (!given()) {
      return false;
    }
    boolean done = super.complete(value);
    stopAttempt();
    return done;
  }

  @Override
  public boolean completeExceptionally(Throwable ex) {
    if (!given()) {
      return false;
    }
    boolean done = super.completeExceptionally(ex);
    stopAttempt();
    return done;
  }

  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    if (!given()) {
      return isCancelled();
    }
    boolean done = super.cancel(mayInterruptIfRunning);
    stopAttempt();
    return done;
  }

  /** The inherited one completes this stage without {@link #complete}. */
  @Override
  public CompletableFuture<SctpAssociation> completeAsync(Supplier<? extends SctpAssociation> supplier, Executor executor) {
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
  public void obtrudeValue(SctpAssociation value) {
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
