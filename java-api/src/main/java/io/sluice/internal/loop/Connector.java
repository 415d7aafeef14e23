package io.sluice.internal.loop;

import io.sluice.CloseReason;
import io.sluice.ConnectOptions;
import io.sluice.ConnectionHandler;
import io.sluice.internal.abi.Abi;
import java.net.SocketAddress;
import java.util.concurrent.RejectedExecutionException;

/**
 * One attempt to connect, on the loop's thread.
 *
 * <pre>
 *  start --CONNECT--> IN FLIGHT --completed--> connection opened, or stage failed
 *                         |
 *                         +--timer, shutdown, given up: CANCEL--> completed: cancelled, or late success
 * </pre>
 */
final class Connector extends TimerWheel.Timer {
  private final Loop loop;
  private final SocketAddress address;
  private final ConnectOptions options;
  private final ConnectionHandler handler;
  private final ConnectStage stage;
  private final Settings settings;
  private final long timeoutNanos;
  private int slot = -1;
  private boolean timedOut;
  /** The CONNECT is in flight: the slot is this one's. */
  private boolean inFlight;

  Connector(
      Loop loop, SocketAddress address, ConnectOptions options, ConnectionHandler handler,
      ConnectStage stage) {
    this.loop = loop;
    this.address = address;
    this.options = options;
    this.handler = handler;
    this.stage = stage;
    this.settings = new Settings(options.connection(), Addresses.isUnix(address));
    this.timeoutNanos = options.connectTimeout().toNanos();
  }

  void start() {
    if (stage.isDone()) {
      countFailure(); // Given up already.
      return;
    }
    if (loop.isShuttingDown()) {
      failed(CloseReasons.SHUTDOWN);
      return;
    }
    var socketOptions = settings.socketOptions;
    int at = loop.submissions.scratch(Abi.ADDR_BYTES_TOTAL + Options.bytes(socketOptions));
    if (at < 0) {
      loop.execute(this::start); // The submissions before this one are not consumed yet: next turn.
      return;
    }
    int optionsAt = at + Abi.ADDR_BYTES_TOTAL;
    var region = loop.submissions.scratch.region();
    Addresses.write(address, region, at);
    Options.write(socketOptions, region, optionsAt);
    slot = loop.connectors.add(this);
    inFlight = true;
    int count = socketOptions.size();
    loop.submissions.submit(
        Abi.OP_CONNECT, 0, 0, 0L, Tokens.of(Tokens.CONNECT, slot), at, count == 0 ? 0L : optionsAt, count);
    loop.timers.add(this, loop.nanoTime(), timeoutNanos);
  }

  @Override
  void expired() {
    timedOut = true;
    cancel();
  }

  void cancel() {
    loop.submissions.cancel(0L, Tokens.of(Tokens.CONNECT, slot));
  }

  /** Any thread: the caller does not want the connection any more. */
  void giveUp() {
    try {
      loop.execute(
          () -> {
            if (inFlight) {
              cancel();
            }
          });
    } catch (RejectedExecutionException ended) {
      // The attempt ended with the loop.
    }
  }

  /** The terminal completion; the slot is free again. */
  void completed(long handle, int result, int osError) {
    inFlight = false;
    loop.timers.cancel(this);
    if (result >= 0) {
      connected(handle);
    } else if (result != -Abi.ECANCELED) {
      failed(CloseReasons.ofCode(result, osError, "connect to " + address));
    } else if (timedOut) {
      failed(CloseReasons.connectTimeout(address.toString(), options.connectTimeout().toMillis()));
    } else {
      failed(CloseReasons.SHUTDOWN);
    }
  }

  private void connected(long handle) {
    if (loop.isShuttingDown()) {
      loop.sockets.closeOrphan(handle);
      failed(CloseReasons.SHUTDOWN);
      return;
    }
    if (!stage.claim()) {
      loop.sockets.closeOrphan(handle);
      countFailure();
      return;
    }
    StreamConnection c = loop.sockets.connection(handle, settings, null);
    c.flags |= ConnectionCore.CONNECTED;
    c.handler = handler;
    c.open();
    stage.finish(c);
  }

  void failed(CloseReason why) {
    if (loop.inLoop()) { // Otherwise the loop has ended, and counts no more.
      countFailure();
    }
    stage.fail(why);
  }

  private void countFailure() {
    loop.counters.add(LoopCounters.CONNECTS_FAILED, 1);
  }
}
