package io.sluice.internal.loop;

import io.sluice.CloseReason;
import io.sluice.TransportOption;
import io.sluice.internal.abi.Abi;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;

/**
 * One listening socket of a listener, on its loop's thread.
 *
 * <pre>
 *  NEW --LISTEN--> OPENING --ok--> OPEN --CLOSE--> CLOSING --> CLOSED
 *                     |   failed                                 ^
 *                     +------------------------------------------+
 * </pre>
 *
 * While OPEN one ACCEPT is in flight, unless the listener is starting or paused.
 */
final class ListenerSocket implements Runnable {
  private enum State {
    NEW,
    OPENING,
    OPEN,
    CLOSING,
    CLOSED
  }

  private final ListenerImpl listener;
  final Loop loop;
  private State state = State.NEW;
  private SocketAddress bindTo;
  private int slot = -1;
  private long handle;
  private boolean accepting;
  private boolean cancelling;
  private boolean throttled;
  private boolean closeWanted;
  private boolean retried;
  /** Written before the listener publishes the address that it belongs to. */
  private boolean v6Only;

  ListenerSocket(ListenerImpl listener, Loop loop) {
    this.listener = listener;
    this.loop = loop;
  }

  ListenerImpl listener() {
    return listener;
  }

  /** Any thread. A loop that has ended has no sockets. */
  private void onLoop(Runnable task) {
    try {
      loop.execute(task);
    } catch (RejectedExecutionException ended) {
      listener.socketClosed(this, CloseReasons.SHUTDOWN);
    }
  }

  // ------------------------------------------------------------------------------------------- opening

  /** A class, because it is part of every start: a cold JVM links a lambda slower than it loads a class. */
  private record Opening(ListenerSocket socket, SocketAddress address) implements Runnable {
    @Override
    public void run() {
      socket.start(address);
    }
  }

  void open(SocketAddress address) {
    onLoop(new Opening(this, address));
  }

  private void start(SocketAddress address) {
    bindTo = address;
    if (closeWanted || loop.isShuttingDown()) {
      closed(CloseReasons.SHUTDOWN);
      return;
    }
    Map<TransportOption<?>, Object> options = listener.socketOptions().onListener();
    int at = loop.submissions.scratch(Abi.ADDR_BYTES_TOTAL + Options.bytes(options));
    if (at < 0) {
      loop.execute(new Opening(this, address)); // Earlier submissions are not consumed yet: next turn.
      return;
    }
    int optionsAt = at + Abi.ADDR_BYTES_TOTAL;
    ByteBuffer region = loop.submissions.scratch.region();
    Addresses.write(address, region, at);
    Options.write(options, region, optionsAt);
    if (slot < 0) {
      slot = loop.listeners.add(this);
    }
    state = State.OPENING;
    loop.submissions.submit(
        Abi.OP_LISTEN, 0, listener.backlog(), 0L, Tokens.of(Tokens.LISTEN, slot), at, options.isEmpty() ? 0L : optionsAt,
        options.size());
  }

  void listened(long newHandle, int result, int osError) {
    if (result == -Abi.EADDRINUSE && bindTo instanceof UnixDomainSocketAddress unix && !retried) {
      retried = true;
      if (UnixPath.removeStale(unix)) {
        start(bindTo);
        return;
      }
    }
    if (result < 0) {
      closed(CloseReasons.ofCode(result, osError, "listen on " + bindTo + failureHint(result)));
      return;
    }
    handle = newHandle;
    state = State.OPEN;
    SocketAddress bound = bindTo;
    ByteBuffer b = loop.controlBuffer();
    if (!Addresses.isUnix(bindTo) && loop.engine.query(handle, Abi.QUERY_LOCAL_ADDR, b) >= 0) {
      bound = Addresses.read(b);
      v6Only = queryV6Only(bound);
    }
    if (closeWanted) {
      closeHere();
    }
    listener.socketBound(this, bound);
  }

