package io.sluice.internal.sctp;

import io.sluice.internal.abi.SctpAbi;
import io.sluice.sctp.SctpPathState;
import io.sluice.sctp.SctpSendFailure;
import java.nio.ByteBuffer;

/**
 * Reads the event ring. The ends that lie in it are made known before any event is acted on: whatever a handler does, and on
 * whatever thread, an association whose end is known takes nothing any more.
 */
abstract class StackEvents {
  private static final int[] ALL_STREAMS = new int[0];

  private final AssociationHome home;
  final AssociationStack stack;
  final ByteBuffer region;
  private final MessageLease lease;
  /** Unread events, from the oldest on, in which ends were looked for. */
  private int scanned;

  StackEvents(AssociationHome home) {
    this.home = home;
    this.stack = home.calls;
    this.region = stack.region;
    this.lease = new MessageLease(home.loop);
  }

  final void drain() {
    while (true) {
      if (stack.event() < 0) {
        if (!stack.isWaiting()) {
          return;
        }
        stack.pump();
        if (stack.event() < 0) {
          return; // It waits for memory, not for us; the next tick tries again.
        }
      }
      scan();
      int at = stack.event();
      try {
        act(at);
      } catch (Throwable t) {
        home.handlerThrew("an event of type " + region.get(at), t); // Not the next ones', too.
      } finally {
        stack.eventRead();
        scanned--;
      }
    }
  }

  private void scan() {
    for (int unread = stack.unread(); scanned < unread; scanned++) {
      int at = stack.eventAt(scanned);
      if (region.get(at) == SctpAbi.EV_CLOSED) {
        Association a = home.associations.get(region.getLong(at + SctpAbi.EVENT_ASSOC));
        if (a != null) {
          a.latchFromEvent(region, at);
        }
      }
    }
  }

  private void act(int at) {
    long id = region.getLong(at + SctpAbi.EVENT_ASSOC);
    Association a = home.associations.get(id);
    int type = region.get(at);
    if (type == SctpAbi.EV_UP) {
      up(at, id, a);
    } else if (a != null) {
      act(at, type, a);
    } else if (type == SctpAbi.EV_CLOSED) {
      endedUnknown(id);
    }
  }

  private void act(int at, int type, Association a) {
    int flags = region.get(at + SctpAbi.EVENT_FLAGS);
    switch (type) {
      case SctpAbi.EV_MESSAGE -> message(at, flags, a);
      case SctpAbi.EV_WRITABLE -> a.sends.writable();
      case SctpAbi.EV_SEND_FAILED -> a.tellSendFailed(
          new SctpSendFailure(
              region.getShort(at + SctpAbi.EVENT_STREAM) & 0xffff, region.getInt(at + SctpAbi.EVENT_PPID),
              region.getInt(at + SctpAbi.EVENT_CONTEXT), (flags & SctpAbi.FAILED_SENT) != 0,
              region.getInt(at + SctpAbi.EVENT_VALUE)));
      case SctpAbi.EV_STREAM_RESET -> a.streamReset(flags, streams(at, flags));
      case SctpAbi.EV_PATH -> path(region.getInt(at + SctpAbi.EVENT_VALUE), a);
      case SctpAbi.EV_PEER_SHUTDOWN -> a.peerShutdown();
      case SctpAbi.EV_CLOSED -> {
        a.latchFromEvent(region, at);
        ended(at, a);
      }
      default -> { } // A later minor version may tell more.
    }
  }

  private void message(int at, int flags, Association a) {
    lease.begin(
        region, region.getInt(at + SctpAbi.EVENT_PAYLOAD_OFFSET), region.getInt(at + SctpAbi.EVENT_PAYLOAD_BYTES),
        region.getShort(at + SctpAbi.EVENT_STREAM) & 0xffff, region.getInt(at + SctpAbi.EVENT_PPID),
        (flags & SctpAbi.MSG_UNORDERED) != 0);
    try {
      a.message(lease);
    } finally {
      lease.end();
    }
  }

  private int[] streams(int at, int flags) {
    if ((flags & SctpAbi.RESET_ALL) != 0) {
      return ALL_STREAMS;
    }
    int from = region.getInt(at + SctpAbi.EVENT_PAYLOAD_OFFSET);
    int[] ids = new int[region.getInt(at + SctpAbi.EVENT_PAYLOAD_BYTES) / Short.BYTES];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = region.getShort(from + i * Short.BYTES) & 0xffff;
    }
    return ids;
  }

  private static void path(int state, Association a) {
    switch (state) {
      case SctpAbi.PATH_AVAILABLE -> a.path(SctpPathState.AVAILABLE);
      case SctpAbi.PATH_UNREACHABLE -> a.path(SctpPathState.UNREACHABLE);
      case SctpAbi.PATH_CONFIRMED -> a.path(SctpPathState.CONFIRMED);
      default -> { }
    }
  }

  // ------------------------------------------------------------------------------------------- beginning and end

  /** @param connected null: it was accepted */
  abstract void up(int at, long id, Association connected);

  /** A CLOSED event. */
  void ended(int at, Association a) {
    gone(a);
  }

  /** A CLOSED event of an association that nobody has. */
  void endedUnknown(long id) {}

  /** The end may be in the ring already: it was looked for before there was this object. */
  final void endIfKnown(Association a) {
    for (int i = 1; i < scanned; i++) {
      int at = stack.eventAt(i);
      if (region.get(at) == SctpAbi.EV_CLOSED && region.getLong(at + SctpAbi.EVENT_ASSOC) == a.handle) {
        a.latchFromEvent(region, at);
      }
    }
  }

  /** From now on events find it. */
  final void begin(Association a, long id) {
    a.handle = id;
    home.associations.put(id, a);
    a.endpoint.used();
    if (a.listener != null) {
      a.listener.used();
    }
  }

  /** Out of every index, then told. */
  final void gone(Association a) {
    home.associations.remove(a.handle);
    if (a.listener != null) {
      a.listener.unused();
    }
    a.endpoint.unused();
    a.tellClosed();
  }
}
