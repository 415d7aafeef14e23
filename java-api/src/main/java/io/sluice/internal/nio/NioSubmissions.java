package io.sluice.internal.nio;

import io.sluice.internal.abi.Abi;
import java.net.SocketAddress;
import java.nio.ByteBuffer;

/** Decodes, validates and dispatches submissions: whatever the caller wrote, it gets an answer (C1, C3, C7). */
final class NioSubmissions {
  private static final int HANDLE = 1;
  private static final int LEN = 1 << 1;
  private static final int ADDR = 1 << 2;
  private static final int AUX = 1 << 3;
  private static final int AUX32 = 1 << 4;
  private static final int GROUP = 1 << 5;
  private static final int MSG_FLAGS = 1 << 6;

  /** Which fields an operation uses; all others must be zero. Also which operations there are: 0 is none. */
  private static final int[] FIELDS = new int[Abi.OP_COUNT];
  private static final int[] FLAGS = new int[Abi.OP_COUNT];
  private static final int KNOWN = 1 << 31;

  private static void define(int op, int fields, int flags) {
    FIELDS[op] = KNOWN | fields;
    FLAGS[op] = flags;
  }

  static {
    define(Abi.OP_NOP, 0, 0);
    define(Abi.OP_LISTEN, LEN | ADDR | AUX | AUX32, 0);
    define(Abi.OP_ACCEPT, HANDLE | AUX | AUX32, Abi.SQE_MULTISHOT);
    define(Abi.OP_CONNECT, ADDR | AUX | AUX32, 0);
    define(Abi.OP_RECV, HANDLE | GROUP, Abi.SQE_MULTISHOT);
    define(Abi.OP_RECVMSG, HANDLE | GROUP, Abi.SQE_MULTISHOT);
    define(Abi.OP_SEND, HANDLE | LEN | ADDR | AUX | MSG_FLAGS, Abi.SQE_LAZY | Abi.SQE_ZEROCOPY);
    define(Abi.OP_SENDMSG, HANDLE | LEN | ADDR | AUX | MSG_FLAGS, Abi.SQE_LAZY);
    define(Abi.OP_SENDFILE, HANDLE | LEN | ADDR | AUX32, Abi.SQE_LAZY);
    define(Abi.OP_SHUTDOWN, HANDLE, Abi.SQE_LAZY);
    define(Abi.OP_CLOSE, HANDLE, Abi.SQE_ABORT | Abi.SQE_DRAIN);
    define(Abi.OP_CANCEL, HANDLE | AUX, 0);
    define(Abi.OP_ADOPT, AUX32, 0);
    define(Abi.OP_DETACH, HANDLE, 0);
    define(Abi.OP_WATCH, HANDLE, Abi.SQE_MULTISHOT);
    define(Abi.OP_DATAGRAM, LEN | ADDR | AUX | AUX32, 0);
  }

  private final NioLoop loop;
  private final NioRings rings;
  private final NioSqe e = new NioSqe();

  NioSubmissions(NioLoop loop) {
    this.loop = loop;
    this.rings = loop.rings;
  }

  /** Consumes submissions while there is room to answer. */
  void consume() {
    int at;
    while (rings.room() > 0 && (at = rings.nextSubmission()) >= 0) {
      boolean sound = decode(at);
      rings.submissionTaken();
      if (sound) {
        dispatch();
      } else {
        invalid();
      }
    }
  }

  private void invalid() {
    rings.count(Abi.CTR_INVALID);
    answer(Abi.EINVAL);
  }

  private void answer(int code) {
    rings.complete(e.op, e.token, e.handle, -code, 0);
  }

  /** Fills {@link #e}; false: malformed. */
  private boolean decode(int at) {
    ByteBuffer b = rings.shared;
    e.op = b.get(at + Abi.SQE_OP) & 0xff;
    e.flags = b.get(at + Abi.SQE_FLAGS) & 0xff;
    e.group = b.getShort(at + Abi.SQE_GROUP) & 0xffff;
    e.len = b.getInt(at + Abi.SQE_LEN);
    e.handle = b.getLong(at + Abi.SQE_HANDLE);
    e.token = b.getLong(at + Abi.SQE_TOKEN);
    e.addr = b.getLong(at + Abi.SQE_ADDR);
    e.aux = b.getLong(at + Abi.SQE_AUX);
    e.aux32 = b.getInt(at + Abi.SQE_AUX32);
    e.msgFlags = b.getInt(at + Abi.SQE_MSG_FLAGS);
    if (e.op >= Abi.OP_COUNT || FIELDS[e.op] == 0) {
      return false;
    }
    int f = FIELDS[e.op];
    return (e.flags & ~FLAGS[e.op]) == 0
        && (e.flags & (Abi.SQE_ABORT | Abi.SQE_DRAIN)) != (Abi.SQE_ABORT | Abi.SQE_DRAIN)
        && b.getLong(at + Abi.SQE_MSG_STREAM) == 0
        && b.getLong(at + Abi.SQE_RESERVED) == 0
        && ((f & HANDLE) != 0 || e.handle == 0)
        && ((f & LEN) != 0 || e.len == 0)
        && ((f & ADDR) != 0 || e.addr == 0)
        && ((f & AUX) != 0 || e.aux == 0)
        && ((f & AUX32) != 0 || e.aux32 == 0)
        && ((f & GROUP) != 0 || e.group == 0)
        && (e.msgFlags == 0 || ((f & MSG_FLAGS) != 0 && e.msgFlags == Abi.MSG_MORE));
  }

