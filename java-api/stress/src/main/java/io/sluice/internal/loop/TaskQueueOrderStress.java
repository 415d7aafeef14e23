package io.sluice.internal.loop;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/** A thread pushes while the loop polls: every task runs once, in order. */
@JCStressTest
@Outcome(id = "abc", expect = Expect.ACCEPTABLE, desc = "each once, in order")
@Outcome(expect = Expect.FORBIDDEN, desc = "lost, run twice or out of order")
@State
public class TaskQueueOrderStress {
  private final TaskQueue queue = new TaskQueue(new LoopCounters());
  private final StringBuilder ran = new StringBuilder();

  @Actor
  public void other() {
    queue.push(() -> ran.append('a'));
    queue.push(() -> ran.append('b'));
    queue.push(() -> ran.append('c'));
  }

  @Actor
  public void loop() {
    run();
  }

  @Arbiter
  public void rest(L_Result r) {
    run();
    r.r1 = ran.toString();
  }

  private void run() {
    for (Runnable task; (task = queue.poll()) != null; ) {
      task.run();
    }
  }
}
