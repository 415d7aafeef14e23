package io.sluice.internal.loop;

import io.sluice.internal.abi.Abi;
import io.sluice.internal.abi.CompletionRing;

/**
 * Takes completions from the ring and brings each to whom it belongs: by the kind in its token, without a map. The only
 * place that runs callbacks for completions. Loop thread only.
 */
final class Dispatcher {
  private final Loop loop;
  private final CompletionRing ring;

  Dispatcher(Loop loop, CompletionRing ring) {
    this.loop = loop;
    this.ring = ring;
  }

  /** A completion whose connection was gone; its buffer was given back. */
  private void stale() {
    loop.counters.add(LoopCounters.STALE_COMPLETIONS, 1);
  }

  int available() {
    return ring.available();
  }

  /** What is in the ring now; what callbacks cause comes with a later turn. */
  int drain() {
    CompletionRing r = ring;
    int n = r.available();
    for (int i = n; i > 0; i--) {
      long token = r.token();
      long handle = r.handle();
      int result = r.result();
      int flags = CompletionRing.flags(r.flagsAndOp());
      int buffer = r.buffer();
      int detail = r.detail();
      // Everything is read: a callback may enter the engine, which may write over this entry.
      r.advance();
      switch (Tokens.kind(token)) {
        case Tokens.RECEIVE:
          received(handle, result, flags, buffer, detail);
          break;
        case Tokens.LEASE:
          leaseSent(token, handle, result, buffer, detail);
          break;
        case Tokens.CHUNK:
          chunkSent(token, handle, result, buffer, detail);
          break;
        case Tokens.UDP_RECEIVE:
          loop.udp.received(token, result, flags, buffer, detail);
          break;
        case Tokens.UDP_SEND:
          loop.udp.sent(token, result, detail);
          break;
        default:
          rare(token, handle, result, flags, buffer, detail);
          break;
      }
    }
    return n;
  }

  /**
   * The loop is broken. Descriptors that its last completions tell of, and those that it was to take and never did, would be lost
   * with the rings; nothing else is dispatched any more.
   */
  void rescueDescriptors() {
    for (int i = ring.available(); i > 0; i--) {
      long token = ring.token();
      int kind = Tokens.kind(token);
      if (kind == Tokens.DETACH || kind == Tokens.ADOPT) {
        HandOff handOff = loop.handOffs.remove(Tokens.slot(token));
        if (handOff != null) {
          handOff.completedByBroken(kind, ring.result());
        }
      } else if (kind == Tokens.MESSAGE_ADOPT) {
        loop.messages.adoptedByBroken(token, ring.handle(), ring.result(), ring.detail());
      }
      ring.advance();
    }
    loop.messages.leftByBroken();
    for (int i = 0; i < loop.handOffs.bound(); i++) {
      HandOff handOff = loop.handOffs.remove(i);
      if (handOff != null) {
        handOff.leftByBroken();
      }
    }
  }

  private void received(long handle, int result, int flags, int buffer, int detail) {
    StreamConnection c = loop.connections.get(handle);
    boolean data = (flags & Abi.CQE_BUFFER) != 0;
    if (data) {
      loop.pool.took();
      if (c != null && result > 0) {
        c.received(buffer, detail, result);
      } else {
        stale();
        loop.pool.giveBack(buffer);
      }
    }
    if ((flags & Abi.CQE_MORE) == 0 && c != null) {
      c.receiveEnded(result, flags, data ? 0 : detail);
    }
  }

  private void leaseSent(long token, long handle, int result, int accepted, int detail) {
    loop.pool.giveBack(Tokens.slot(token));
    StreamConnection c = loop.connections.get(handle);
    if (c != null) {
      c.leaseSent(Tokens.bytes(token), result, accepted, detail);
    } else {
      stale();
    }
  }

  private void chunkSent(long token, long handle, int result, int accepted, int detail) {
    loop.sendMemory.release(Tokens.slot(token));
    StreamConnection c = loop.connections.get(handle);
    if (c != null) {
      c.chunkSent(Tokens.bytes(token), result, accepted, detail);
    } else {
      stale();
    }
  }

  private void rare(long token, long handle, int result, int flags, int buffer, int detail) {
    int slot = Tokens.slot(token);
    switch (Tokens.kind(token)) {
      case Tokens.RECORD:
        recordSent(slot, handle, result, buffer, detail);
        break;
      case Tokens.WATCH:
      case Tokens.CLOSE:
        ofConnection(token, handle, result, flags, detail);
        break;
      case Tokens.LISTEN:
      case Tokens.ACCEPT:
      case Tokens.LISTENER_CLOSE:
        ofListener(token, handle, result, flags, detail);
        break;
      case Tokens.CONNECT:
        Connector connector = loop.connectors.remove(slot);
        if (connector != null) {
          connector.completed(handle, result, detail);
        }
        break;
      case Tokens.DETACH:
      case Tokens.ADOPT:
        HandOff handOff = loop.handOffs.remove(slot);
        if (handOff != null) {
          handOff.completed(Tokens.kind(token), handle, result);
        }
        break;
      case Tokens.SHUTDOWN:
        shutdownEnded(handle, result);
        break;
      case Tokens.UDP_OPEN:
        loop.udp.opened(token, handle, result, buffer, detail);
        break;
      case Tokens.UDP_CLOSE:
        loop.udp.closed(token);
        break;
      case Tokens.MESSAGE_RECEIVE:
        loop.messages.received(token, result, flags, buffer, detail);
        break;
      case Tokens.MESSAGE_SEND:
        loop.messages.sent(token, result, detail);
        break;
      case Tokens.MESSAGE_ADOPT:
        loop.messages.adopted(token, handle, result, detail);
        break;
      case Tokens.MESSAGE_CLOSE:
        loop.messages.closed(token);
        break;
      case Tokens.ORPHAN_CLOSE:
        loop.sockets.orphanClosed();
        break;
      default:
        // IGNORED.
        break;
    }
  }

  /** How a shutdown that was taken ended, the sends and the receive tell. */
  private void shutdownEnded(long handle, int result) {
    StreamConnection c = loop.connections.get(handle);
    if (result == -Abi.ENOMEM && c != null) {
      c.finRefused(result);
    }
  }

  private void recordSent(int slot, long handle, int result, int accepted, int detail) {
    SendRecord record = loop.records.get(slot);
    if (record.file != SendRecord.NO_FILE) {
      Files.close(loop.engine, loop.controlBuffer(), record.file);
    } else if (record.buffer != LeasePool.NONE) {
      loop.pool.giveBack(record.buffer);
    } else {
      loop.sendMemory.release(record.chunk);
    }
    StreamConnection c = loop.connections.get(handle);
    if (c != null) {
      c.recordSent(record, result, accepted, detail);
    } else {
      stale();
    }
    loop.records.release(record);
  }

  private void ofConnection(long token, long handle, int result, int flags, int detail) {
    StreamConnection c = loop.connections.get(handle);
    if (c == null) {
      stale();
    } else if (Tokens.kind(token) == Tokens.WATCH) {
      c.watched(result, flags, detail);
    } else {
      c.ended();
    }
  }

  private void ofListener(long token, long handle, int result, int flags, int detail) {
    ListenerSocket socket = loop.listeners.get(Tokens.slot(token));
    if (socket == null) {
      stale();
      return;
    }
    switch (Tokens.kind(token)) {
      case Tokens.LISTEN:
        socket.listened(handle, result, detail);
        break;
      case Tokens.ACCEPT:
        socket.accepted(handle, result, flags, detail);
        break;
      default:
        socket.closed();
        break;
    }
  }
}
