package io.sluice.internal.sctp;

import io.sluice.internal.abi.SctpAbi;
import io.sluice.sctp.SctpAddress;
import java.net.InetSocketAddress;

/** How associations over UDP begin. */
final class UdpEvents extends StackEvents {
  private final SctpLoop home;

  UdpEvents(SctpLoop home) {
    super(home);
    this.home = home;
  }

  @Override
  void up(int at, long id, Association connected) {
    Peer peer = Peer.decode(region, region.getInt(at + SctpAbi.EVENT_PAYLOAD_OFFSET));
    int ports = region.getInt(at + SctpAbi.EVENT_VALUE);
    int streams = region.getInt(at + SctpAbi.EVENT_CONTEXT);
    Association a = connected;
    if (a == null) {
      a = accept(at, id);
    }
    if (a == null || peer == null) {
      stack.abort(id, SctpAbi.CAUSE_USER, Closes.NO_REASON); // Its listener was closed meanwhile.
      return;
    }
    InetSocketAddress udp = a.endpoint.udpAddress();
    SctpAddress local = SctpAddress.overUdp(udp, ports & 0xffff);
    SctpAddress remote = SctpAddress.overUdp(peer.address, ports >>> 16);
    if (connected == null) {
      a.listener.accept(a, local, remote, streams >>> 16, streams & 0xffff);
    } else {
      a.up(local, remote, streams >>> 16, streams & 0xffff);
    }
  }

  private Association accept(int at, long id) {
    ListenerParts.Part part = home.listeners.get(region.getLong(at + SctpAbi.EVENT_TAG));
    if (part == null) {
      return null;
    }
    boolean restart = (region.get(at + SctpAbi.EVENT_FLAGS) & SctpAbi.UP_RESTARTED) != 0;
    Association a = new Association(home, part.endpoint, part.owner.options(), null, null, part.owner, restart);
    begin(a, id);
    endIfKnown(a);
    return a;
  }
}
