package io.sluice.internal.loop;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** Two threads release leases of one pool: each buffer comes back once. Result: buffers still out. */
@JCStressTest
@Outcome(id = "0", expect = Expect.ACCEPTABLE, desc = "all came back")
@Outcome(expect = Expect.FORBIDDEN, desc = "lost or given back twice on the way to the loop")
@State
public class LeasesFromTwoThreadsStress {
  private final LeasePool pool = StressLoop.pool();
  private final StreamConnection owner = StressLoop.connection(new StressLoop.Ends());
  private final RetainedLease a = StressLoop.retained(pool, owner, 0);
  private final RetainedLease b = StressLoop.retained(pool, owner, 1);
  private final RetainedLease c = StressLoop.retained(pool, owner, 2);

  @Actor
  public void one() {
    a.release();
    b.release();
  }

  @Actor
  public void two() {
    c.release();
  }

  @Arbiter
  public void loop(I_Result r) {
    StressLoop.asLoop(pool::takeFromOutside);
    r.r1 = pool.owned() == owner.heldBuffers ? pool.owned() : -99;
  }
}
