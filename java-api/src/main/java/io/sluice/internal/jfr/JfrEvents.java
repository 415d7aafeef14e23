package io.sluice.internal.jfr;

import io.sluice.CloseReason;
import io.sluice.Connection;
import java.net.SocketAddress;

/**
 * The events as the flight recorder takes them. Of every event there is one instance that is only ever asked whether it is
 * enabled, so that asking allocates nothing, whatever the compiler makes of it.
 */
final class JfrEvents extends Events {
  private static final ConnectionOpenedEvent OPENED = new ConnectionOpenedEvent();
  private static final ConnectionClosedEvent CLOSED = new ConnectionClosedEvent();
  private static final ListenerStateEvent LISTENER = new ListenerStateEvent();
  private static final LoopStalledEvent STALLED = new LoopStalledEvent();

  @Override
  public void connectionOpened(Connection c, boolean accepted) {
    if (OPENED.isEnabled()) {
      ConnectionOpenedEvent e = new ConnectionOpenedEvent();
      e.connectionId = c.id();
      e.loop = c.loop().index();
      e.local = String.valueOf(c.localAddress());
      e.remote = String.valueOf(c.remoteAddress());
      e.accepted = accepted;
      e.commit();
    }
  }

  @Override
  public void connectionClosed(Connection c, CloseReason why, long openNanos, long received, long taken) {
    if (CLOSED.isEnabled()) {
      ConnectionClosedEvent e = new ConnectionClosedEvent();
      e.connectionId = c.id();
      e.loop = c.loop().index();
      e.local = String.valueOf(c.localAddress());
      e.remote = String.valueOf(c.remoteAddress());
      e.kind = why.kind().name();
      e.initiator = why.initiator().name();
      e.expected = why.isExpected();
      e.osError = why.osError();
      e.code = why.code();
      e.detail = why.detail();
      e.bytesReceived = received;
      e.bytesSent = taken - why.bytesUnsent();
      e.bytesUnsent = why.bytesUnsent();
      e.openTime = openNanos;
      e.commit();
    }
  }

  @Override
  public void listenerState(SocketAddress address, Enum<?> before, Enum<?> now, String cause) {
    if (LISTENER.isEnabled()) {
      ListenerStateEvent e = new ListenerStateEvent();
      e.address = String.valueOf(address);
      e.before = before.name();
      e.now = now.name();
      e.cause = cause;
      e.commit();
    }
  }

  @Override
  public void loopStalled(String loop, Thread thread, long nanos, StackTraceElement[] trace) {
    if (STALLED.isEnabled()) {
      LoopStalledEvent e = new LoopStalledEvent();
      e.loop = loop;
      e.loopThread = thread;
      e.stalledTime = nanos;
      StringBuilder text = new StringBuilder();
      for (StackTraceElement frame : trace) {
        text.append("at ").append(frame).append('\n');
      }
      e.blockingStack = text.toString();
      e.commit();
    }
  }
}
