package io.sluice.internal.sctp;

import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIII_Result;

/**
 * The caller cancels a connect while the loop begins the attempt and is told that the association is up: either its handler is told, and the
 * stage has the association, or the attempt is stopped, once. Results: cancel said so; the loop may tell the handler; attempts to stop it;
 * the stage is cancelled.
 */
@JCStressTest
@Outcome(id = "0, 1, 0, 0", expect = Expect.ACCEPTABLE, desc = "established")
@Outcome(id = "1, 0, 1, 1", expect = Expect.ACCEPTABLE, desc = "given up and stopped")
@Outcome(expect = Expect.FORBIDDEN, desc = "both, neither, or stopped twice")
@State
public class SctpConnectCancelStress {
  private final ConnectStage stage = new ConnectStage();
  private final AtomicInteger stops = new AtomicInteger();
  private boolean cancelled;
  private boolean claimed;

  @Actor
  public void caller() {
    cancelled = stage.cancel(false);
  }

  @Actor
  public void loop() {
    stage.onGiveUp(stops::incrementAndGet);
    claimed = stage.claim();
    if (claimed) {
      stage.finish(null);
    }
  }

  @Arbiter
  public void rest(IIII_Result r) {
    r.r1 = cancelled ? 1 : 0;
    r.r2 = claimed ? 1 : 0;
    r.r3 = stops.get();
    r.r4 = stage.isDone() && stage.isCancelled() ? 1 : 0;
  }
}
