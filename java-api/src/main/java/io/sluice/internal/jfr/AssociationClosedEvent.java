package io.sluice.internal.jfr;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

@Name("io.sluice.SctpAssociationClosed")
@Label("SCTP Association Closed")
@Category("Sluice")
@Description("An SCTP association ended; committed before onClosed is called")
@StackTrace(false)
final class AssociationClosedEvent extends Event {
  @Label("Association")
  @Description("SctpAssociation.id()")
  long associationId;

  @Label("Loop")
  @Description("Index of the event loop within its group")
  int loop;

  @Label("Local Address")
  String local;

  @Label("Remote Address")
  String remote;

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

  @Label("Cause Code")
  @Description("Of the ABORT chunk, or -1")
  int causeCode;

  @Label("Detail")
  String detail;

  @Label("Open Time")
  @Description("From the association's start to its end")
  @Timespan(Timespan.NANOSECONDS)
  long openTime;
}
