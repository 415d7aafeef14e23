package io.sluice.internal.loop;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/** Two threads push: every task runs once, those of one thread in order. */
@JCStressTest
@Outcome(id = "(aAbB|abAB|abBA|baAB|baBA|bBaA)", expect = Expect.ACCEPTABLE, desc = "each once, a before A, b before B")
@Outcome(expect = Expect.FORBIDDEN, desc = "lost, run twice or out of order")
@State
public class TaskQueuePushersStress {
  private final TaskQueue queue = new TaskQueue(new LoopCounters());
  private final StringBuilder ran = new StringBuilder();

  @Actor
  public void one() {
    queue.push(() -> ran.append('a'));
    queue.push(() -> ran.append('A'));
  }

  @Actor
  public void two() {
    queue.push(() -> ran.append('b'));
    queue.push(() -> ran.append('B'));
  }

  @Arbiter
  public void loop(L_Result r) {
    for (Runnable task; (task = queue.poll()) != null; ) {
      task.run();
    }
    r.r1 = ran.toString();
  }
}
