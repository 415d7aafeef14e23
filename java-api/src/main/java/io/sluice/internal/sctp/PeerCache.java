package io.sluice.internal.sctp;

import io.sluice.internal.abi.SctpAbi;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/**
 * Peers by address, so that none is made for each datagram. Each has one place in either table, and another one of the same
 * hash takes it: senders that nobody knows cost no memory. Loop thread only.
 */
final class PeerCache {
  private static final int SIZE = 2048;

  private final Peer[] in = new Peer[SIZE];
  private final Peer[] out = new Peer[SIZE];

  /** Of a datagram that came. */
  Peer of(InetSocketAddress source, long link) {
    int i = (source.hashCode() * 31 + (int) link) & SIZE - 1;
    Peer p = in[i];
    if (p == null || !p.is(source, link)) {
      p = Peer.of(source, link);
      in[i] = p;
    }
    return p;
  }

  /** Of a {@code sluice_sctp_addr}; null: no address of a kind that is known. */
  Peer decode(ByteBuffer from, int at) {
    long mix = from.getLong(at) * 0x9e3779b97f4a7c15L + from.getLong(at + SctpAbi.PEER_BYTES) * 0xc2b2ae3d27d4eb4fL
        + from.getLong(at + SctpAbi.PEER_BYTES + Long.BYTES) * 0x165667b19e3779f9L + from.getLong(at + SctpAbi.PEER_LINK);
    int i = (int) (mix >>> 40) & SIZE - 1;
    Peer p = out[i];
    if (p == null || !p.isAt(from, at)) {
      p = Peer.decode(from, at);
      if (p != null) {
        out[i] = p;
      }
    }
    return p;
  }
}
