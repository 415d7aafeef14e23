package io.sluice.internal.jfr;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

@Name("io.sluice.SctpAssociationOpened")
@Label("SCTP Association Opened")
@Category("Sluice")
@Description("An SCTP association was accepted or established")
@StackTrace(false)
final class AssociationOpenedEvent extends Event {
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

  @Label("Accepted")
  @Description("By a listener; otherwise it was established from here")
  boolean accepted;

  @Label("Incoming Streams")
  int streamsIn;

  @Label("Outgoing Streams")
  int streamsOut;
}
