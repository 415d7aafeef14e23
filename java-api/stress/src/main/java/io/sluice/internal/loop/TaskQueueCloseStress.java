package io.sluice.internal.loop;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIII_Result;

/**
 * A thread pushes two tasks while the loop runs what is there and closes the queue: what was taken is run, what was refused is
 * not, and nothing is taken after something was refused. Results: taken and run, for each of the two.
 */
@JCStressTest
@Outcome(id = {"1, 1, 1, 1", "1, 1, 0, 0", "0, 0, 0, 0"}, expect = Expect.ACCEPTABLE, desc = "run exactly if it was taken")
@Outcome(expect = Expect.FORBIDDEN, desc = "a task slipped past the end, or ran although it was refused")
@State
public class TaskQueueCloseStress {
  private final TaskQueue queue = new TaskQueue(new LoopCounters());
  private int first;
  private int second;

  @Actor
  public void other(IIII_Result r) {
    r.r1 = queue.push(() -> first++) ? 1 : 0;
    r.r3 = queue.push(() -> second++) ? 1 : 0;
  }

  @Actor
  public void loop() {
    Runnable task = queue.poll();
    if (task != null) {
      task.run();
    }
    queue.close();
    while ((task = queue.poll()) != null) {
      task.run();
    }
  }

  @Arbiter
  public void count(IIII_Result r) {
    r.r2 = first;
    r.r4 = second;
  }
}
