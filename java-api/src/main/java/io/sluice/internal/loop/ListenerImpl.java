package io.sluice.internal.loop;

import io.sluice.CloseReason;
import io.sluice.Connection;
import io.sluice.ConnectionHandler;
import io.sluice.ListenOptions;
import io.sluice.Listener;
import io.sluice.ListenerState;
import io.sluice.TransportOption;
import io.sluice.internal.jfr.Events;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * A listener: one socket, or one per loop on the same port (SHARDED: the first one finds the port, the others follow). None
 * accepts before all of them listen, so a start that fails has served nobody. State is guarded by the object's lock, because several loops and the application meet here; no code of the application is called
 * under the lock.
 */
final class ListenerImpl implements Listener {
  private final LoopGroup group;
  private final SocketAddress address;
  private final ListenOptions options;
  private final AcceptOptions socketOptions;
  private final Settings settings;
  private final Function<? super Connection, ? extends ConnectionHandler> handlers;
  private final List<ListenerSocket> sockets = new ArrayList<>();
  private final boolean sharded;
  private final SharedStage<Listener> ready = new SharedStage<>();
  private final SharedStage<Listener> closed = new SharedStage<>();

  private ListenerState state = ListenerState.STARTING;
  private boolean paused;
  private int bound;
  /** By identity: a loop that has ended may report its socket again at every call that it refuses. */
  private final Set<ListenerSocket> ended = new HashSet<>();
  private int throttled;
  /** Why the start failed, for {@link #ready}. */
  private CloseReason failure;
  private UnixPath unixPath;
  private volatile List<SocketAddress> addresses = List.of();
  private volatile Addresses.Compact onlyAddress;

  ListenerImpl(
      LoopGroup group, SocketAddress address, ListenOptions options,
      Function<? super Connection, ? extends ConnectionHandler> handlers) {
    this.group = group;
    this.address = address;
    this.options = options;
    this.handlers = handlers;
    this.settings = new Settings(options.connections(), Addresses.isUnix(address));
    this.sharded = isSharded(group, address, options);
    Map<TransportOption<?>, Object> own = withReusePort(options.socketOptions(), sharded);
    Options.check(own);
    Options.check(settings.socketOptions);
    this.socketOptions = AcceptOptions.of(own, settings.socketOptions, group.acceptedInherit() && address instanceof InetSocketAddress);
  }

  private static boolean isSharded(LoopGroup group, SocketAddress address, ListenOptions options) {
    boolean tcp = address instanceof InetSocketAddress;
    switch (options.distribution()) {
      case SHARDED:
        if (!tcp) {
          throw new IllegalArgumentException(
              "distribution SHARDED needs SO_REUSEPORT, which " + address + " does not have; use HAND_OFF or AUTO");
        }
        return group.loops().size() > 1;
      case AUTO:
        return tcp && group.loops().size() > 1 && System.getProperty("os.name", "").startsWith("Linux");
      default:
        return false;
    }
  }

  private static Map<TransportOption<?>, Object> withReusePort(Map<TransportOption<?>, Object> given, boolean sharded) {
    if (!sharded) {
      return given;
    }
    Map<TransportOption<?>, Object> m = new LinkedHashMap<>(given);
    m.put(TransportOption.SO_REUSEPORT, Boolean.TRUE);
    return m;
  }

  void start() {
    List<Loop> loops = group.loopList();
    if (sharded) {
      for (Loop loop : loops) {
        sockets.add(new ListenerSocket(this, loop));
      }
    } else {
      sockets.add(new ListenerSocket(this, group.nextLoop()));
    }
    sockets.get(0).open(address);
  }

  // ------------------------------------------------------------------------------------------- for its sockets

  Settings settings() {
    return settings;
  }

  /** What every accepted connection has as its local address; null when they differ or it is not known yet. */
  Addresses.Compact onlyAddress() {
    return onlyAddress;
  }

  AcceptOptions socketOptions() {
    return socketOptions;
  }

  int backlog() {
    return options.backlog();
  }

  /** Not before {@link #ready} is complete: until then connections wait in the backlog. */
  synchronized boolean wantsConnections() {
    return state == ListenerState.LISTENING || state == ListenerState.THROTTLED;
  }

  ConnectionHandler handlerFor(Connection c) {
    return handlers.apply(c);
  }

  /** Which loop gets a connection that {@code acceptedBy} accepted. */
  Loop target(Loop acceptedBy) {
    return sharded ? acceptedBy : group.nextLoop();
  }

