package io.sluice.internal.sctp;

import io.sluice.BufferLease;
import io.sluice.EventLoop;
import io.sluice.internal.abi.SctpAbi;
import io.sluice.internal.bind.UnavailableException;
import io.sluice.internal.load.SctpNatives;
import io.sluice.sctp.SctpStackOptions;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A stack on a loop: brings it datagrams and time, and its events to associations.
 *
 * <pre>
 *  a turn:  datagrams that came: copied and kept -> all to the stack, in one call -> time, when a tick is due
 *             -> until nothing is left: datagrams out, events to handlers
 * </pre>
 *
 * Time is told after what had arrived was read: nobody is judged by datagrams that nobody has looked at. There are ticks only
 * while the stack asks for them. Loop thread only, unless something else is said.
 */
final class SctpLoop extends AssociationHome {
  /** Datagrams handed to the stack in one call. */
  private static final int BATCH = 64;
  /** Bytes of a batch: two of the largest datagrams. */
  private static final int BATCH_BYTES = 128 << 10;
  private static final long NANOS_PER_MILLI = 1_000_000L;
  /**
   * Associations that are aborted at a time when the loop shuts down, and the pause in between: a thousand datagrams at once would be more
   * than the receive buffer of a peer's socket takes.
   */
  private static final int SHUTDOWN_BATCH = 64;
  private static final long SHUTDOWN_PAUSE_NANOS = 1_000_000L;

  final SctpStack stack;
  final PeerCache peers = new PeerCache();
  final Links links = new Links();
  final UdpListeners listeners = new UdpListeners(this);
  private final StackEvents events;

  private final ByteBuffer batch = ByteBuffer.allocateDirect(BATCH_BYTES);
  private final ByteBuffer list = ByteBuffer.allocateDirect(BATCH * SctpAbi.DGRAM_BYTES_TOTAL).order(ByteOrder.LITTLE_ENDIAN);
  private final long batchAddress;
  private final long listAddress;
  private int batched;
  private int batchedBytes;
  /** A view of the stack's region. */
  private final ByteBuffer out;

  private boolean settling;
  private boolean ticking;
  private long tickedNanos;

  private SctpLoop(EventLoop loop, SctpStack stack, SctpStackOptions options) {
    super(loop, stack, options.maxMessageBytes());
    this.stack = stack;
    this.out = stack.region.duplicate();
    this.batchAddress = stack.address(batch);
    this.listAddress = stack.address(list);
    this.events = new UdpEvents(this);
  }

  static SctpLoop open(EventLoop loop, SctpNatives natives, SctpStackOptions options) throws UnavailableException {
    SctpLoop l = new SctpLoop(loop, SctpStack.open(natives, options), options);
    if (!l.moveIn()) {
      l.end();
      throw new UnavailableException("the event loop is shutting down");
    }
    return l;
  }

  // ------------------------------------------------------------------------------------------- work

  /** A datagram came. It is copied: the receive buffers are the loop's. */
  void received(Peer from, BufferLease data) {
    int n = data.length();
    if (over || n == 0) {
      return;
    }
    if (batched == BATCH || batchedBytes + n > BATCH_BYTES) {
      feed();
    }
    ByteBuffer bytes = data.buffer();
    batch.put(batchedBytes, bytes, bytes.position(), n);
    int at = batched++ * SctpAbi.DGRAM_BYTES_TOTAL;
    list.putLong(at + SctpAbi.DGRAM_DATA, batchAddress + batchedBytes);
    list.putInt(at + SctpAbi.DGRAM_BYTES, n);
    from.encode(list, at + SctpAbi.DGRAM_PEER);
    batchedBytes += n;
    ask();
  }

  /** The network says that a peer cannot be reached. */
  void hint(Peer peer, int osError) {
    if (!over) {
      feed(); // What came before the error first.
      stack.hint(peer, osError);
      ask();
    }
  }

  /** From now on events find it. */
  void begin(Association a, long id) {
    events.begin(a, id);
  }

  /** There may be datagrams and events. */
  @Override
  void sent() {
    if (stack.isOutCrowded()) {
      flush();
    }
    ask();
  }

  private void feed() {
    if (batched > 0) {
      stack.input(listAddress, batched);
      batched = 0;
      batchedBytes = 0;
      if (stack.isOutCrowded()) {
        flush();
      }
    }
  }

  @Override
  protected void work(boolean afterReading) {
    if (over) {
      return;
    }
    feed();
    if (afterReading && timerWasDue()) {
      tick();
      if (ending) {
        endSome(SHUTDOWN_BATCH);
      }
    }
    settle();
    if (!over) {
      setTimer();
      if (isTimerDue()) {
        ask(); // Time is told after reading.
      }
    }
  }

  private void tick() {
    long elapsed = (nanoTime() - tickedNanos) / NANOS_PER_MILLI;
    if (elapsed > 0) {
      tickedNanos += elapsed * NANOS_PER_MILLI;
      stack.tick((int) Math.min(elapsed, Integer.MAX_VALUE));
    }
  }

  @Override
  long sinceTickNanos() {
    return ticking ? nanoTime() - tickedNanos : 0;
  }

  private void setTimer() {
    int next = stack.nextTickMillis();
    if (ending) {
      if (!timerIsSet()) {
        timer(SHUTDOWN_PAUSE_NANOS);
      }
    } else if (next < 0) {
      ticking = false;
    } else if (!timerIsSet()) {
      if (!ticking) {
        ticking = true;
        tickedNanos = nanoTime();
      }
      timer(next * NANOS_PER_MILLI);
    }
  }

  /** Until the stack has nothing more to say. */
  private void settle() {
    if (settling) {
      return;
    }
    settling = true;
    try {
      do {
        flush();
        events.drain();
      } while (stack.datagramsOut() > 0 || stack.event() >= 0);
    } finally {
      settling = false;
    }
  }

  private void flush() {
    while (stack.datagramsOut() > 0) {
      int at = stack.slot();
      DatagramLink link = links.get(stack.region.getLong(at + SctpAbi.PEER_LINK));
      Peer to = link == null ? null : peers.decode(stack.region, at);
      int n = stack.region.getInt(at + SctpAbi.SLOT_HDR_BYTES);
      if (to != null && n > 0 && n <= SctpAbi.DATAGRAM_MAX) {
        int from = at + SctpAbi.SLOT_DATA;
        link.send(out.limit(from + n).position(from), to);
      }
      stack.slotSent();
    }
  }

  /** The stack has copied what it took. */
  @Override
  boolean isSending(Association a) {
    return false;
  }

  // ------------------------------------------------------------------------------------------- the end

  @Override
  protected void shutDown() {
    if (!ending) {
      ending = true;
      feed();
      listeners.closeAll();
      timer(SHUTDOWN_PAUSE_NANOS);
      endSome(SHUTDOWN_BATCH);
    }
  }

  @Override
  protected void finishNow() {
    shutDown();
    if (!over) {
      endSome(Integer.MAX_VALUE);
    }
    if (!over) {
      end();
    }
  }

  /** Aborts so many, and ends when none is left. */
  private void endSome(int most) {
    int n = 0;
    for (Association a : associations.all()) {
      if (!a.isLatched() && n++ < most) {
        a.abortWithLoop(SHUTTING_DOWN);
      }
    }
    settle();
    if (associations.count() == 0 && !over) {
      end();
    }
  }

  private void end() {
    ending = true;
    over = true;
    for (Association a : associations.all()) { // Those whose end the stack could not tell: none, as far as is known.
      a.endBegins(Closes.LOOP_SHUTDOWN);
      events.gone(a);
    }
    stack.destroy();
    moveOut();
  }
}
