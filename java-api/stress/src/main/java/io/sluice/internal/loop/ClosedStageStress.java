package io.sluice.internal.loop;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import java.util.concurrent.CompletableFuture;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * A thread asks for the stage of the end, twice, while the connection ends: nobody waits for ever. Results: both stages are done,
 * they are the same, calls of onClosed.
 */
@JCStressTest
@Outcome(id = "1, 1, 1", expect = Expect.ACCEPTABLE, desc = "told")
@Outcome(expect = Expect.FORBIDDEN, desc = "a stage that never completes")
@State
public class ClosedStageStress {
  private final StressLoop.Ends ends = new StressLoop.Ends();
  private final StreamConnection connection = StressLoop.connection(ends);
  private CompletableFuture<?> one;
  private CompletableFuture<?> two;

  @Actor
  public void other() {
    one = connection.closed().toCompletableFuture();
    two = connection.closed().toCompletableFuture();
  }

  @Actor
  public void loop() {
    StressLoop.asLoop(() -> {
      connection.abort();
      connection.ended();
    });
  }

  @Arbiter
  public void rest(III_Result r) {
    r.r1 = one.isDone() && two.isDone() ? 1 : 0;
    r.r2 = one == two ? 1 : 0;
    r.r3 = ends.closed;
  }
}
