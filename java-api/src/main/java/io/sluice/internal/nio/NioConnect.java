package io.sluice.internal.nio;

import io.sluice.internal.abi.Abi;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;

/** CONNECT. The slot exists from the start, but the caller learns its handle only with the success. */
final class NioConnect {
  private static final int EAGAIN = 11;

  private final NioLoop loop;
  private final NioRings rings;
  private NioSlot connecting;

  NioConnect(NioLoop loop) {
    this.loop = loop;
    this.rings = loop.rings;
  }

  void submit(NioSqe e, SocketAddress address, NioOptions.Values options) {
    NioSlot slot = loop.slots.take(NioSlot.Life.CONNECTING);
    if (slot == null) {
      rings.complete(Abi.OP_CONNECT, e.token, 0, -Abi.ENOMEM, 0);
      return;
    }
    slot.endOp = Abi.OP_CONNECT;
    slot.endToken = e.token;
    link(slot);
    long error = start(slot, address, options);
    if (error != 0) {
      fail(slot, error);
    }
  }

  /** 0, or an error as {@link NioErrors#of} packs it. */
  private long start(NioSlot slot, SocketAddress address, NioOptions.Values options) {
    boolean unix = NioAddresses.family(address) == StandardProtocolFamily.UNIX;
    SocketChannel channel = null;
    try {
      rings.add(Abi.CTR_SYSCALLS, 2);
      channel = SocketChannel.open(NioAddresses.family(address));
      channel.configureBlocking(false);
      loop.attach(slot, channel, unix);
      long error = NioOptions.setAll(channel, options);
      if (error != 0) {
        return error;
      }
      if (channel.connect(address)) {
        connected(slot);
      } else if (unix) {
        // unix(7): a full backlog is EAGAIN, and nothing goes on by itself. The JDK takes it for "in progress".
        return NioErrors.pack(Abi.EBUSY, EAGAIN);
      } else {
        slot.interest(SelectionKey.OP_CONNECT, rings);
      }
      return 0;
    } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
      if (slot.channel == null && channel != null) {
        NioClose.quietly(channel);
      }
      return error(e);
    }
  }

  /** The selector says that the attempt has ended. */
  void ready(NioSlot slot) {
    try {
      rings.count(Abi.CTR_SYSCALLS);
      if (slot.socket.finishConnect()) {
        connected(slot);
      }
    } catch (IOException e) {
      fail(slot, error(e));
    }
  }

  private static long error(Exception e) {
    // A ConnectException without a known text is still a refusal; see NioErrors for everything else.
    return e instanceof ConnectException && e.getMessage() == null ? NioErrors.pack(Abi.ECONNREFUSED, 0) : NioErrors.of(e);
  }

  private void connected(NioSlot slot) {
    unlink(slot);
    slot.life = NioSlot.Life.LIVE;
    slot.interest(0, rings);
    rings.complete(Abi.OP_CONNECT, slot.endToken, slot.handle(), 0, 0);
    slot.endOp = 0;
  }

  private void fail(NioSlot slot, long error) {
    unlink(slot);
    slot.endResult = -NioErrors.code(error);
    slot.endDetail = NioErrors.errno(error);
    loop.close.end(slot);
  }

  /** Cancels the attempt with this token; false: there is none. */
  boolean cancel(long token) {
    for (NioSlot s = connecting; s != null; s = s.connectNext) {
      if (s.endToken == token) {
        fail(s, NioErrors.pack(Abi.ECANCELED, 0));
        return true;
      }
    }
    return false;
  }

  private void link(NioSlot slot) {
    slot.connectNext = connecting;
    if (connecting != null) {
      connecting.connectPrevious = slot;
    }
    connecting = slot;
  }

  private void unlink(NioSlot slot) {
    if (slot.connectPrevious != null) {
      slot.connectPrevious.connectNext = slot.connectNext;
    } else {
      connecting = slot.connectNext;
    }
    if (slot.connectNext != null) {
      slot.connectNext.connectPrevious = slot.connectPrevious;
    }
    slot.connectNext = null;
    slot.connectPrevious = null;
  }
}
