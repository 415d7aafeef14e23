package io.sluice.internal.sctp;

import io.sluice.EventLoop;
import io.sluice.internal.bind.UnavailableException;
import io.sluice.internal.load.KernelSctpNatives;
import io.sluice.sctp.SctpStackOptions;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;

/**
 * The kernel's SCTP on a loop: brings what the sockets received to the stack, and its events to associations.
 *
 * <pre>
 *  a completion:  message -> whose is it? -> handler
 *                 notification, errno -> stack -> events to handlers
 *  a turn's end:  deadlines, events
 * </pre>
 *
 * Messages do not go through the stack, so events are read at once: what came first is told first. Loop thread only, unless something else
 * is said.
 */
final class KernelLoop extends AssociationHome {
  private static final long NANOS_PER_MILLI = 1_000_000L;

  final KernelStack stack;
  final KernelListeners listeners = new KernelListeners(this);
  final KernelMessages messages;
  private final KernelEvents events;
  /** By id: sockets of associations whose listener was gone; they are aborted and close when that was told. */
  private final Map<Long, KernelSocket> unclaimed = new HashMap<>();
  /** The socket of an association that just ended by a restart, until the new one's event is read. */
  private KernelSocket restarted;
  private boolean draining;

  private KernelLoop(EventLoop loop, KernelStack stack, SctpStackOptions options) {
    super(loop, stack, options.maxMessageBytes());
    this.stack = stack;
    this.messages = new KernelMessages(this);
    this.events = new KernelEvents(this);
  }

  static KernelLoop open(EventLoop loop, KernelSctpNatives natives, SctpStackOptions options) throws UnavailableException {
    KernelLoop l = new KernelLoop(loop, KernelStack.open(natives, options), options);
    if (!l.moveIn()) {
      l.end();
      throw new UnavailableException("the event loop is shutting down");
    }
    return l;
  }

  // ------------------------------------------------------------------------------------------- work

  void begin(Association a, long id) {
    events.begin(a, id);
  }

  /** A message of the association with that id in C. */
  void message(long id, ByteBuffer from, int at, int bytes) {
    Association a = associations.get(id);
    if (a != null) {
      messages.received(a, from, at, bytes);
    }
  }

  @Override
  void sent() {
    ask();
  }

  /** The stack has a clock of its own. */
  @Override
  long sinceTickNanos() {
    return 0;
  }

  @Override
  boolean isSending(Association a) {
    return a.carrier != null && a.carrier.isSending();
  }

  /** Events to handlers, until there are none. */
  void drain() {
    ask();
    if (draining || over) {
      return;
    }
    draining = true;
    try {
      events.drain();
    } finally {
      draining = false;
    }
  }

  @Override
  protected void work(boolean afterReading) {
    if (over) {
      return;
    }
    timerWasDue();
    int next = stack.tick();
    if (stack.event() >= 0 || stack.isWaiting()) {
      drain();
      next = over ? -1 : stack.tick();
    }
    if (ending) {
      endWhenEmpty();
    }
    if (!over && next >= 0) {
      timer(Math.max(1, next) * NANOS_PER_MILLI);
    }
  }

  // ------------------------------------------------------------------------------------------- sockets

  void restarted(KernelSocket socket) {
    restarted = socket;
  }

  /** Null: that descriptor is of no socket that waits for a new association. */
  KernelSocket takeRestarted(int descriptor) {
    KernelSocket s = restarted;
    restarted = null;
    return s != null && s.descriptor() == descriptor ? s : null;
  }

  void closeUnclaimed(long id, KernelSocket socket) {
    unclaimed.put(id, socket);
  }

  void unclaimedEnded(long id) {
    KernelSocket s = unclaimed.remove(id);
    if (s != null) {
      s.closeNow();
    }
  }

  /** @param a whose end was waiting for that; or null */
  void socketEnded(KernelSocket socket, Association a) {
    if (a != null && associations.get(a.handle) == a) {
      a.endBegins(Closes.LOOP_SHUTDOWN); // Without effect, unless the loop is broken.
      events.gone(a);
    }
    if (ending && !over) {
      ask();
    }
  }

  // ------------------------------------------------------------------------------------------- the end

  @Override
  protected void shutDown() {
    if (!ending) {
      ending = true;
      listeners.closeAll();
      abortAll();
    }
  }

  private void abortAll() {
    for (Association a : associations.all()) {
      if (!a.isLatched()) {
        a.abortWithLoop(SHUTTING_DOWN);
      }
    }
    ask();
  }

  private void endWhenEmpty() {
    if (associations.count() == 0 && unclaimed.isEmpty() && !over) {
      end();
    }
  }

  @Override
  protected void finishNow() {
    shutDown();
    if (!over) {
      drain();
      end();
    }
  }

  private void end() {
    ending = true;
    over = true;
    for (Association a : associations.all()) { // Those whose end was not told yet, or whose socket is being closed.
      a.endBegins(Closes.LOOP_SHUTDOWN);
      KernelSocket s = a.carrier;
      if (s != null) {
        s.association = null;
        s.forget(a);
        s.closeNow();
      }
      events.gone(a);
    }
    unclaimed.values().forEach(KernelSocket::closeNow);
    unclaimed.clear();
    stack.destroy();
    moveOut();
  }
}
