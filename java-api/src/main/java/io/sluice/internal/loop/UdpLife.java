package io.sluice.internal.loop;

import io.sluice.CloseReason;
import io.sluice.TransportOption;
import io.sluice.UdpHandler;
import io.sluice.UdpSocket;
import io.sluice.internal.abi.Abi;
import io.sluice.internal.jfr.Events;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Map;

/**
 * How a datagram socket begins and ends, on its loop's thread.
 *
 * <pre>
 *  NEW --DATAGRAM--> OPENING --ok: onOpen--> LIVE --close(): CLOSE|DRAIN, abort(): CLOSE--> CLOSING --> ENDED: listeners
 *                       | refused              |                                             ^  |          told, onClosed,
 *                       v                      |                               CLOSE|ABORT --+--+          stage of close()
 *                     ENDED: the stage of      |                                             |
 *                     the opening fails, no    +--close(), and the turn has no room for all--+
 *                     method of the handler       that other threads gave: HANDING_OVER
 *                     is called
 * </pre>
 *
 * The first cause wins; an end in good order that lost bytes because something overtook it takes the reason of that.
 */
abstract class UdpLife extends Endpoint {
  private enum State {
    NEW,
    OPENING,
    LIVE,
    HANDING_OVER,
    CLOSING,
    ENDED
  }

  final UdpSettings settings;
  final SharedStage<UdpSocket> opened = new SharedStage<>();
  final SharedStage<CloseReason> closed = new SharedStage<>();
  UdpHandler handler;
  UdpSends sends;
  UdpReads reads;
  UdpOutside outside;
  /** Bytes that sends took. */
  long bytesTaken;

  private final InetSocketAddress bindTo;
  private final InetSocketAddress peer;
  private State state = State.NEW;
  private boolean draining;
  private boolean dirty;
  private int slot = -1;
  private long handle;
  private volatile InetSocketAddress local;
  volatile CloseReason reason;

  UdpLife(Loop loop, InetSocketAddress bindTo, InetSocketAddress peer, UdpSettings settings, UdpHandler handler) {
    super(loop);
    this.bindTo = bindTo;
    this.peer = peer;
    this.settings = settings;
    this.handler = handler;
    this.local = bindTo;
  }

  abstract UdpSocketImpl self();

  /** Other threads may know {@link #reason} from here on: it does not change any more. */
  abstract void reasonFixed();

  final boolean isLive() {
    return state == State.LIVE;
  }

  /** Whether what other threads gave can still go to the engine. */
  final boolean mayHandOver() {
    return state == State.LIVE || state == State.HANDING_OVER;
  }

  final long handle() {
    return handle;
  }

  final int slot() {
    return slot;
  }

  final UdpHandler handler() {
    return handler;
  }

  public final InetSocketAddress localAddress() {
    return local;
  }

  @Override
  public final InetSocketAddress remoteAddress() {
    return peer;
  }

  @Override
  final String callback() {
    return "onDatagram";
  }

  @Override
  final String described() {
    return "UDP socket " + id + " on " + local + (peer == null ? "" : " with " + peer);
  }

  @Override
  final boolean mayKeepBuffer() {
    return heldBuffers < settings.maxLeasedBuffers() && loop.pool.mayKeep();
  }

  final void markDirty() {
    if (!dirty) {
      dirty = true;
      loop.addDirty(this);
    }
  }

  @Override
  final void flush() {
    dirty = false;
    if (isLive()) {
      reads.flush();
      outside.flush();
      sends.flush();
    } else if (state == State.HANDING_OVER) {
      outside.flush();
      closeWhenHandedOver();
    }
  }

  // ------------------------------------------------------------------------------------------- beginning

  final void start() {
    if (loop.isShuttingDown()) {
      openingFailed(CloseReasons.SHUTDOWN);
      return;
    }
    Map<TransportOption<?>, Object> options = settings.socketOptions();
    int addresses = (peer == null ? 1 : 2) * Abi.ADDR_BYTES_TOTAL;
    int at = loop.submissions.scratch(addresses + Options.bytes(options));
    if (at < 0) {
      loop.execute(this::start); // Earlier submissions are not consumed yet: next turn.
      return;
    }
    ByteBuffer region = loop.submissions.scratch.region();
    Addresses.write(bindTo, region, at);
    if (peer != null) {
      Addresses.write(peer, region, at + Abi.ADDR_BYTES_TOTAL);
    }
    Options.write(options, region, at + addresses);
    state = State.OPENING;
    slot = loop.udp.add(self());
    loop.submissions.submit(
        Abi.OP_DATAGRAM, 0, peer == null ? 1 : 2, 0L, Tokens.of(Tokens.UDP_OPEN, slot), at,
        options.isEmpty() ? 0L : at + addresses, options.size());
  }

