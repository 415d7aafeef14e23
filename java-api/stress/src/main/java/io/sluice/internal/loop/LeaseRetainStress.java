package io.sluice.internal.loop;

import io.sluice.BufferLease;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * One thread retains anew and releases what it got, another releases: one of the two succeeds,
 * and the buffer goes back once. Results: who ended the lease, and how many buffers are still out.
 */
@JCStressTest
@Outcome(id = {"1, 0, 0", "0, 1, 0"}, expect = Expect.ACCEPTABLE, desc = "one owner, given back once")
@Outcome(expect = Expect.FORBIDDEN, desc = "two owners, or a buffer given back twice or never")
@State
public class LeaseRetainStress {
  private final LeasePool pool = StressLoop.pool();
  private final StreamConnection owner = StressLoop.connection(new StressLoop.Ends());
  private final BufferLease lease = StressLoop.retained(pool, owner, 0);

  @Actor
  public void retainer(III_Result r) {
    r.r1 = StressLoop.ended(() -> lease.retain().release());
  }

  @Actor
  public void releaser(III_Result r) {
    r.r2 = StressLoop.ended(lease::release);
  }

  @Arbiter
  public void loop(III_Result r) {
    StressLoop.asLoop(pool::takeFromOutside);
    r.r3 = pool.owned() == owner.heldBuffers ? pool.owned() : -99;
  }
}
