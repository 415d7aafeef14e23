package io.sluice.internal.jfr;

import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;

@Name("io.sluice.ConnectionOpened")
@Label("Connection Opened")
@Description("A connection was accepted or established")
final class ConnectionOpenedEvent extends PeerEvent {
  @Label("Connection")
  @Description("Connection.id()")
  long connectionId;

  @Label("Accepted")
  @Description("By a listener; otherwise it was established from here")
  boolean accepted;
}
