package io.sluice.internal.loop;

import java.net.SocketAddress;
import java.util.concurrent.atomic.AtomicLong;

/** What a connection and a datagram socket are alike in for the loop: an identity, leases, work at the end of a turn. */
abstract class Endpoint {
  private static final AtomicLong IDS = new AtomicLong();

  final Loop loop;
  final long id = IDS.incrementAndGet();
  /** Receive buffers that wait for this endpoint: retained, kept while paused, or on their way out. */
  int heldBuffers;
  Endpoint nextDirty;
  /** Bytes delivered to the handler. */
  long bytesReceived;

  Endpoint(Loop loop) {
    this.loop = loop;
  }

  public final long id() {
    return id;
  }

  /** Whether one more receive buffer may be kept for this endpoint. */
  abstract boolean mayKeepBuffer();

  /** In the loop's list of dirty endpoints, at the end of a turn: what must not happen inside a callback happens here. */
  abstract void flush();

  public abstract SocketAddress remoteAddress();

  /** The name of the callback that gets its data. */
  abstract String callback();

  /** For people: whose data it was. */
  abstract String described();
}
