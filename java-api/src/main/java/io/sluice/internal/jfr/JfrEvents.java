package io.sluice.internal.jfr;

import io.sluice.CloseReason;
import io.sluice.Connection;
import io.sluice.UdpSocket;
import io.sluice.sctp.SctpAssociation;
import io.sluice.sctp.SctpClose;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.SocketAddress;
import jdk.jfr.FlightRecorder;
import jdk.jfr.FlightRecorderListener;

/**
 * The events as the flight recorder takes them.
 *
 * <p>The first use of any event class makes the JVM set up the whole recorder, a quarter of a second that an event loop does
 * not have. So the classes are left alone until somebody else has set it up, to record something.
 */
final class JfrEvents extends Events implements FlightRecorderListener {
  /** Of every event one instance that is only ever asked whether it is enabled: so asking allocates nothing. */
  private static final class Probes {
    static final ConnectionOpenedEvent OPENED = new ConnectionOpenedEvent();
    static final ConnectionClosedEvent CLOSED = new ConnectionClosedEvent();
    static final AssociationOpenedEvent ASSOCIATION_OPENED = new AssociationOpenedEvent();
    static final AssociationClosedEvent ASSOCIATION_CLOSED = new AssociationClosedEvent();
    static final ListenerStateEvent LISTENER = new ListenerStateEvent();
    static final UdpSocketEvent UDP = new UdpSocketEvent();
    static final LoopStalledEvent STALLED = new LoopStalledEvent();
    static final LeaseMisusedEvent LEASE = new LeaseMisusedEvent();

    private Probes() {}

    static void load() {}
  }

  private volatile boolean recorderExists;
  private boolean listening;

  /** Not its own type: {@link Events} must be verifiable where this class cannot be loaded. */
  static Events make() {
    JfrEvents events = new JfrEvents();
    events.recorderExists(); // A recording that began with the JVM: prepare for it here, not on a loop.
    return events;
  }

  /** Whether somebody has set the recorder up. A look at two fields. */
  private boolean recorderExists() {
    if (!recorderExists && FlightRecorder.isInitialized()) {
      prepare();
    }
    return recorderExists;
  }

  private void prepare() {
    Probes.load();
    recorderExists = true;
  }

  @Override
  public synchronized void listen() {
    if (!listening) {
      listening = true;
      FlightRecorder.addListener(this); // Tells at once if there is a recorder already.
    }
  }

  @Override
  public void recorderInitialized(FlightRecorder recorder) {
    prepare();
  }

  @Override
  public void connectionOpened(Connection c, boolean accepted) {
    if (recorderExists() && Probes.OPENED.isEnabled()) {
      ConnectionOpenedEvent e = new ConnectionOpenedEvent();
      e.connectionId = c.id();
      e.between(c.loop(), c.localAddress(), c.remoteAddress());
      e.accepted = accepted;
      e.commit();
    }
  }

  @Override
  public void connectionClosed(Connection c, CloseReason why, long openedNanos, long received, long taken) {
    if (recorderExists() && Probes.CLOSED.isEnabled()) {
      ConnectionClosedEvent e = new ConnectionClosedEvent();
      e.connectionId = c.id();
      e.between(c.loop(), c.localAddress(), c.remoteAddress());
      e.ended(why, openedNanos);
      e.code = why.code();
      e.bytesReceived = received;
      e.bytesSent = taken - why.bytesUnsent();
      e.bytesUnsent = why.bytesUnsent();
      e.commit();
    }
  }

  @Override
  public void udpSocket(UdpSocket socket, CloseReason why) {
    if (recorderExists() && Probes.UDP.isEnabled()) {
      UdpSocketEvent e = new UdpSocketEvent();
      e.socketId = socket.id();
      e.loop = socket.loop().index();
      e.local = String.valueOf(socket.localAddress());
      e.remote = socket.remoteAddress() == null ? null : socket.remoteAddress().toString();
      e.closed = why != null;
      if (why != null) {
        e.kind = why.kind().name();
        e.expected = why.isExpected();
        e.detail = why.detail();
        e.bytesUnsent = why.bytesUnsent();
      }
      e.commit();
    }
  }

  @Override
  public void associationOpened(SctpAssociation a) {
    if (recorderExists() && Probes.ASSOCIATION_OPENED.isEnabled()) {
      AssociationOpenedEvent e = new AssociationOpenedEvent();
      e.associationId = a.id();
      e.between(a.loop(), a.localAddress(), a.remoteAddress());
      e.accepted = a.isAccepted();
      e.streamsIn = a.streamsIn();
      e.streamsOut = a.streamsOut();
      e.commit();
    }
  }

  @Override
  public void associationClosed(SctpAssociation a, SctpClose why, long openedNanos) {
    if (recorderExists() && Probes.ASSOCIATION_CLOSED.isEnabled()) {
      AssociationClosedEvent e = new AssociationClosedEvent();
      e.associationId = a.id();
      e.between(a.loop(), a.localAddress(), a.remoteAddress());
      e.ended(why.reason(), openedNanos);
      e.causeCode = why.causeCode();
      e.commit();
    }
  }

  @Override
  public void listenerState(SocketAddress address, Enum<?> before, Enum<?> now, String cause) {
    if (recorderExists() && Probes.LISTENER.isEnabled()) {
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
    if (recorderExists() && Probes.STALLED.isEnabled()) {
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

  @Override
  public void leaseMisused(String loop, String what, Throwable place) {
    if (recorderExists() && Probes.LEASE.isEnabled()) {
      LeaseMisusedEvent e = new LeaseMisusedEvent();
      e.loop = loop;
      e.what = what;
      StringWriter text = new StringWriter();
      place.printStackTrace(new PrintWriter(text));
      e.places = text.toString();
      e.commit();
    }
  }
}
