package io.sluice.internal.sctp;

import io.sluice.internal.abi.SctpAbi;
import io.sluice.sctp.SctpAddress;
import java.net.InetAddress;

/**
 * How associations of the kernel begin, and what their sockets have to do with their end.
 *
 * <pre>
 *  connect: first socket --UP: peeled off--> own socket; the first one is closed
 *  accept:  listener's   --UP: peeled off--> own socket
 *  CLOSED: the socket is closed, its last sends are told, then onClosed
 *  CLOSED (restarted), UP (restarted) with the same descriptor: the socket goes to the new association
 * </pre>
 */
final class KernelEvents extends StackEvents {
  private final KernelLoop home;

  KernelEvents(KernelLoop home) {
    super(home);
    this.home = home;
  }

  @Override
  void up(int at, long id, Association connected) {
    int descriptor = region.getInt(at + SctpAbi.EVENT_OS_ERRNO);
    int ports = region.getInt(at + SctpAbi.EVENT_VALUE);
    int streams = region.getInt(at + SctpAbi.EVENT_CONTEXT);
    Peer peer = Peer.decode(region, region.getInt(at + SctpAbi.EVENT_PAYLOAD_OFFSET));
    boolean restart = (region.get(at + SctpAbi.EVENT_FLAGS) & SctpAbi.UP_RESTARTED) != 0;
    Association a = connected;
    ListenerParts.Part part = a != null ? null : home.listeners.get(region.getLong(at + SctpAbi.EVENT_TAG));
    if (a == null && part != null) {
      a = new Association(home, part.endpoint, part.owner.options(), null, null, part.owner, restart);
    }
    KernelSocket first = connected == null ? null : connected.carrier;
    KernelSocket own = restart ? home.takeRestarted(descriptor) : null;
    if (own != null) {
      own.goesOnWith(id, a);
    } else {
      own = new KernelSocket(home, id, descriptor, a);
    }
    if (first != null) {
      first.association = null;
      first.closeNow();
    }
    if (a == null || peer == null) { // Its listener was closed meanwhile.
      stack.abort(id, SctpAbi.CAUSE_USER, Closes.NO_REASON);
      home.closeUnclaimed(id, own);
      return;
    }
    a.carrier = own;
    if (connected == null) {
      begin(a, id);
      endIfKnown(a);
    }
    InetAddress host = peer.address.getAddress();
    SctpAddress local = a.endpoint.localAddress(ports & 0xffff);
    SctpAddress remote = a.remote != null && a.remote.isOverUdp() ? a.remote : SctpAddress.overIp(host, ports >>> 16);
    if (connected == null) {
      a.listener.accept(a, local, remote, streams >>> 16, streams & 0xffff);
    } else {
      a.up(local, remote, streams >>> 16, streams & 0xffff);
    }
  }

  @Override
  void ended(int at, Association a) {
    KernelSocket s = a.carrier;
    home.messages.forget(a.handle);
    if (s == null || s.association != a) {
      gone(a);
      return;
    }
    if (region.getShort(at + SctpAbi.EVENT_KIND) == SctpAbi.CLOSED_RESTARTED && goesOn(s.descriptor())) {
      s.association = null;
      s.forget(a);
      home.restarted(s);
      gone(a);
      return;
    }
    s.closeNow(); // Its last sends fail before onClosed: see KernelLoop.socketEnded.
  }

  /** Whether a later event in the ring has the new association on that descriptor: C tells both in one call. */
  private boolean goesOn(int descriptor) {
    for (int i = 1; i < stack.unread(); i++) {
      int at = stack.eventAt(i);
      if (region.get(at) == SctpAbi.EV_UP && (region.get(at + SctpAbi.EVENT_FLAGS) & SctpAbi.UP_RESTARTED) != 0
          && region.getInt(at + SctpAbi.EVENT_OS_ERRNO) == descriptor) {
        return true;
      }
    }
    return false;
  }

  /** An event of an association that nobody took: its socket may go. */
  @Override
  void endedUnknown(long id) {
    home.unclaimedEnded(id);
  }
}
