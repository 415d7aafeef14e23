package io.sluice.internal.jfr;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;

@Name("io.sluice.LeaseMisused")
@Label("Lease Misused")
@Category("Sluice")
@Description("Checked mode found a buffer lease that was used after its end, lost, or still held when its loop ended")
final class LeaseMisusedEvent extends Event {
  @Label("Loop")
  String loop;

  @Label("What")
  String what;

  @Label("Places")
  @Description("Where the lease ended and where it was acquired, as far as known: stacks, the latest first")
  String places;
}
