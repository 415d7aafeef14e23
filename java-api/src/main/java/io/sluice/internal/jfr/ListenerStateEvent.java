package io.sluice.internal.jfr;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

@Name("io.sluice.ListenerState")
@Label("Listener State")
@Category("Sluice")
@Description("A listener changed its state")
@StackTrace(false)
final class ListenerStateEvent extends Event {
  @Label("Address")
  @Description("What it listens on, or was told to listen on")
  String address;

  @Label("Before")
  @Description("ListenerState")
  String before;

  @Label("Now")
  @Description("ListenerState")
  String now;

  @Label("Cause")
  @Description("Why it failed; null for other changes")
  String cause;
}
