package io.sluice.internal.jfr;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

@Name("io.sluice.LoopStalled")
@Label("Loop Stalled")
@Category("Sluice")
@Description("A callback or task has kept an event loop for longer than the stall threshold; once per stall, while it lasts")
@StackTrace(false)
final class LoopStalledEvent extends Event {
  @Label("Loop")
  String loop;

  @Label("Loop Thread")
  Thread loopThread;

  @Label("Stalled Time")
  @Description("So far")
  @Timespan(Timespan.NANOSECONDS)
  long stalledTime;

  @Label("Blocking Stack")
  @Description("Where the loop's thread is, one frame per line; empty when it went on while it was asked")
  String blockingStack;
}
