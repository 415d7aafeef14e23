package io.sluice.internal.loop;

import io.sluice.CloseReason;
import io.sluice.Connection;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * The stage of one {@code connect()}. It belongs to its one caller: whoever completes it (cancel, a time limit, a value) gives
 * the attempt up, and then no method of the handler is ever called.
 *
 * <pre>
 *  OPEN --loop: claim, before onOpen--> CLAIMED --> completed by the loop
 *    +----caller: cancel, complete----> GIVEN UP: the attempt is cancelled, a late socket closed
 * </pre>
 */
final class ConnectStage extends CompletableFuture<Connection> {
  private static final int OPEN = 0;
  private static final int CLAIMED = 1;
  private static final int GIVEN_UP = 2;
  private static final VarHandle STATE;

  static {
    try {
      STATE = MethodHandles.lookup().findVarHandle(ConnectStage.class, "state", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private volatile int state;
  /** Set before anybody else sees this stage. */
  private Connector connector;

  void connector(Connector c) {
    connector = c;
  }

  /** Loop thread: from here on the caller cannot give up. False: it has. */
  boolean claim() {
    return STATE.compareAndSet(this, OPEN, CLAIMED);
  }

  /** After {@link #claim}. */
  void finish(Connection c) {
    super.complete(c);
  }

  void fail(CloseReason why) {
    if (claim()) {
      super.completeExceptionally(CloseReasons.exception(why));
    }
  }

  private boolean giveUp() {
    return STATE.compareAndSet(this, OPEN, GIVEN_UP);
  }

  private void stopAttempt() {
    if (connector != null) {
      connector.giveUp();
    }
  }

  @Override
  public boolean complete(Connection value) {
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
  public CompletableFuture<Connection> completeAsync(Supplier<? extends Connection> supplier, Executor executor) {
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
  public void obtrudeValue(Connection value) {
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
