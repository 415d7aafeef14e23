package io.sluice.internal.loop;

import io.sluice.SendResult;
import io.sluice.UdpDestination;
import io.sluice.UdpSendListener;
import io.sluice.internal.abi.Abi;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.util.concurrent.RejectedExecutionException;

/**
 * Datagrams of other threads: decided at the call and put on a stack; the first one of a batch also puts a task into the loop's
 * queue. The end of the socket closes the stack, so that every datagram that was taken is carried out or reported as failed
 * before {@code onClosed}. Those for which a turn has no room wait for the next one, in order.
 */
final class UdpOutside {
  private static final VarHandle SENDS;
  private static final VarHandle LOAD;

  static {
    try {
      MethodHandles.Lookup l = MethodHandles.lookup();
      SENDS = l.findVarHandle(UdpOutside.class, "sends", UdpForeignSend.class);
      LOAD = l.findVarHandle(UdpOutside.class, "load", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final UdpSocketImpl socket;
  private final Loop loop;
  private final UdpSettings settings;
  /** Newest first; {@link UdpForeignSend#CLOSED} after the end. */
  private volatile UdpForeignSend sends;
  /** Of those that have not reached the engine. */
  private volatile long load;
  /** Oldest first: what a turn had no room for. Loop thread. */
  private UdpForeignSend waiting;
  private UdpForeignSend waitingLast;

  UdpOutside(UdpSocketImpl socket) {
    this.socket = socket;
    this.loop = socket.loop;
    this.settings = socket.settings;
  }

  long load() {
    return load;
  }

  // ------------------------------------------------------------------------------------------- any thread

  SendResult send(ByteBuffer data, UdpDestination to, UdpSendListener listener) {
    int n = data.remaining();
    SendResult refused = reserve(n);
    if (refused != null) {
      return refused;
    }
    UdpForeignSend send;
    try {
      byte[] copy = new byte[n];
      data.get(data.position(), copy);
      send = new UdpForeignSend(copy, null, to, listener);
    } catch (OutOfMemoryError e) {
      LOAD.getAndAdd(this, (long) -UdpSettings.load(n));
      throw e;
    }
    SendResult result = push(send);
    if (result.accepted()) {
      data.position(data.limit());
    }
    return result;
  }

  SendResult send(byte[] owned, UdpDestination to, UdpSendListener listener) {
    SendResult refused = reserve(owned.length);
    return refused != null ? refused : push(new UdpForeignSend(owned, null, to, listener));
  }

  /** The caller has ended the lease. */
  SendResult send(RetainedLease lease, UdpDestination to, UdpSendListener listener) {
    SendResult result = reserve(lease.length);
    if (result == null) {
      result = push(new UdpForeignSend(null, lease, to, listener));
    }
    if (!result.accepted()) {
      lease.pool.returnFromOutside(lease);
    }
    return result;
  }

  /** Null: the datagram is counted as taken. */
  private SendResult reserve(int bytes) {
    if (!socket.isOpen()) {
      return SendResult.CLOSED;
    }
    long n = UdpSettings.load(bytes);
    long waiting = (long) LOAD.getAndAdd(this, n) + n;
    if (socket.sends.pendingLoad() + waiting > settings.limitBytes() || !loop.sendMemory.hasRoom(waiting)) {
      LOAD.getAndAdd(this, -n);
      return SendResult.REJECTED;
    }
    return null;
  }

  private SendResult push(UdpForeignSend send) {
    send.saturated = socket.sends.pendingLoad() + load >= settings.highWaterBytes();
    UdpForeignSend h;
    do {
      h = sends;
      if (h == UdpForeignSend.CLOSED) {
        LOAD.getAndAdd(this, (long) -UdpSettings.load(send.length()));
        return SendResult.CLOSED;
      }
      send.next = h;
    } while (!SENDS.compareAndSet(this, h, send));
    if (h == null) {
      try {
        loop.execute(this::take);
      } catch (RejectedExecutionException ended) {
        // The end of the loop has closed the stack, or will: it reports what is there.
      }
    }
    return send.saturated ? SendResult.SATURATED : SendResult.QUEUED;
  }

  // ------------------------------------------------------------------------------------------- loop thread

  /** Carries out what is there, as far as this turn has room. */
  void take() {
    UdpForeignSend s = sends;
    if (s != null && s != UdpForeignSend.CLOSED) {
      append(UdpForeignSend.reversed((UdpForeignSend) SENDS.getAndSet(this, null)));
    }
    carryOut();
  }

  /** What a turn had no room for. */
  void flush() {
    if (waiting != null) {
      carryOut();
    }
  }

  /** Takes no more; what came before is carried out as far as this turn has room. */
  void refuseMore() {
    UdpForeignSend s = (UdpForeignSend) SENDS.getAndSet(this, UdpForeignSend.CLOSED);
    if (s != UdpForeignSend.CLOSED) {
      append(UdpForeignSend.reversed(s));
    }
    carryOut();
  }

  boolean isHandedOver() {
    return waiting == null;
  }

  /** Takes no more; what cannot be carried out now is reported as failed. */
  void close() {
    refuseMore();
    for (UdpForeignSend w = waiting; w != null; w = waiting) {
      unlink(w);
      socket.sends.tooLate(w, -Abi.ECANCELED);
    }
  }

  private void append(UdpForeignSend list) {
    if (list == null) {
      return;
    }
    if (waiting == null) {
      waiting = list;
    } else {
      waitingLast.next = list;
    }
    UdpForeignSend last = list;
    while (last.next != null) {
      last = last.next;
    }
    waitingLast = last;
  }

  private void carryOut() {
    for (UdpForeignSend s = waiting; s != null; s = waiting) {
      unlink(s);
      if (!socket.sends.promised(s)) {
        link(s);
        socket.markDirty();
        return;
      }
    }
  }

  /** First: listeners that are called on the way may bring more. */
  private void unlink(UdpForeignSend s) {
    waiting = s.next;
    s.next = null;
    LOAD.getAndAdd(this, (long) -UdpSettings.load(s.length()));
  }

  /** Back to the head. */
  private void link(UdpForeignSend s) {
    s.next = waiting;
    if (waiting == null) {
      waitingLast = s;
    }
    waiting = s;
    LOAD.getAndAdd(this, (long) UdpSettings.load(s.length()));
  }
}
