package io.sluice.internal.jfr;

import io.sluice.EventLoop;
import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.StackTrace;

/** What all events of a connection or an association say: where it lives, and between which addresses. */
@Category("Sluice")
@StackTrace(false)
abstract class PeerEvent extends Event {
  @Label("Loop")
  @Description("Index of the event loop within its group")
  int loop;

  @Label("Local Address")
  String local;

  @Label("Remote Address")
  String remote;

  final void between(EventLoop loop, Object local, Object remote) {
    this.loop = loop.index();
    this.local = String.valueOf(local);
    this.remote = String.valueOf(remote);
  }
}