  private void dispatch() {
    switch (e.op) {
      case Abi.OP_NOP:
        rings.complete(Abi.OP_NOP, e.token, 0, 0, 0);
        break;
      case Abi.OP_LISTEN:
      case Abi.OP_CONNECT:
        open();
        break;
      case Abi.OP_DATAGRAM:
        openDatagram();
        break;
      case Abi.OP_ADOPT:
        loop.sockets.adopt(e);
        break;
      case Abi.OP_CANCEL:
        cancel();
        break;
      default:
        onHandle();
    }
  }

  private void onHandle() {
    NioSlot slot = loop.slots.find(e.handle);
    if (slot == null) {
      rings.count(Abi.CTR_STALE);
      answer(Abi.ESTALE);
      return;
    }
    if (slot.life != NioSlot.Life.LIVE && e.op != Abi.OP_CLOSE) {
      // A closing handle takes no new work.
      answer(Abi.EALREADY);
      return;
    }
    switch (e.op) {
      case Abi.OP_ACCEPT:
        accept(slot);
        break;
      case Abi.OP_RECV:
      case Abi.OP_RECVMSG:
      case Abi.OP_WATCH:
        loop.inbound.submit(slot, e, null);
        break;
      case Abi.OP_CLOSE:
        loop.close.submitClose(slot, e);
        break;
      case Abi.OP_DETACH:
        loop.close.submitDetach(slot, e);
        break;
      default:
        loop.sends.submit(slot, e);
    }
  }

  private void accept(NioSlot slot) {
    NioOptions.Values options = options();
    if (options == null && (e.aux32 != 0 || e.aux != 0)) {
      invalid();
      return;
    }
    loop.inbound.submit(slot, e, options);
  }

  /** LISTEN or CONNECT: both name an address and options. */
  private void open() {
    NioOptions.Values options = options();
    if (!inScratch(e.addr, Abi.ADDR_BYTES_TOTAL) || (options == null && (e.aux32 != 0 || e.aux != 0)) || e.len < 0) {
      invalid();
      return;
    }
    SocketAddress address = address((int) e.addr);
    if (address == null) {
      return;
    }
    if (e.op == Abi.OP_LISTEN) {
      loop.sockets.listen(e, address, options);
    } else {
      loop.connect.submit(e, address, options);
    }
  }

  private void openDatagram() {
    NioOptions.Values options = options();
    boolean sound =
        (e.len == 1 || e.len == 2) && inScratch(e.addr, e.len * Abi.ADDR_BYTES_TOTAL)
            && (options != null || (e.aux32 == 0 && e.aux == 0));
    if (!sound) {
      invalid();
      return;
    }
    SocketAddress local = address((int) e.addr);
    if (local == null) {
      return;
    }
    SocketAddress peer = null;
    if (e.len == 2) {
      peer = address((int) e.addr + Abi.ADDR_BYTES_TOTAL);
      if (peer == null) {
        return;
      }
    }
    if (!NioDatagrams.areUsable(local, peer)) {
      invalid();
      return;
    }
    loop.datagrams.open(e, local, peer, options);
  }

  /** The address at an offset; null: it is not usable, and the submission was answered. */
  private SocketAddress address(int at) {
    try {
      return NioAddresses.read(rings.shared, at);
    } catch (NioAddresses.Unusable u) {
      if (u.code == Abi.EINVAL) {
        invalid();
      } else {
        answer(u.code);
      }
      return null;
    }
  }

  /** The option list of the submission; null: none, or malformed (then {@code aux32} is not 0). */
  private NioOptions.Values options() {
    int count = e.aux32;
    if (count <= 0 || count > Abi.MAX_OPTVALS || !inScratch(e.aux, count * Abi.OPTVAL_BYTES)) {
      return null;
    }
    return NioOptions.read(rings.shared, (int) e.aux, count);
  }

  /** Does a referred structure lie in the scratch area, aligned? */
  boolean inScratch(long offset, int bytes) {
    return offset >= rings.scratchOffset && offset <= rings.scratchEnd - bytes && (offset & 7) == 0;
  }

  private void cancel() {
    boolean found;
    if (e.handle == 0) {
      found = loop.connect.cancel(e.aux);
    } else {
      NioSlot slot = loop.slots.find(e.handle);
      if (slot == null) {
        rings.count(Abi.CTR_STALE);
        answer(Abi.ESTALE);
        return;
      }
      found = slot.inboundOp != 0 && slot.inboundToken == e.aux;
      if (found) {
        loop.inbound.end(slot, -Abi.ECANCELED, 0, 0);
      }
    }
    answer(found ? 0 : Abi.ENOENT);
  }
}