  /** Also a system-wide default (net.ipv6.bindv6only) may say so. An engine that has no such option serves both families. */
  private boolean queryV6Only(SocketAddress bound) {
    if (!(bound instanceof InetSocketAddress inet) || !(inet.getAddress() instanceof Inet6Address)) {
      return false;
    }
    ByteBuffer b = loop.controlBuffer();
    b.putInt(Abi.OPTVAL_OPTION, TransportOption.IPV6_V6ONLY.number());
    return loop.engine.query(handle, Abi.QUERY_OPTION, b.limit(Abi.OPTVAL_BYTES)) >= 0 && b.getLong(Abi.OPTVAL_VALUE) != 0;
  }

  boolean isV6Only() {
    return v6Only;
  }

  private String failureHint(int result) {
    if (result == -Abi.ENOTSUP) {
      return " with options " + listener.socketOptions().onListener().keySet() + " on " + loop.engine.name();
    }
    return "";
  }

  // ------------------------------------------------------------------------------------------- accepting

  /** The listener is ready, was paused, or was resumed. */
  void update() {
    onLoop(this);
  }

  /** On the loop: accepts, or no longer does, as the listener wants it. */
  @Override
  public void run() {
    if (state != State.OPEN) {
      return;
    }
    boolean wanted = listener.wantsConnections();
    if (wanted && !accepting) {
      accept();
    } else if (!wanted && accepting && !cancelling) {
      cancelling = true;
      loop.submissions.cancel(handle, Tokens.of(Tokens.ACCEPT, slot));
    }
  }

  private void accept() {
    Map<TransportOption<?>, Object> options = listener.socketOptions().onAccepted();
    int at = options.isEmpty() ? 0 : loop.submissions.scratch(Options.bytes(options));
    if (at < 0) {
      loop.execute(this);
      return;
    }
    Options.write(options, loop.submissions.scratch.region(), at);
    accepting = true;
    loop.submissions.submit(
        Abi.OP_ACCEPT, Abi.SQE_MULTISHOT, 0, handle, Tokens.of(Tokens.ACCEPT, slot), 0L, at, options.size());
  }

  void accepted(long connection, int result, int flags, int detail) {
    if ((flags & Abi.CQE_NOTE) != 0) {
      throttled(detail == Abi.NOTE_THROTTLED);
      return;
    }
    if (result >= 0 && connection != 0) {
      place(connection);
    }
    if ((flags & Abi.CQE_MORE) != 0) {
      return;
    }
    accepting = false;
    cancelling = false;
    throttled(false);
    if (result < 0 && result != -Abi.ECANCELED && state == State.OPEN) {
      listener.acceptFailed(CloseReasons.ofCode(result, detail, "accept on " + bindTo));
    } else {
      run();
    }
  }

  private void throttled(boolean now) {
    if (now != throttled) {
      throttled = now;
      listener.throttled(now);
    }
  }

  private void place(long connection) {
    if (state != State.OPEN) {
      loop.sockets.closeOrphan(connection);
      return;
    }
    Loop target = listener.target(loop);
    if (target == loop) {
      loop.sockets.accepted(connection, listener);
    } else {
      new HandOff(loop, target, listener).start(connection);
    }
  }

  // ------------------------------------------------------------------------------------------- closing

  void close() {
    onLoop(this::closeHere);
  }

  private void closeHere() {
    closeWanted = true;
    if (state == State.OPEN) {
      state = State.CLOSING;
      loop.submissions.submit(Abi.OP_CLOSE, 0, 0, handle, Tokens.of(Tokens.LISTENER_CLOSE, slot), 0L, 0L, 0);
    } else if (state == State.NEW) {
      closed(CloseReasons.LOCAL_CLOSE);
    }
  }

  /** The terminal completion of the close, or the loop is broken. */
  void closed() {
    closed(loop.isShuttingDown() ? CloseReasons.SHUTDOWN : CloseReasons.LOCAL_CLOSE);
  }

  private void closed(CloseReason why) {
    if (state == State.CLOSED) {
      return;
    }
    state = State.CLOSED;
    if (slot >= 0) {
      loop.listeners.remove(slot);
    }
    throttled(false);
    listener.socketClosed(this, why);
  }
}
