package io.sluice.internal.nio;

import io.sluice.internal.abi.Abi;
import java.nio.channels.SelectionKey;

/** The one ACCEPT, RECV, RECVMSG or WATCH that a handle may have: starting, readiness, ending. */
final class NioInbound {
  private final NioLoop loop;
  private final NioRings rings;

  NioInbound(NioLoop loop) {
    this.loop = loop;
    this.rings = loop.rings;
  }

  /** Starts a validated ACCEPT, RECV, RECVMSG or WATCH. */
  void submit(NioSlot slot, NioSqe e, NioOptions.Values acceptOptions) {
    int code = refusal(slot, e, acceptOptions);
    if (code != 0) {
      if (code == Abi.EINVAL) {
        rings.count(Abi.CTR_INVALID);
      }
      rings.complete(e.op, e.token, e.handle, -code, 0);
      return;
    }
    slot.inboundOp = e.op;
    slot.inboundToken = e.token;
    slot.inboundMulti = (e.flags & Abi.SQE_MULTISHOT) != 0;
    if (e.op == Abi.OP_ACCEPT) {
      slot.acceptOptions = acceptOptions;
      slot.addInterest(SelectionKey.OP_ACCEPT, rings);
    } else if (e.op == Abi.OP_WATCH) {
      loop.receive.startWatch(slot);
    } else {
      slot.inboundPool = loop.pools.get(e.group);
      if (e.op == Abi.OP_RECVMSG) {
        loop.datagrams.startReceive(slot);
      } else {
        loop.receive.startReceive(slot);
      }
    }
  }

  private int refusal(NioSlot slot, NioSqe e, NioOptions.Values acceptOptions) {
    if (!isOfItsKind(slot, e.op) || !hasItsPool(e)) {
      return Abi.EINVAL;
    }
    if (slot.inboundOp != 0) {
      return Abi.EBUSY;
    }
    return acceptOptions == null ? 0 : loop.accept.tryOptions(slot, acceptOptions);
  }

  private static boolean isOfItsKind(NioSlot slot, int op) {
    return (op == Abi.OP_ACCEPT ? slot.listener : op == Abi.OP_RECVMSG ? slot.datagram : slot.socket) != null;
  }

  private boolean hasItsPool(NioSqe e) {
    if (e.op != Abi.OP_RECV && e.op != Abi.OP_RECVMSG) {
      return true;
    }
    NioPool pool = loop.pools.get(e.group);
    return pool != null && (e.op == Abi.OP_RECV || NioDatagrams.isLargeEnough(pool));
  }

  /** The selector says readable or acceptable. */
  void ready(NioSlot slot) {
    switch (slot.inboundOp) {
      case Abi.OP_ACCEPT:
        loop.accept.run(slot);
        break;
      case Abi.OP_RECV:
        loop.receive.run(slot);
        break;
      case Abi.OP_RECVMSG:
        loop.datagrams.run(slot);
        break;
      case Abi.OP_WATCH:
        loop.receive.watch(slot);
        break;
      default:
        // Level-triggered readiness that nobody wants would spin: look away, and remember.
        slot.readable = slot.listener == null;
        slot.dropInterest(SelectionKey.OP_READ | SelectionKey.OP_ACCEPT, rings);
    }
  }

  /** Ends the inbound operation with a terminal completion. */
  void end(NioSlot slot, int result, int flags, int detail) {
    int op = detachOp(slot);
    rings.post(op, slot.inboundToken, slot.handle(), result, flags, 0, detail, false);
  }

  /** The operation is over; the caller of this posts its terminal. */
  int detachOp(NioSlot slot) {
    int op = slot.inboundOp;
    slot.inboundOp = 0;
    if (slot.starved) {
      slot.starved = false;
      slot.inboundPool.starved.remove(slot);
    }
    if (slot.throttled) {
      loop.accept.unthrottle(slot);
    }
    return op;
  }
}
