package io.sluice.internal.jfr;

import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;

@Name("io.sluice.ConnectionClosed")
@Label("Connection Closed")
@Description("A connection ended; committed before onClosed is called")
final class ConnectionClosedEvent extends PeerClosedEvent {
  @Label("Connection")
  @Description("Connection.id()")
  long connectionId;

  @Label("Code")
  @Description("Code of the application or protocol, or 0")
  long code;

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
}
