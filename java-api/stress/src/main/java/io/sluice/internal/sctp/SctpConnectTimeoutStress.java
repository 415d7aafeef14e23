package io.sluice.internal.sctp;

import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIII_Result;

/**
 * A time limit of the caller (as {@code orTimeout} sets it) runs out, and it cancels as well, while the loop is told that the peer refused: one
 * of them is the outcome, and the attempt is stopped once unless the peer ended it. Results: the limit came first; cancel did; attempts to stop
 * it; the stage is done, and with the outcome of the one that came first.
 */
@JCStressTest
@Outcome(id = "1, 0, 1, 1", expect = Expect.ACCEPTABLE, desc = "the limit")
@Outcome(id = "0, 0, 0, 1", expect = Expect.ACCEPTABLE, desc = "refused")
@Outcome(expect = Expect.FORBIDDEN, desc = "two outcomes, none, or stopped without need")
@State
public class SctpConnectTimeoutStress {
  private static final Throwable REFUSED = new IllegalStateException("refused");
  private static final Throwable LIMIT = new TimeoutException();

  private final ConnectStage stage = new ConnectStage();
  private final AtomicInteger stops = new AtomicInteger();
  private boolean late;
  private boolean cancelled;

  public SctpConnectTimeoutStress() {
    stage.onGiveUp(stops::incrementAndGet);
  }

  @Actor
  public void limit() {
    late = stage.completeExceptionally(LIMIT);
    cancelled = stage.cancel(false);
  }

  @Actor
  public void loop() {
    stage.fail(REFUSED);
  }

  @Arbiter
  public void rest(IIII_Result r) {
    Throwable[] why = new Throwable[1];
    stage.whenComplete((a, t) -> why[0] = t);
    r.r1 = late ? 1 : 0;
    r.r2 = cancelled ? 1 : 0;
    r.r3 = stops.get();
    r.r4 = late ? why[0] == LIMIT ? 1 : 0 : cancelled ? stage.isCancelled() ? 1 : 0 : why[0] == REFUSED ? 1 : 0;
  }
}
