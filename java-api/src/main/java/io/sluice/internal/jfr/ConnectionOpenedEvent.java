package io.sluice.internal.jfr;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

@Name("io.sluice.ConnectionOpened")
@Label("Connection Opened")
@Category("Sluice")
@Description("A connection was accepted or established")
@StackTrace(false)
final class ConnectionOpenedEvent extends Event {
  @Label("Connection")
  @Description("Connection.id()")
  long connectionId;

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
}
