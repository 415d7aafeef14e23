package io.sluice.internal.loop;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * A thread sends while the loop ends the direction: what was taken is submitted ahead of the FIN, the rest is answered CLOSED.
 * Results: the send was taken; its buffer is on its way to the kernel; bytes pending.
 */
@JCStressTest
@Outcome(id = "1, 1, 256", expect = Expect.ACCEPTABLE, desc = "taken, and ahead of the FIN")
@Outcome(id = "0, 0, 0", expect = Expect.ACCEPTABLE, desc = "refused")
@Outcome(expect = Expect.FORBIDDEN, desc = "taken and left behind the FIN, or refused and pending")
@State
public class SendAndShutdownStress {
  private final StreamConnection connection = StressLoop.connection(new StressLoop.Ends());
  private final LeasePool pool = StressLoop.pool();
  private final RetainedLease lease = StressLoop.retained(pool, connection, 0);
  private boolean taken;

  @Actor
  public void sender() {
    taken = connection.send(lease).accepted();
  }

  @Actor
  public void loop() {
    StressLoop.asLoop(connection::shutdownOutput);
  }

  @Arbiter
  public void rest(III_Result r) {
    StressLoop.asLoop(() -> {
      while (StressLoop.LOOP.runTasks() > 0) {
        // Until the send has been carried out, and those of others that are under way.
      }
      pool.takeFromOutside();
      r.r2 = pool.owned();
      r.r3 = (int) connection.pendingSendBytes();
      connection.abort();
      connection.ended();
    });
    r.r1 = taken ? 1 : 0;
  }
}
