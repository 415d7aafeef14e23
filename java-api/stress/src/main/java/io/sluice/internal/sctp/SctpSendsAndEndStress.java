package io.sluice.internal.sctp;

import io.sluice.sctp.SctpSendOptions;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIII_Result;

/**
 * A thread sends twice while the association ends on its loop: what was taken is found by the loop, once, and nothing that was refused is.
 * Results: what was sent first, and then, was taken, and found that often (10 x taken + found); bytes pending; sends taken from then on.
 */
@JCStressTest
@Outcome(id = {"0, 0, 0, 0", "11, 0, 0, 0", "11, 11, 0, 0"}, expect = Expect.ACCEPTABLE, desc = "taken and found, or refused")
@Outcome(expect = Expect.FORBIDDEN, desc = "lost, found twice, or found although it was refused")
@State
public class SctpSendsAndEndStress {
  private static final SctpSendOptions HOW = SctpSendOptions.stream(0);

  private final OutsideSends outside = new OutsideSends();
  private final PendingSend one = PendingSend.message(new byte[1], HOW, 1);
  private final PendingSend two = PendingSend.message(new byte[2], HOW, 2);
  private boolean oneTaken;
  private boolean twoTaken;
  private int oneFound;
  private int twoFound;

  private boolean send(PendingSend p) {
    outside.reserve(p.data.length);
    boolean taken = outside.push(p) != OutsideSends.REFUSED;
    if (!taken) {
      outside.release(p.data.length);
    }
    return taken;
  }

  private void found(PendingSend list) {
    for (PendingSend p = list; p != null; p = p.next) {
      outside.release(p.data.length);
      oneFound += p == one ? 1 : 0;
      twoFound += p == two ? 1 : 0;
    }
  }

  @Actor
  public void sender() {
    oneTaken = send(one);
    twoTaken = send(two);
  }

  @Actor
  public void loop() {
    found(outside.take());
    found(outside.close());
  }

  @Arbiter
  public void rest(IIII_Result r) {
    r.r1 = (oneTaken ? 10 : 0) + oneFound;
    r.r2 = (twoTaken ? 10 : 0) + twoFound;
    r.r3 = (int) outside.bytes();
    r.r4 = outside.push(PendingSend.message(new byte[1], HOW, 3)) == OutsideSends.REFUSED && outside.take() == null ? 0 : 1;
  }
}
