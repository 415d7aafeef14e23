package io.sluice.internal.loop;

import io.sluice.CloseReason;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import java.util.concurrent.CompletionStage;
import org.openjdk.jcstress.infra.results.IIL_Result;

/**
 * Two threads close and abort one connection: both get the same stage, it completes, and onClosed comes
 * once. Results: both got the stage that completed; calls of onClosed; the kind of the reason.
 */
@JCStressTest
@Outcome(id = "1, 1, LOCAL_ABORT", expect = Expect.ACCEPTABLE, desc = "one end for all: an abort overtakes a close")
@Outcome(expect = Expect.FORBIDDEN, desc = "a stage of its own, one that never completes, or another number of ends")
@State
public class CloseStress {
  private final StressLoop.Ends ends = new StressLoop.Ends();
  private final StreamConnection connection = StressLoop.connection(ends);
  private CompletionStage<CloseReason> one;
  private CompletionStage<CloseReason> two;

  @Actor
  public void closer() {
    one = connection.close();
  }

  @Actor
  public void aborter() {
    two = connection.abort();
  }

  @Arbiter
  public void loop(IIL_Result r) {
    StressLoop.judgeEnd(connection, ends, one, two, r);
  }
}