  final void opened(long newHandle, int result, int refusedOption, int osError) {
    if (result < 0) {
      loop.udp.sockets.remove(slot);
      openingFailed(CloseReasons.ofCode(result, osError, what() + UdpControl.refused(loop, result, refusedOption)));
      return;
    }
    handle = newHandle;
    if (loop.isShuttingDown()) {
      loop.udp.sockets.remove(slot);
      loop.sockets.closeOrphan(newHandle);
      openingFailed(CloseReasons.SHUTDOWN);
      return;
    }
    ByteBuffer b = loop.controlBuffer();
    if (loop.engine.query(handle, Abi.QUERY_LOCAL_ADDR, b) >= 0) {
      local = (InetSocketAddress) Addresses.read(b);
    }
    state = State.LIVE;
    loop.counters.add(LoopCounters.UDP_OPENED, 1);
    Events.INSTANCE.udpSocket(self(), null);
    try {
      handler.onOpen(self());
    } catch (Throwable t) {
      FaultLog.log(FaultLog.Fault.HANDLER, "onOpen of " + described(), t);
      endNow(CloseReasons.handlerFailed("onOpen", t));
    }
    reads.arm();
    opened.finish(self());
  }

  private String what() {
    return peer == null ? "bind UDP socket to " + bindTo : "connect UDP socket to " + peer;
  }

  /** Any thread, when the loop has ended. */
  final void openingFailed(CloseReason why) {
    state = State.ENDED;
    reason = why;
    reasonFixed();
    opened.fail(CloseReasons.exception(why));
    closed.finish(why);
  }

  // ------------------------------------------------------------------------------------------- ending

  /** What {@code send} took goes to the kernel first. */
  final void endGracefully(CloseReason why) {
    if (!isLive()) {
      return;
    }
    outside.refuseMore();
    if (!isLive()) {
      return; // A listener that was told of a failure ended it.
    }
    state = State.HANDING_OVER;
    reason = why;
    reads.drop();
    closeWhenHandedOver();
  }

  private void closeWhenHandedOver() {
    if (state == State.HANDING_OVER && outside.isHandedOver()) {
      state = State.CLOSING;
      draining = true;
      submitClose(Abi.SQE_DRAIN, Tokens.of(Tokens.UDP_CLOSE, slot));
    }
  }

  /** What the kernel has not taken is dropped. */
  final void endNow(CloseReason why) {
    if (mayHandOver()) {
      state = State.CLOSING;
      reason = why;
      submitClose(0, Tokens.of(Tokens.UDP_CLOSE, slot));
      outside.close();
      reads.drop();
    } else if (state == State.CLOSING && draining) {
      draining = false;
      if (sends.pendingLoad() > 0) {
        reason = why;
      }
      submitClose(Abi.SQE_ABORT, Tokens.of(Tokens.IGNORED)); // The second CLOSE turns the first into an abort.
    }
  }

  private void submitClose(int flags, long token) {
    loop.submissions.submit(Abi.OP_CLOSE, flags, 0, handle, token, 0L, 0L, 0);
  }

  /** Ends the socket because it is broken: no error of the network does that. */
  final void fail(CloseReason cause) {
    endNow(cause);
  }

  /** One datagram must not end the socket for all peers, whatever the application makes of it. */
  final void callbackThrew(String where, Throwable cause) {
    FaultLog.log(FaultLog.Fault.HANDLER, where + " of " + described(), cause);
    loop.counters.add(LoopCounters.UDP_HANDLER_FAILURES, 1);
  }

  /** The terminal completion of CLOSE: nothing mentions the handle any more (C2). */
  final void ended() {
    finish();
  }

  /** The loop is broken: nothing more is taken. */
  final void refuseWithLoop(CloseReason why) {
    if (mayHandOver() || state == State.OPENING) {
      reason = why;
    }
    if (mayHandOver()) {
      state = State.CLOSING;
    }
  }

  /** After {@link #refuseWithLoop}: there will be no more completions. */
  final void endWithLoop() {
    if (state == State.OPENING) {
      loop.udp.sockets.remove(slot);
      openingFailed(reason);
    } else {
      finish();
    }
  }

  private void finish() {
    state = State.ENDED;
    loop.udp.sockets.remove(slot);
    outside.close();
    reads.drop();
    reason = CloseReasons.withUnsent(reason, sends.unsentBytes());
    reasonFixed();
    loop.counters.add(LoopCounters.UDP_CLOSED, 1);
    loop.shutdown().datagramsUnsent(sends.unsentBytes());
    Events.INSTANCE.udpSocket(self(), reason);
    try {
      handler.onClosed(self(), reason);
    } catch (Throwable t) {
      FaultLog.log(FaultLog.Fault.HANDLER, "onClosed of " + described(), t);
    }
    closed.finish(reason);
  }
}
