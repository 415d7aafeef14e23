package io.sluice.internal.loop;

import io.sluice.CloseReason;
import io.sluice.UdpError;
import io.sluice.internal.abi.Abi;

/**
 * The receiving half of a datagram socket on the loop's thread.
 *
 * <pre>
 *  RECEIVING --pause: CANCEL--> what still comes is kept --terminal--> PAUSED --resume: what was kept, then--> RECEIVING
 * </pre>
 */
final class UdpReads {
  /** A datagram that arrived while the application wanted none. */
  private static final class Held {
    final long[] meta;
    final int buffer;
    final int offset;
    final int length;
    final byte[] heap;
    Held next;

    Held(long[] meta, int buffer, int offset, int length, byte[] heap) {
      this.meta = meta;
      this.buffer = buffer;
      this.offset = offset;
      this.length = length;
      this.heap = heap;
    }
  }

  private final UdpSocketImpl socket;
  private final Loop loop;
  private boolean receiving;
  private boolean cancelling;
  private boolean paused;
  private Held first;
  private Held last;

  UdpReads(UdpSocketImpl socket) {
    this.socket = socket;
    this.loop = socket.loop;
    this.paused = socket.settings.startPaused();
  }

  // ------------------------------------------------------------------------------------------- completions

  /** Any completion of the RECVMSG. */
  void completed(int result, int flags, int buffer, int detail) {
    boolean lent = (flags & Abi.CQE_BUFFER) != 0;
    if (lent) {
      loop.pool.took();
    }
    if (lent && (flags & Abi.CQE_NOTE) == 0) {
      received(buffer, detail, result);
    } else if ((flags & Abi.CQE_NOTE) != 0) {
      UdpError error =
          lent ? UdpErrors.ofMeta(loop.udp.metas, loop.pool.offset(buffer) + detail)
              : UdpErrors.ofNotification(result, detail, socket.remoteAddress());
      if (lent) {
        loop.pool.giveBack(buffer);
      }
      reported(error);
    }
    if ((flags & Abi.CQE_MORE) == 0) {
      ended(result, flags, lent ? 0 : detail);
    }
  }

  private void received(int buffer, int metaAt, int length) {
    if (!socket.isLive()) {
      loop.pool.giveBack(buffer); // The end began: nobody wants it any more.
      return;
    }
    UdpInfo info = loop.udp.info;
    info.read(loop.udp.metas, loop.pool.offset(buffer) + metaAt);
    int offset = metaAt + Abi.META_BYTES;
    if (paused || first != null) {
      keep(info, buffer, offset, length);
      return;
    }
    loop.callbackLease.begin(socket, buffer, offset, length);
    deliver(info);
  }

  private void deliver(UdpInfo info) {
    CallbackLease lease = loop.callbackLease;
    info.begin(socket);
    try {
      socket.handler().onDatagram(socket, lease.forHandler(), info);
    } catch (Throwable t) {
      socket.callbackThrew("onDatagram", t);
    }
    info.end();
    if (lease.owner != null) {
      lease.end();
    }
  }

  private void reported(UdpError error) {
    if (!socket.isLive()) {
      return;
    }
    try {
      socket.handler().onError(socket, error);
    } catch (Throwable t) {
      socket.callbackThrew("onError", t);
    }
  }

  private void ended(int result, int flags, int osError) {
    receiving = false;
    cancelling = false;
    if (!socket.isLive()) {
      return;
    }
    if ((flags & Abi.CQE_EOF) != 0) {
      socket.fail(CloseReasons.ofCode(Abi.ENOTCONN, 0, "receive: the socket was shut down by somebody who shares it"));
    } else if (result < 0 && result != -Abi.ECANCELED) {
      CloseReason why = CloseReasons.ofCode(result, osError, "receive");
      socket.fail(why);
    } else {
      arm();
    }
  }

  // ------------------------------------------------------------------------------------------- arming

  /** Submits or cancels what is needed to get from what is in flight to what is wanted. */
  void arm() {
    if (!socket.isLive()) {
      return;
    }
    if (!receiving && !paused && first == null) {
      receiving = true;
      loop.submissions.submit(Abi.OP_RECVMSG, Abi.SQE_MULTISHOT, 0, socket.handle(), token(), 0L, 0L, 0);
    } else if (receiving && paused && !cancelling) {
      cancelling = true;
      loop.submissions.cancel(socket.handle(), token());
    }
  }

  private long token() {
    return Tokens.of(Tokens.UDP_RECEIVE, socket.slot());
  }

  void pause() {
    paused = true;
    arm();
  }

  void resume() {
    paused = false;
    if (first != null) {
      socket.markDirty(); // Delivered at the end of the turn: a callback must not run inside a callback.
    } else {
      arm();
    }
  }

  // ------------------------------------------------------------------------------------------- what was kept

  private void keep(UdpInfo info, int buffer, int offset, int length) {
    Held h;
    if (socket.mayKeepBuffer()) {
      socket.heldBuffers++;
      h = new Held(info.copy(), buffer, offset, length, null);
    } else {
      h = new Held(info.copy(), LeasePool.NONE, 0, length, loop.pool.copy(buffer, offset, length));
      loop.pool.giveBack(buffer);
    }
    if (last == null) {
      first = h;
    } else {
      last.next = h;
    }
    last = h;
  }

  private Held unlink() {
    Held h = first;
    first = h.next;
    if (first == null) {
      last = null;
    }
    if (h.heap == null) {
      socket.heldBuffers--;
    }
    return h;
  }

  /** End of a turn: delivers what was kept, as far as the application wants it. */
  void flush() {
    if (first == null || paused) {
      return;
    }
    UdpInfo info = loop.udp.info;
    while (first != null && !paused && socket.isLive()) {
      Held h = unlink();
      info.read(h.meta);
      if (h.heap != null) {
        loop.callbackLease.beginHeap(socket, h.heap);
      } else {
        loop.callbackLease.begin(socket, h.buffer, h.offset, h.length);
      }
      deliver(info);
    }
    arm();
  }

  /** The socket ends: nobody will want what was kept. */
  void drop() {
    while (first != null) {
      Held h = unlink();
      if (h.heap == null) {
        loop.pool.giveBack(h.buffer);
      }
    }
  }
}
