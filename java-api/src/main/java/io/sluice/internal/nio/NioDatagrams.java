package io.sluice.internal.nio;

import io.sluice.internal.abi.Abi;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;

/**
 * DATAGRAM and RECVMSG over {@link DatagramChannel}; sends are in {@link NioDatagramSends}, groups in {@link NioGroups}.
 *
 * <p>What the JDK cannot do, and what this engine says then:
 *
 * <ul>
 *   <li>no local address, TOS, drops or errors with a received datagram, no GRO: those options are ENOTSUP;
 *   <li>no source address, TOS, interface or segment size for one datagram, and no other destination on a connected socket:
 *       such SENDs complete with ENOTSUP;
 *   <li>a datagram of no bytes on a connected socket: the JDK sends nothing, so ENOTSUP. On an unconnected one, it
 *       answers a full socket and success alike: such a datagram counts as sent.
 * </ul>
 */
final class NioDatagrams {
  /** Where the meta lies in a buffer; payload behind it. Before it is room for one byte more than the contract promises. */
  private static final int META_AT = Abi.MSG_ROOM - Abi.META_BYTES - Long.BYTES;
  private static final int PAYLOAD_AT = META_AT + Abi.META_BYTES;

  private final NioLoop loop;
  private final NioRings rings;
  private final int readBudgetBytes;

  NioDatagrams(NioLoop loop, int readBudgetBytes) {
    this.loop = loop;
    this.rings = loop.rings;
    this.readBudgetBytes = readBudgetBytes;
  }

  // ------------------------------------------------------------------------------------------- opening

  /** Unix sockets are not; and the peer must be somebody. */
  static boolean areUsable(SocketAddress local, SocketAddress peer) {
    return local instanceof InetSocketAddress
        && (peer == null || peer instanceof InetSocketAddress inet && inet.getPort() != 0 && !inet.getAddress().isAnyLocalAddress());
  }

  void open(NioSqe e, SocketAddress local, SocketAddress peer, NioOptions.Values options) {
    NioSlot slot = loop.slots.take(NioSlot.Life.LIVE);
    if (slot == null) {
      rings.complete(Abi.OP_DATAGRAM, e.token, 0, -Abi.ENOMEM, 0);
      return;
    }
    DatagramChannel channel = null;
    int refused = 0;
    long error = 0;
    try {
      rings.add(Abi.CTR_SYSCALLS, peer == null ? 3 : 4);
      channel = DatagramChannel.open(NioAddresses.family(local));
      channel.configureBlocking(false);
      for (int i = 0; options != null && i < options.options.length && error == 0; i++) {
        error = NioOptions.set(channel, options.options[i], options.values[i]);
        refused = error == 0 ? 0 : options.options[i];
      }
      if (error == 0) {
        channel.bind(local);
        if (peer != null) {
          channel.connect(peer);
        }
        loop.attach(slot, channel, false);
      }
    } catch (IOException | UnsupportedOperationException | IllegalArgumentException x) {
      error = NioErrors.of(x);
    }
    if (error == 0) {
      rings.complete(Abi.OP_DATAGRAM, e.token, slot.handle(), 0, 0);
      return;
    }
    if (channel != null) {
      NioClose.quietly(channel);
    }
    loop.slots.free(slot);
    rings.post(Abi.OP_DATAGRAM, e.token, 0, -NioErrors.code(error), 0, refused, NioErrors.errno(error), false);
  }

  // ------------------------------------------------------------------------------------------- receiving

  static boolean isLargeEnough(NioPool pool) {
    return pool.bufferBytes > Abi.MSG_ROOM;
  }

  void startReceive(NioSlot slot) {
    if (slot.readable) {
      slot.readable = false;
      run(slot);
    } else {
      slot.addInterest(SelectionKey.OP_READ, rings);
    }
  }

  /** Reads until the socket is empty, the budget is spent, or something ends it. */
  void run(NioSlot slot) {
    int budget = readBudgetBytes;
    int notes = 0;
    while (slot.inboundOp == Abi.OP_RECVMSG && budget > 0 && notes < Abi.NOTES_MAX && rings.room() > 0) {
      NioPool pool = slot.inboundPool;
      if (pool.isEmpty()) {
        loop.receive.starve(slot);
        return;
      }
      int id = pool.take();
      try {
        int n = receive(slot, pool, id);
        if (n < 0) {
          pool.putBack(id);
          break;
        }
        budget -= n + Abi.META_BYTES;
      } catch (IOException x) {
        pool.putBack(id);
        failed(slot, NioErrors.of(x));
        notes++;
      }
    }
    if (slot.inboundOp == Abi.OP_RECVMSG) {
      slot.addInterest(SelectionKey.OP_READ, rings);
    }
  }

  /** Bytes of the datagram, or -1 when there is none. */
  private int receive(NioSlot slot, NioPool pool, int id) throws IOException {
    ByteBuffer into = pool.view(id);
    int room = pool.bufferBytes - Abi.MSG_ROOM;
    rings.count(Abi.CTR_SYSCALLS);
    // One byte more than is delivered: what reaches it was longer.
    SocketAddress source = slot.datagram.receive(into.limit(PAYLOAD_AT + room + 1).position(PAYLOAD_AT));
    if (source == null) {
      return -1;
    }
    int n = into.position() - PAYLOAD_AT;
    boolean truncated = n > room;
    if (truncated) {
      n = room;
      rings.count(Abi.CTR_DATAGRAMS_TRUNCATED);
    }
    loop.meta.write(into.order(ByteOrder.LITTLE_ENDIAN), META_AT, (InetSocketAddress) source, truncated);
    pool.giveToCaller(id);
    rings.add(Abi.CTR_BYTES_RECEIVED, n);
    rings.count(Abi.CTR_DATAGRAMS_RECEIVED);
    boolean more = slot.inboundMulti;
    if (!more) {
      loop.inbound.detachOp(slot);
    }
    rings.post(
        Abi.OP_RECVMSG, slot.inboundToken, slot.handle(), n, Abi.CQE_BUFFER | (more ? Abi.CQE_MORE : 0),
        id | pool.group << 16, META_AT, false);
    return n;
  }

  /** An error of the network ends nothing (D4); a socket that is gone does. */
  private void failed(NioSlot slot, long error) {
    rings.count(Abi.CTR_DATAGRAM_ERRORS);
    int code = NioErrors.code(error);
    boolean gone = code == Abi.ENOTCONN || code == Abi.EINVAL || code == Abi.EOTHER;
    if (gone) {
      loop.inbound.end(slot, -code, 0, NioErrors.errno(error));
      return;
    }
    rings.post(
        Abi.OP_RECVMSG, slot.inboundToken, slot.handle(), -code, Abi.CQE_MORE | Abi.CQE_NOTE, 0, NioErrors.errno(error),
        false);
  }
}
