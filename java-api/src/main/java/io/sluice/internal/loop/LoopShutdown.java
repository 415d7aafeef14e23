package io.sluice.internal.loop;

import io.sluice.CloseReason;
import io.sluice.EventLoopGroup.ShutdownReport;

/**
 * How a loop ends.
 *
 * <pre>
 *  RUNNING --begin--> CLOSING --all ended---------------------------------------> LAST TASKS --all ended--> finished
 *                        |                                                             ^
 *                        +--grace over--> ABORTING --all ended, or FORCE_AFTER over----+
 * </pre>
 */
final class LoopShutdown {
  /** How long aborted connections may take before the engine is ended with them. */
  static final long FORCE_AFTER_NANOS = 2_000_000_000L;

  private final Loop loop;
  private boolean begun;
  /** The engine has been entered, or is about to be, with what the connections submitted for their end. */
  private boolean entering;
  private boolean aborting;
  private boolean forced;
  private boolean lastTasks;
  private boolean broken;
  private long closed;
  private long aborted;
  private long bytesUnsent;

  LoopShutdown(Loop loop) {
    this.loop = loop;
  }

  boolean begun() {
    return begun;
  }

  /** The engine is not entered again: nothing that is submitted now will be carried out. */
  boolean isBroken() {
    return broken;
  }

  /** Loop thread. */
  void begin(long graceNanos) {
    if (begun) {
      return;
    }
    begun = true;
    after(graceNanos, this::abort);
    for (int i = 0; i < loop.listeners.bound(); i++) {
      ListenerSocket s = loop.listeners.get(i);
      if (s != null) {
        s.listener().close();
      }
    }
    for (int i = 0; i < loop.connectors.bound(); i++) {
      Connector c = loop.connectors.get(i);
      if (c != null) {
        c.cancel();
      }
    }
    for (int i = 0; i < loop.connections.bound(); i++) {
      StreamConnection c = loop.connections.at(i);
      if (c != null) {
        // The timer of the grace period decides; without one the kernel is left to finish.
        boolean wait = graceNanos > 0;
        c.endGracefully(
            CloseReasons.SHUTDOWN, wait && c.settings.lingerNanos > 0, wait ? c.settings.patienceNanos() : Linger.NONE);
      }
    }
    loop.residents.shutDown(loop.udp::shutDown); // What they send to say so, the sockets still take.
  }

  private void after(long nanos, Runnable what) {
    loop.timers.add(
        new TimerWheel.Timer() {
          @Override
          void expired() {
            what.run();
          }
        },
        loop.nanoTime(), nanos);
  }

  private void abort() {
    if (!entering) { // The turn took longer than the grace period: the kernel gets what it can take at once.
      after(0, this::abort);
      return;
    }
    aborting = true;
    after(FORCE_AFTER_NANOS, () -> forced = true);
    for (int i = 0; i < loop.connections.bound(); i++) {
      StreamConnection c = loop.connections.at(i);
      if (c != null) {
        c.graceOver();
      }
    }
    loop.residents.finishNow();
    loop.messages.abort();
    after(0, loop.udp::abort); // The kernel gets what they sent, as far as it takes that at once.
  }

  void connectionEnded(StreamConnection c) {
    if (!begun) {
      return;
    }
    if (aborting && c.wasAborted()) {
      aborted++;
      bytesUnsent += c.reason.bytesUnsent();
    } else {
      closed++;
    }
  }

  void datagramsUnsent(long bytes) {
    if (begun) {
      bytesUnsent += bytes;
    }
  }

  /** Asked once per turn: whether the loop may end now. */
  boolean finished() {
    if (!begun) {
      return false;
    }
    entering = true;
    if (loop.sockets.live() > 0 && !forced) {
      return false;
    }
    if (!lastTasks) {
      lastTasks = true;
      broken = forced;
      // They may bring new sockets (a hand-over that was under way), which are closed before the loop ends.
      loop.runLastTasks();
    }
    if (loop.sockets.live() > 0 && forced) {
      breakUp(CloseReasons.SHUTDOWN);
    }
    return loop.sockets.live() == 0 || forced;
  }

  /** No more completions will come: everything ends with that reason. */
  void breakUp(CloseReason why) {
    begun = true;
    aborting = true;
    broken = true;
    if (!lastTasks) {
      lastTasks = true;
      loop.runLastTasks();
    }
    loop.rescueDescriptors();
    for (int i = 0; i < loop.connections.bound(); i++) {
      StreamConnection c = loop.connections.at(i);
      if (c != null) {
        c.refuseWithLoop(why);
      }
    }
    // After that: a listener that sends again because its send failed is refused.
    loop.records.failAll();
    for (int i = 0; i < loop.connections.bound(); i++) {
      StreamConnection c = loop.connections.at(i);
      if (c != null) {
        c.endWithLoop();
      }
    }
    loop.residents.finishNow();
    loop.udp.breakUp(why);
    loop.messages.breakUp();
    for (int i = 0; i < loop.connectors.bound(); i++) {
      Connector c = loop.connectors.remove(i);
      if (c != null) {
        c.failed(why);
      }
    }
    for (int i = 0; i < loop.listeners.bound(); i++) {
      ListenerSocket s = loop.listeners.get(i);
      if (s != null) {
        s.closed();
      }
    }
  }

  ShutdownReport report() {
    loop.pool.takeFromOutside(); // Those that other threads released until now are no more outstanding.
    return new ShutdownReport(closed, aborted, bytesUnsent, loop.leasesOutstanding());
  }
}
