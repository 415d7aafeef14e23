package io.sluice.internal.nio;

import io.sluice.internal.abi.Abi;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;

/** New handles that need no waiting: LISTEN and ADOPT. */
final class NioSockets {
  private final NioLoop loop;
  private final NioRings rings;

  NioSockets(NioLoop loop) {
    this.loop = loop;
    this.rings = loop.rings;
  }

  void listen(NioSqe e, SocketAddress address, NioOptions.Values options) {
    NioSlot slot = loop.slots.take(NioSlot.Life.LIVE);
    if (slot == null) {
      rings.complete(Abi.OP_LISTEN, e.token, 0, -Abi.ENOMEM, 0);
      return;
    }
    boolean unix = NioAddresses.family(address) == StandardProtocolFamily.UNIX;
    ServerSocketChannel channel = null;
    long error;
    try {
      rings.add(Abi.CTR_SYSCALLS, 4);
      channel = ServerSocketChannel.open(NioAddresses.family(address));
      channel.configureBlocking(false);
      if (!unix) {
        channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
      }
      error = NioOptions.setAll(channel, options);
      if (error == 0) {
        // The JDK takes a backlog below 1 for "choose one"; the contract passes it on, and 1 is what the kernel makes of 0.
        channel.bind(address, Math.max(1, e.len));
        loop.attach(slot, channel, unix);
      }
    } catch (IOException | UnsupportedOperationException | IllegalArgumentException x) {
      error = NioErrors.of(x);
    }
    if (error != 0) {
      if (channel != null) {
        NioClose.quietly(channel);
      }
      loop.slots.free(slot);
      rings.complete(Abi.OP_LISTEN, e.token, 0, -NioErrors.code(error), NioErrors.errno(error));
      return;
    }
    rings.complete(Abi.OP_LISTEN, e.token, slot.handle(), 0, 0);
  }

  void adopt(NioSqe e) {
    NioDetached.Entry entry = NioDetached.take(e.aux32);
    if (entry == null || !entry.channel.isOpen()) {
      rings.count(Abi.CTR_INVALID);
      rings.complete(Abi.OP_ADOPT, e.token, 0, -Abi.EINVAL, 0);
      return;
    }
    NioSlot slot = loop.slots.take(NioSlot.Life.LIVE);
    long error = slot == null ? NioErrors.pack(Abi.ENOMEM, 0) : 0;
    if (slot != null) {
      try {
        loop.attach(slot, entry.channel, entry.unix);
        slot.ahead = entry.ahead;
        slot.memberships = entry.memberships;
      } catch (IOException x) {
        loop.discard(slot);
        error = NioErrors.of(x);
      }
    }
    if (error != 0) {
      NioDetached.putBack(e.aux32, entry);
      rings.complete(Abi.OP_ADOPT, e.token, 0, -NioErrors.code(error), NioErrors.errno(error));
      return;
    }
    rings.complete(Abi.OP_ADOPT, e.token, slot.handle(), 0, 0);
  }
}