  void socketBound(ListenerSocket socket, SocketAddress at) {
    boolean first;
    boolean all;
    boolean late;
    synchronized (this) {
      late = state != ListenerState.STARTING;
      first = bound++ == 0;
      all = bound == sockets.size();
      if (first && at instanceof UnixDomainSocketAddress unix) {
        unixPath = UnixPath.bound(unix);
      }
      if (!late && all) {
        addresses = List.of(at);
        onlyAddress = Addresses.compactUnlessWildcard(at);
        become(paused ? ListenerState.PAUSED : throttled > 0 ? ListenerState.THROTTLED : ListenerState.LISTENING);
      }
    }
    if (late) {
      socket.close();
    } else if (all) {
      ready.finish(this);
      updateSockets();
    } else if (first) {
      for (int i = 1; i < sockets.size(); i++) {
        sockets.get(i).open(at);
      }
    }
  }

  /** Holding the lock, so that the events come in the order of the changes. */
  private void become(ListenerState next) {
    if (state != next) {
      SocketAddress at = addresses.isEmpty() ? address : addresses.get(0);
      Events.INSTANCE.listenerState(at, state, next, failure == null ? null : failure.detail());
      state = next;
    }
  }

  void socketClosed(ListenerSocket socket, CloseReason why) {
    boolean failed;
    boolean all;
    synchronized (this) {
      if (!ended.add(socket)) {
        return;
      }
      failed = state == ListenerState.STARTING;
      if (failed) {
        failure = why;
        become(why.kind() == CloseReason.Kind.LOOP_SHUTDOWN ? ListenerState.CLOSED : ListenerState.FAILED);
      }
      all = ended.size() == sockets.size();
    }
    if (failed) {
      closeSockets(socket);
      ready.fail(CloseReasons.exception(why));
    }
    if (all) {
      allClosed();
    }
  }

  private void allClosed() {
    UnixPath path;
    synchronized (this) {
      addresses = List.of();
      path = unixPath;
      unixPath = null;
      if (state != ListenerState.FAILED) {
        become(ListenerState.CLOSED);
      }
    }
    if (path != null) {
      path.remove();
    }
    closed.finish(this);
  }

  private void closeSockets(ListenerSocket except) {
    for (ListenerSocket s : sockets) {
      if (s != except) {
        s.close();
      }
    }
  }

  synchronized void throttled(boolean now) {
    throttled += now ? 1 : -1;
    if (state == ListenerState.LISTENING || state == ListenerState.THROTTLED) {
      become(throttled > 0 ? ListenerState.THROTTLED : ListenerState.LISTENING);
    }
  }

  /** Accepting ended for good although nobody asked: the listener is of no use any more. */
  void acceptFailed(CloseReason why) {
    synchronized (this) {
      if (state == ListenerState.CLOSED || state == ListenerState.FAILED) {
        return;
      }
      failure = why;
      become(ListenerState.FAILED);
      addresses = List.of();
    }
    FaultLog.log(FaultLog.Fault.LISTENER, why.detail(), null);
    closeSockets(null);
  }

  // ------------------------------------------------------------------------------------------- for applications

  @Override
  public synchronized ListenerState state() {
    return state;
  }

  @Override
  public CompletionStage<Listener> ready() {
    return ready;
  }

  @Override
  public List<SocketAddress> addresses() {
    return addresses;
  }

  @Override
  public List<SocketAddress> reachableAddresses() {
    List<SocketAddress> a = addresses;
    return a.isEmpty() ? a : InterfaceAddresses.expand(a.get(0), sockets.get(0).isV6Only());
  }

  @Override
  public int port() {
    List<SocketAddress> a = addresses;
    return !a.isEmpty() && a.get(0) instanceof InetSocketAddress inet ? inet.getPort() : -1;
  }

  @Override
  public void pause() {
    setPaused(true);
  }

  @Override
  public void resume() {
    setPaused(false);
  }

  private void setPaused(boolean p) {
    synchronized (this) {
      if (paused == p) {
        return;
      }
      paused = p;
      if (p && (state == ListenerState.LISTENING || state == ListenerState.THROTTLED)) {
        become(ListenerState.PAUSED);
      } else if (!p && state == ListenerState.PAUSED) {
        become(throttled > 0 ? ListenerState.THROTTLED : ListenerState.LISTENING);
      }
    }
    updateSockets();
  }

  private void updateSockets() {
    for (ListenerSocket s : sockets) {
      s.update();
    }
  }

  @Override
  public CompletionStage<Listener> close() {
    boolean early;
    synchronized (this) {
      if (state == ListenerState.CLOSED || state == ListenerState.FAILED) {
        return closed;
      }
      early = state == ListenerState.STARTING;
      become(ListenerState.CLOSED);
      addresses = List.of();
    }
    closeSockets(null);
    if (early) {
      ready.fail(CloseReasons.exception(CloseReasons.listenerClosed(address)));
    }
    return closed;
  }

  @Override
  public String toString() {
    CloseReason f;
    ListenerState s;
    List<SocketAddress> a;
    synchronized (this) {
      f = failure;
      s = state;
      a = addresses; // Once: it may be emptied at any moment.
    }
    return "listener on " + (a.isEmpty() ? address : a.get(0)) + " " + s
        + (f == null ? "" : ": " + f.detail());
  }
}
