package io.sluice.internal.jfr;

import io.sluice.CloseReason;
import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Timespan;

/** And how it ended. */
abstract class PeerClosedEvent extends PeerEvent {
  @Label("Kind")
  @Description("CloseReason.kind()")
  String kind;

  @Label("Initiator")
  @Description("CloseReason.initiator()")
  String initiator;

  @Label("Expected")
  @Description("CloseReason.isExpected()")
  boolean expected;

  @Label("Error of the Operating System")
  @Description("errno, or 0")
  int osError;

  @Label("Detail")
  String detail;

  @Label("Open Time")
  @Description("From its start to its end")
  @Timespan(Timespan.NANOSECONDS)
  long openTime;

  final void ended(CloseReason why, long openedNanos) {
    kind = why.kind().name();
    initiator = why.initiator().name();
    expected = why.isExpected();
    osError = why.osError();
    detail = why.detail();
    openTime = System.nanoTime() - openedNanos;
  }
}
