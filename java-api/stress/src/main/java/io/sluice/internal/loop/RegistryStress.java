package io.sluice.internal.loop;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * A connection is registered under a key while it ends, and another one under the same key stays. Results: the ended one is
 * found; the other one is found; keys that exist.
 */
@JCStressTest
@Outcome(id = "0, 1, 1", expect = Expect.ACCEPTABLE, desc = "gone for good, the other stays")
@Outcome(expect = Expect.FORBIDDEN, desc = "a connection that cannot be deleted, or one that was deleted with it")
@State
public class RegistryStress {
  private static final String KEY = "user";

  private final KeyIndex index = new KeyIndex();
  private final StreamConnection ending = StressLoop.connection(new StressLoop.Ends());
  private final StreamConnection staying = StressLoop.connection(new StressLoop.Ends());

  @Actor
  public void other() {
    index.register(KEY, ending);
    index.register(KEY, staying);
  }

  @Actor
  public void loop() {
    KeyIndex.leaveAll(ending);
  }

  @Arbiter
  public void found(III_Result r) {
    r.r1 = index.get(KEY).contains(ending) ? 1 : 0;
    r.r2 = index.get(KEY).contains(staying) ? 1 : 0;
    r.r3 = index.count();
  }
}
