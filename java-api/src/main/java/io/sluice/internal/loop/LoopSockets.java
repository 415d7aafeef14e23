package io.sluice.internal.loop;

import io.sluice.CloseReason;
import io.sluice.ConnectionHandler;
import io.sluice.internal.abi.Abi;
import io.sluice.internal.jfr.Events;
import java.nio.ByteBuffer;
import java.util.Objects;

/** How sockets come to a loop and leave it. Loop thread only. */
final class LoopSockets {
  private final Loop loop;
  /** Sockets that nobody wants and that are being closed. */
  private int orphans;

  LoopSockets(Loop loop) {
    this.loop = loop;
  }

  /**
   * Makes a connection of a new handle. The handler is set by the caller, then {@code open()}.
   *
   * @param acceptedBy null when it was established from here
   */
  StreamConnection connection(long handle, Settings settings, ListenerImpl acceptedBy) {
    StreamConnection c = new StreamConnection(loop, handle, settings);
    c.handler = NoHandler.INSTANCE;
    c.captureAddresses(acceptedBy); // Before others can find it.
    loop.connections.put(c);
    loop.counters.add(acceptedBy == null ? LoopCounters.CONNECTED : LoopCounters.ACCEPTED, 1);
    Events.INSTANCE.connectionOpened(c, acceptedBy != null);
    if (settings.idle != null) {
      c.watchIdle(settings.idle);
    }
    return c;
  }

  void accepted(long handle, ListenerImpl listener) {
    if (loop.isShuttingDown()) {
      closeOrphan(handle);
      return;
    }
    StreamConnection c = connection(handle, listener.settings(), listener);
    try {
      ConnectionHandler h = listener.handlerFor(c);
      c.handler = Objects.requireNonNull(h, "the handler factory returned null");
    } catch (Throwable t) {
      FaultLog.log(FaultLog.Fault.FACTORY, c.toString(), t);
      c.endAbruptly(CloseReasons.handlerFailed("the handler factory", t));
      return;
    }
    c.open();
  }

  void connectionEnded(StreamConnection c) {
    CloseReason why = c.closeReason();
    loop.counters.closed(why);
    Events.INSTANCE.connectionClosed(c, why, c.openedNanos, c.bytesReceived, c.bytesTaken);
    c.watchIdle(null);
    loop.shutdown().connectionEnded(c);
  }

  /** A socket that nobody wants (any more). */
  void closeOrphan(long handle) {
    orphans++;
    loop.submissions.submit(
        Abi.OP_CLOSE, Abi.SQE_ABORT, 0, handle, Tokens.of(Tokens.ORPHAN_CLOSE), 0L, 0L, 0);
  }

  /** A socket that is nobody's: of a DETACH here, or for an ADOPT here. */
  void closeDescriptor(int descriptor) {
    ByteBuffer b = loop.controlBuffer().putInt(0, descriptor).limit(Integer.BYTES);
    int code = loop.engine.control(0L, Abi.CONTROL_CLOSE_SOCKET, b);
    if (code < 0) {
      FaultLog.log(FaultLog.Fault.LEAK, "descriptor " + descriptor + " of an accepted socket: " + CloseReasons.text(code), null);
    }
  }

  void orphanClosed() {
    orphans--;
  }

  /** Sockets and operations that must end before the loop may. */
  int live() {
    return loop.connections.count() + loop.listeners.live() + loop.connectors.live() + loop.handOffs.live()
        + loop.udp.sockets.live() + loop.messages.sockets.live() + loop.residents.live() + orphans;
  }
}
