package io.sluice.internal.loop;

import io.sluice.BufferLease;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/** A lease on the heap that two threads end. Results: who ended it, and whether it is still active. */
@JCStressTest
@Outcome(id = {"1, 0, 0", "0, 1, 0"}, expect = Expect.ACCEPTABLE, desc = "one owner")
@Outcome(expect = Expect.FORBIDDEN, desc = "two owners or none")
@State
public class HeapLeaseStress {
  private final BufferLease lease = new HeapLease(new byte[1]);

  @Actor
  public void retainer(III_Result r) {
    r.r1 = StressLoop.ended(() -> lease.retain().release());
  }

  @Actor
  public void releaser(III_Result r) {
    r.r2 = StressLoop.ended(lease::release);
  }

  @Arbiter
  public void after(III_Result r) {
    r.r3 = lease.isActive() ? 1 : 0;
  }
}
