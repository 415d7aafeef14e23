package io.sluice.internal.jfr;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

@Name("io.sluice.ConnectionClosed")
@Label("Connection Closed")
@Category("Sluice")
@Description("A connection ended; committed before onClosed is called")
@StackTrace(false)
final class ConnectionClosedEvent extends Event {
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

  @Label("Code")
  @Description("Code of the application or protocol, or 0")
  long code;

  @Label("Detail")
  String detail;

  @Label("Bytes Received")
  @Description("Delivered to the handler")
  @DataAmount(DataAmount.BYTES)
  long bytesReceived;

  @Label("Bytes Sent")
  @Description("Accepted by the kernel")
  @DataAmount(DataAmount.BYTES)
  long bytesSent;

  @Label("Bytes Unsent")
  @Description("Taken by send and not accepted by the kernel")
  @DataAmount(DataAmount.BYTES)
  long bytesUnsent;

  @Label("Open Time")
  @Description("From the connection's start to its end")
  @Timespan(Timespan.NANOSECONDS)
  long openTime;
}
