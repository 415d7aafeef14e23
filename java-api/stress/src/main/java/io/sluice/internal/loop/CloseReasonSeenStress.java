package io.sluice.internal.loop;

import io.sluice.CloseReason;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIL_Result;

/**
 * A thread closes a connection and asks twice for the reason, while its loop finds that the peer had reset it. Results: what the
 * first and the second question were answered (0 nothing, 1 what onClosed was told, 2 anything else); the kind of the reason.
 */
@JCStressTest
@Outcome(id = {"0, 0, PEER_RESET", "0, 1, PEER_RESET", "1, 1, PEER_RESET"}, expect = Expect.ACCEPTABLE, desc = "nothing, then the final one")
@Outcome(expect = Expect.FORBIDDEN, desc = "a reason that did not stay")
@State
public class CloseReasonSeenStress {
  private static final CloseReason RESET = CloseReasons.ofCode(io.sluice.internal.abi.Abi.ECONNRESET, 104, "receive");

  private final StressLoop.Ends ends = new StressLoop.Ends();
  private final StreamConnection connection = StressLoop.connection(ends);
  private CloseReason first;
  private CloseReason second;

  @Actor
  public void reader() {
    connection.close();
    first = connection.closeReason();
    second = connection.closeReason();
  }

  @Actor
  public void loop() {
    StressLoop.asLoop(
        () -> {
          connection.fail(RESET);
          connection.ended();
        });
  }

  private int seen(CloseReason why) {
    if (why == null) {
      return 0;
    }
    return why == connection.closeReason() ? 1 : 2;
  }

  @Arbiter
  public void rest(IIL_Result r) {
    StressLoop.asLoop(StressLoop.LOOP::runTasks); // The close, which comes too late.
    r.r1 = seen(first);
    r.r2 = seen(second);
    r.r3 = connection.closeReason().kind();
  }
}
