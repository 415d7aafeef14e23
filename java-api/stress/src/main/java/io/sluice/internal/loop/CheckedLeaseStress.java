package io.sluice.internal.loop;

import io.sluice.BufferLease;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIL_Result;

/**
 * Checked mode: one thread reads while another ends the lease: it reads the bytes or is refused; before JDK
 * 22 it may also see the pattern (-37) in a buffer that it got just before the end. The lease ends once.
 * Results: who ended it; what was read.
 */
@JCStressTest
@Outcome(id = {"1, 0, (42|-37|refused)", "0, 1, 42"}, expect = Expect.ACCEPTABLE, desc = "the bytes, or none")
@Outcome(expect = Expect.FORBIDDEN, desc = "ended twice, or bytes of somebody else")
@State
public class CheckedLeaseStress {
  private static final LeaseChecks CHECKS = new LeaseChecks(StressLoop.LOOP);
  private static final StreamConnection OWNER = StressLoop.connection(new StressLoop.Ends());

  private final BufferLease lease = CHECKS.hold(new HeapLease(new byte[] {42}), OWNER);

  @Actor
  public void one(IIL_Result r) {
    r.r1 = StressLoop.ended(lease::release);
  }

  @Actor
  public void reader(IIL_Result r) {
    try {
      r.r3 = lease.buffer().get(0);
    } catch (IllegalStateException ended) {
      r.r3 = "refused";
    }
    r.r2 = StressLoop.ended(() -> lease.retain().release());
  }
}
