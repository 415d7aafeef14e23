package io.sluice.internal.nio;

import io.sluice.internal.abi.Abi;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.channels.Channel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;

/**
 * How handles end; the states are drawn in {@link NioSlot}.
 *
 * <p>A JDK channel that was registered keeps its descriptor until a select has dropped the cancelled key. So the terminal
 * completion waits for that select: {@link #release} before it, {@link #finish} after it. One select serves all handles
 * that end in a turn.
 */
final class NioClose {
  private final NioLoop loop;
  private final NioRings rings;
  private final List<NioSlot> ending = new ArrayList<>();
  /** How many of {@link #ending} were released. */
  private int released;

  NioClose(NioLoop loop) {
    this.loop = loop;
    this.rings = loop.rings;
  }

  void submitClose(NioSlot slot, NioSqe e) {
    boolean abort = (e.flags & Abi.SQE_ABORT) != 0;
    if (slot.life != NioSlot.Life.LIVE) {
      rings.complete(Abi.OP_CLOSE, e.token, e.handle, -Abi.EALREADY, 0);
      if (abort && slot.endOp == Abi.OP_CLOSE) {
        slot.abort = true;
        if (slot.life == NioSlot.Life.DRAINING) {
          end(slot);
        }
      }
      return;
    }
    slot.endOp = Abi.OP_CLOSE;
    slot.endToken = e.token;
    slot.abort |= abort;
    if ((e.flags & Abi.SQE_DRAIN) != 0 && slot.sendHead != null) {
      slot.life = NioSlot.Life.DRAINING;
      cancelInbound(slot);
    } else {
      end(slot);
    }
  }

  void submitDetach(NioSlot slot, NioSqe e) {
    if (slot.inboundOp != 0 || slot.sendHead != null) {
      rings.complete(Abi.OP_DETACH, e.token, e.handle, -Abi.EBUSY, 0);
      return;
    }
    if (slot.sendFailed) { // The next owner knew nothing of the gap, and might end it with FIN.
      rings.complete(Abi.OP_DETACH, e.token, e.handle, -Abi.ECANCELED, 0);
      return;
    }
    slot.endOp = Abi.OP_DETACH;
    slot.endToken = e.token;
    end(slot);
  }

  /** The send queue of a draining slot is empty, or failed. */
  void drained(NioSlot slot) {
    end(slot);
  }

  private void cancelInbound(NioSlot slot) {
    if (slot.inboundOp != 0) {
      loop.inbound.end(slot, -Abi.ECANCELED, 0, 0);
    }
  }

  /** Ends everything on the handle and puts it on the list; its terminal comes with {@link #finish}. */
  void end(NioSlot slot) {
    slot.life = NioSlot.Life.ENDING;
    loop.sends.drop(slot, Abi.ECANCELED, 0);
    cancelInbound(slot);
    slot.again = false;
    ending.add(slot);
  }

  boolean hasPending() {
    return !ending.isEmpty();
  }

  /** Before a select: cancels keys and closes channels. */
  void release() {
    for (; released < ending.size(); released++) {
      NioSlot slot = ending.get(released);
      if (slot.channel == null) {
        continue;
      }
      if (slot.key != null) {
        slot.key.cancel();
      }
      if (slot.endOp != Abi.OP_DETACH) {
        rings.count(Abi.CTR_SYSCALLS);
        if (slot.abort) {
          abort(slot.channel, slot.unix);
        } else {
          quietly(slot.channel);
        }
      }
    }
  }

  /** close(2) sends RST instead of FIN (socket(7), SO_LINGER with time 0). */
  static void abort(Channel channel, boolean unix) {
    if (channel instanceof SocketChannel socket && !unix) {
      try {
        socket.setOption(StandardSocketOptions.SO_LINGER, 0);
      } catch (IOException e) {
        // The connection is gone already: there is nobody left to be told.
      }
    }
    quietly(channel);
  }

  /** No select will come: who was being detached has no number yet, and nobody else will close it. */
  void destroy() {
    for (int i = 0; i < ending.size(); i++) {
      NioSlot slot = ending.get(i);
      if (slot.endOp == Abi.OP_DETACH && slot.channel != null) {
        abort(slot.channel, slot.unix);
      }
    }
  }

  /** After a select: the descriptors are closed, the terminals may be posted (C2). */
  void finish() {
    if (released == 0) {
      return;
    }
    for (int i = 0; i < released; i++) {
      NioSlot slot = ending.get(i);
      int op = slot.endOp;
      int result = op == Abi.OP_DETACH ? NioDetached.put(slot) : slot.endResult;
      // A CONNECT that failed never told its handle.
      rings.complete(op, slot.endToken, op == Abi.OP_CONNECT ? 0 : slot.handle(), result, slot.endDetail);
      loop.slots.free(slot);
      loop.accept.descriptorClosed();
    }
    ending.subList(0, released).clear();
    released = 0;
  }

  static void quietly(Channel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      // The JDK has given the descriptor back all the same; what close(2) complains about is lost data of a dead peer.
    }
  }
}
