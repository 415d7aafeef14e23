package io.sluice.internal.sctp;

import io.sluice.internal.loop.AttemptStage;
import io.sluice.sctp.SctpAssociation;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** The stage of one connect: given up, the attempt is aborted, as soon as there is one. */
final class ConnectStage extends AttemptStage<SctpAssociation> {
  private static final VarHandle GIVE_UP;

  static {
    try {
      GIVE_UP = MethodHandles.lookup().findVarHandle(ConnectStage.class, "giveUp", Runnable.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** What to do when the caller gives up; run at most once. */
  private volatile Runnable giveUp;

  /** Loop thread: how the attempt is stopped from now on. */
  void onGiveUp(Runnable stop) {
    giveUp = stop;
    if (isGivenUp()) {
      stopAttempt(); // Whoever gave up may have come too early to find it.
    }
  }

  @Override
  protected void stopAttempt() {
    Runnable stop = (Runnable) GIVE_UP.getAndSet(this, null);
    if (stop != null) {
      stop.run();
    }
  }
}
