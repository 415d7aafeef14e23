package io.sluice.internal.sctp;

import io.sluice.sctp.SctpSendOptions;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * A thread sends twice while the loop takes: what the loop did not find, somebody has been made to tell it. Results: messages found;
 * messages left; left without anybody who tells.
 */
@JCStressTest
@Outcome(id = {"2, 0, 0", "1, 1, 0", "0, 2, 0"}, expect = Expect.ACCEPTABLE, desc = "found, or the loop is told")
@Outcome(expect = Expect.FORBIDDEN, desc = "lost, or left for ever")
@State
public class SctpSendsWakeStress {
  private static final SctpSendOptions HOW = SctpSendOptions.stream(0);

  private final OutsideSends outside = new OutsideSends();
  private final PendingSend one = PendingSend.message(new byte[1], HOW, 1);
  private final PendingSend two = PendingSend.message(new byte[1], HOW, 2);
  private int oneOutcome;
  private int twoOutcome;
  private PendingSend taken;

  @Actor
  public void sender() {
    oneOutcome = outside.push(one);
    twoOutcome = outside.push(two);
  }

  @Actor
  public void loop() {
    taken = outside.take();
  }

  private boolean isTold(PendingSend left) {
    for (PendingSend p = left; p != null; p = p.next) {
      if ((p == one ? oneOutcome : twoOutcome) == OutsideSends.FIRST) {
        return true;
      }
    }
    return left == null;
  }

  private static int length(PendingSend list) {
    int n = 0;
    for (PendingSend p = list; p != null; p = p.next) {
      n++;
    }
    return n;
  }

  @Arbiter
  public void rest(III_Result r) {
    PendingSend left = outside.take();
    r.r1 = length(taken);
    r.r2 = length(left);
    r.r3 = isTold(left) ? 0 : 1;
  }
}
