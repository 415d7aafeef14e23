package io.sluice.internal.jfr;

import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;

@Name("io.sluice.SctpAssociationClosed")
@Label("SCTP Association Closed")
@Description("An SCTP association ended; committed before onClosed is called")
final class AssociationClosedEvent extends PeerClosedEvent {
  @Label("Association")
  @Description("SctpAssociation.id()")
  long associationId;

  @Label("Cause Code")
  @Description("Of the ABORT chunk, or -1")
  int causeCode;
}
