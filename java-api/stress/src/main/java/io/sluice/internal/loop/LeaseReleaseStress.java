package io.sluice.internal.loop;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * Two threads release one lease: one is refused, and the buffer goes back once. Results: who ended it, and how many buffers are
 * still out.
 */
@JCStressTest
@Outcome(id = {"1, 0, 0", "0, 1, 0"}, expect = Expect.ACCEPTABLE, desc = "released once, given back once")
@Outcome(expect = Expect.FORBIDDEN, desc = "given back twice or never")
@State
public class LeaseReleaseStress {
  private final LeasePool pool = StressLoop.pool();
  private final StreamConnection owner = StressLoop.connection(new StressLoop.Ends());
  private final RetainedLease lease = StressLoop.retained(pool, owner, 0);

  @Actor
  public void one(III_Result r) {
    r.r1 = StressLoop.ended(lease::release);
  }

  @Actor
  public void two(III_Result r) {
    r.r2 = StressLoop.ended(lease::release);
  }

  @Arbiter
  public void loop(III_Result r) {
    StressLoop.asLoop(pool::takeFromOutside);
    r.r3 = pool.owned() == owner.heldBuffers ? pool.owned() : -99;
  }
}
