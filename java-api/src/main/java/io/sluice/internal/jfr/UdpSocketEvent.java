package io.sluice.internal.jfr;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

@Name("io.sluice.UdpSocket")
@Label("UDP Socket")
@Category("Sluice")
@Description("A UDP socket was opened or has ended")
@StackTrace(false)
final class UdpSocketEvent extends Event {
  @Label("Socket Id")
  long socketId;

  @Label("Loop")
  @Description("Index of its event loop")
  int loop;

  @Label("Local Address")
  String local;

  @Label("Remote Address")
  @Description("Whom it is connected to; null: nobody")
  String remote;

  @Label("Closed")
  @Description("False: it was opened")
  boolean closed;

  @Label("Kind")
  @Description("CloseReason.Kind; null when it was opened")
  String kind;

  @Label("Expected")
  @Description("Whether the end belongs to normal operation")
  boolean expected;

  @Label("Detail")
  String detail;

  @Label("Bytes Unsent")
  @DataAmount
  @Description("Of datagrams that the kernel had not taken")
  long bytesUnsent;
}
