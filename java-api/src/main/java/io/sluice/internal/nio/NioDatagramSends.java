package io.sluice.internal.nio;

import io.sluice.internal.abi.Abi;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.UnsupportedAddressTypeException;

/** SEND and SENDMSG on datagram sockets: each is one datagram, and one that fails takes no other with it (D2, D3). */
final class NioDatagramSends {
  private final NioLoop loop;
  private final NioRings rings;
  /** For datagrams of several pieces: the JDK has no gathering send to an address. */
  private ByteBuffer gathered;

  NioDatagramSends(NioLoop loop) {
    this.loop = loop;
    this.rings = loop.rings;
  }

  /** Whether the submission makes sense on this socket; 0 or a positive code. */
  int refusal(NioSlot slot, NioSqe e) {
    if ((e.op != Abi.OP_SEND && e.op != Abi.OP_SENDMSG) || e.msgFlags != 0 || e.len < 0) {
      return Abi.EINVAL;
    }
    if (e.aux != 0) {
      if (!loop.submissions.inScratch(e.aux, Abi.META_BYTES)) {
        return Abi.EINVAL;
      }
      int code = NioMeta.check(rings.shared, (int) e.aux);
      if (code != 0) {
        return code;
      }
    }
    return 0;
  }

  /** After {@link #refusal}, with the pieces filled in. */
  int address(NioSlot slot, NioSend send, NioSqe e) {
    send.to = e.aux == 0 ? null : loop.meta.destination(rings.shared, (int) e.aux);
    if (slot.peer == null) {
      return send.to == null ? Abi.ENOTCONN : send.total > Abi.MSG_MAX ? Abi.EMSGSIZE : 0;
    }
    if (send.total == 0 || send.to != null && !send.to.equals(slot.peer)) {
      return Abi.ENOTSUP;
    }
    send.to = null;
    return send.total > Abi.MSG_MAX ? Abi.EMSGSIZE : 0;
  }

  /** Hands over what is queued; false: the socket is full. */
  boolean run(NioSlot slot) {
    while (slot.sendHead != null) {
      NioSend head = slot.sendHead;
      long error = 0;
      try {
        rings.count(Abi.CTR_SYSCALLS);
        if (!handOver(slot, head)) {
          return false;
        }
      } catch (IOException | UnsupportedAddressTypeException | IllegalStateException x) {
        error = error(x);
      }
      if (error == 0) {
        rings.add(Abi.CTR_BYTES_SENT, head.total);
        rings.count(Abi.CTR_DATAGRAMS_SENT);
        loop.sends.completeHead(slot);
      } else {
        rings.count(Abi.CTR_DATAGRAM_ERRORS);
        loop.sends.failHead(slot, NioErrors.code(error), NioErrors.errno(error));
      }
    }
    return true;
  }

  /** A full queue of the interface says what elsewhere means a lack of memory. */
  private static long error(Exception x) {
    long error = NioErrors.of(x);
    return NioErrors.code(error) == Abi.ENOMEM ? NioErrors.pack(Abi.ENOBUFS, NioErrors.errno(error)) : error;
  }

  private boolean handOver(NioSlot slot, NioSend head) throws IOException {
    ByteBuffer data = head.pieces == 1 ? head.views[0] : gather(head);
    int at = data.position();
    int n = head.to == null ? slot.datagram.write(data) : slot.datagram.send(data, head.to);
    if (n == 0 && head.total > 0) {
      data.position(at);
      return false;
    }
    return true;
  }

  private ByteBuffer gather(NioSend head) {
    if (gathered == null) {
      gathered = ByteBuffer.allocateDirect(Abi.MSG_MAX);
    }
    gathered.clear();
    for (int i = 0; i < head.pieces; i++) {
      ByteBuffer piece = head.views[i];
      gathered.put(gathered.position(), piece, piece.position(), piece.remaining());
      gathered.position(gathered.position() + piece.remaining());
    }
    return gathered.flip();
  }
}
