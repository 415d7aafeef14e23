package io.sluice.internal.nio;

import io.sluice.internal.abi.Abi;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;

/**
 * Accepting, and waiting when the process is out of descriptors.
 *
 * <pre>
 *   ACCEPTING --EMFILE: post THROTTLED--> THROTTLED --timer, or a handle of this loop closed: try again--+
 *       ^                                     ^                                                          |
 *       |                                     +------------- EMFILE again: nothing is posted ------------+
 *       +------------------------------------------------- else: post RESUMED --------------------------+
 * </pre>
 */
final class NioAccept {
  /** Connections per listener and turn, so that a flood of them does not starve the established ones. */
  static final int CONNECTIONS_PER_TURN = 64;

  private static final long NANOS_PER_MILLI = 1_000_000;

  private final NioLoop loop;
  private final NioRings rings;
  private final long throttleNanos;
  private final List<NioSlot> throttled = new ArrayList<>();
  private long retryAt;

  NioAccept(NioLoop loop, int throttleMillis) {
    this.loop = loop;
    this.rings = loop.rings;
    this.throttleNanos = throttleMillis * NANOS_PER_MILLI;
  }

  /** Would accepted sockets take these options? One that is thrown away tells at once; 0 or a positive code. */
  int tryOptions(NioSlot listener, NioOptions.Values options) {
    rings.add(Abi.CTR_SYSCALLS, 2);
    try (SocketChannel probe = listener.unix ? SocketChannel.open(StandardProtocolFamily.UNIX) : SocketChannel.open()) {
      return NioErrors.code(NioOptions.setAll(probe, options));
    } catch (IOException e) {
      // Out of descriptors: that is for the ACCEPT to say.
      return 0;
    }
  }

  /** Accepts what waits, as far as there is room to say so. */
  void run(NioSlot listener) {
    for (int i = 0; i < CONNECTIONS_PER_TURN && listener.inboundOp == Abi.OP_ACCEPT && rings.room() > 0; i++) {
      SocketChannel channel;
      try {
        rings.count(Abi.CTR_SYSCALLS);
        channel = listener.listener.accept();
      } catch (IOException e) {
        if (!survive(listener, NioErrors.of(e))) {
          return;
        }
        continue;
      }
      if (listener.throttled) {
        resume(listener);
      }
      if (channel == null) {
        return;
      }
      accepted(listener, channel);
    }
  }

  /** What a failed accept means; true: try the next connection. */
  private boolean survive(NioSlot listener, long error) {
    switch (NioErrors.code(error)) {
      case Abi.EMFILE:
      case Abi.ENOMEM:
        throttle(listener, NioErrors.errno(error));
        return false;
      case Abi.EINVAL:
      case Abi.ENOTCONN:
        // The listening socket itself is gone.
        loop.inbound.end(listener, -NioErrors.code(error), 0, NioErrors.errno(error));
        return false;
      default:
        // accept(2): errors of the new connection are reported here too, and are no reason to stop.
        return true;
    }
  }

  private void accepted(NioSlot listener, SocketChannel channel) {
    NioSlot slot = null;
    try {
      channel.configureBlocking(false);
      // A connection that was reset while it waited may refuse options. Its RECV will tell.
      NioOptions.setAll(channel, listener.acceptOptions);
      slot = loop.slots.take(NioSlot.Life.LIVE);
      if (slot != null) {
        loop.attach(slot, channel, listener.unix);
      }
    } catch (IOException e) {
      loop.discard(slot);
      slot = null;
    }
    if (slot == null) {
      // max_handles is reached.
      NioClose.quietly(channel);
      rings.count(Abi.CTR_LATE_CLOSED);
      return;
    }
    boolean more = listener.inboundMulti;
    if (!more) {
      loop.inbound.detachOp(listener);
    }
    rings.post(Abi.OP_ACCEPT, listener.inboundToken, slot.handle(), 0, more ? Abi.CQE_MORE : 0, 0, 0, false);
  }

  private void throttle(NioSlot listener, int errno) {
    listener.dropInterest(SelectionKey.OP_ACCEPT, rings);
    retryAt = System.nanoTime() + throttleNanos;
    if (listener.throttled) {
      return;
    }
    listener.throttled = true;
    throttled.add(listener);
    rings.count(Abi.CTR_THROTTLED);
    note(listener, Abi.NOTE_THROTTLED);
  }

  private void resume(NioSlot listener) {
    unthrottle(listener);
    listener.addInterest(SelectionKey.OP_ACCEPT, rings);
    note(listener, Abi.NOTE_RESUMED);
  }

  private void note(NioSlot listener, int what) {
    rings.post(Abi.OP_ACCEPT, listener.inboundToken, 0, 0, Abi.CQE_MORE | Abi.CQE_NOTE, 0, what, false);
  }

  void unthrottle(NioSlot listener) {
    listener.throttled = false;
    throttled.remove(listener);
  }

  /** Nanoseconds until the next try; negative: nothing is throttled. */
  long waitNanos() {
    return throttled.isEmpty() ? -1 : Math.max(1, retryAt - System.nanoTime());
  }

  /** A handle of this loop was closed: a descriptor may be free. */
  void descriptorClosed() {
    if (!throttled.isEmpty()) {
      retryAt = System.nanoTime();
    }
  }

  /** Tries the throttled listeners again when it is time. */
  void retry() {
    if (throttled.isEmpty() || System.nanoTime() - retryAt < 0) {
      return;
    }
    // From the back: a listener that resumes leaves the list.
    for (int i = throttled.size() - 1; i >= 0; i--) {
      run(throttled.get(i));
    }
  }
}
