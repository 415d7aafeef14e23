package io.sluice.internal.jfr;

import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;

@Name("io.sluice.SctpAssociationOpened")
@Label("SCTP Association Opened")
@Description("An SCTP association was accepted or established")
final class AssociationOpenedEvent extends PeerEvent {
  @Label("Association")
  @Description("SctpAssociation.id()")
  long associationId;

  @Label("Accepted")
  @Description("By a listener; otherwise it was established from here")
  boolean accepted;

  @Label("Incoming Streams")
  int streamsIn;

  @Label("Outgoing Streams")
  int streamsOut;
}
