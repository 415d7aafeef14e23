package io.sluice.internal.sctp;

import io.sluice.CloseReason;
import io.sluice.CloseReason.Initiator;
import io.sluice.CloseReason.Kind;
import io.sluice.ListenerState;
import io.sluice.TransportException;
import io.sluice.internal.loop.SharedStage;
import io.sluice.sctp.SctpAddress;
import io.sluice.sctp.SctpAssociation;
import io.sluice.sctp.SctpHandler;
import io.sluice.sctp.SctpListener;
import io.sluice.sctp.SctpOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/**
 * Listens at one SCTP port of one or several endpoints.
 *
 * <pre>
 *  STARTING --all endpoints listen--> LISTENING
 *     |   |                              |
 *     |   +---------close()--------------+--> CLOSED
 *     +--one of them cannot--> FAILED
 * </pre>
 */
final class Listener implements SctpListener {
  private final int port;
  private final SctpOptions options;
  private final Function<? super SctpAssociation, ? extends SctpHandler> handlers;
  private final SharedStage<SctpListener> ready = new SharedStage<>();
  private final SharedStage<SctpListener> closed = new SharedStage<>();
  private final AtomicInteger open = new AtomicInteger();

  private volatile ListenerState state = ListenerState.STARTING;
  private volatile List<SctpAddress> addresses = List.of();
  /** Guarded by this. */
  private final List<AssociationEndpoint> endpoints = new ArrayList<>();
  private final List<SctpAddress> bound = new ArrayList<>();
  /** Endpoints that have not answered yet: guarded by this. */
  private int waitingFor;

  Listener(int port, SctpOptions options, Function<? super SctpAssociation, ? extends SctpHandler> handlers) {
    this.port = port;
    this.options = Objects.requireNonNull(options, "options");
    this.handlers = Objects.requireNonNull(handlers, "handlers");
  }

  SctpOptions options() {
    return options;
  }

  // ------------------------------------------------------------------------------------------- starting

  /** Any thread: listens on open endpoints. */
  void start(List<? extends AssociationEndpoint> on) {
    synchronized (this) {
      if (state != ListenerState.STARTING) {
        on.forEach(AssociationEndpoint::closeWhenUnused);
        return;
      }
      endpoints.addAll(on);
      waitingFor = on.size();
    }
    for (AssociationEndpoint e : on) {
      e.run(() -> startOn(e), () -> failed(shutDown()));
    }
  }

  private void startOn(AssociationEndpoint e) {
    if (state != ListenerState.STARTING) {
      e.closeWhenUnused();
      return;
    }
    String refusal = e.startListening(this, port, options);
    if (refusal != null) {
      failed(failure(refusal));
      e.closeWhenUnused();
      return;
    }
    synchronized (this) {
      bound.add(e.localAddress(port));
      if (--waitingFor > 0 || state != ListenerState.STARTING) {
        return;
      }
      addresses = bound.stream().distinct().toList();
      state = ListenerState.LISTENING;
    }
    ready.finish(this);
  }

  private TransportException failure(String refusal) {
    String detail = "listen on SCTP port " + port + ": " + refusal;
    return new TransportException(detail, new CloseReason(Kind.IO_ERROR, Initiator.LOCAL, 0, 0, detail, 0));
  }

  private static TransportException shutDown() {
    CloseReason why = Closes.LOOP_SHUTDOWN.reason();
    return new TransportException(why.detail(), why);
  }

  /** Any thread: it cannot listen. */
  void failed(Throwable cause) {
    List<AssociationEndpoint> on;
    synchronized (this) {
      if (state != ListenerState.STARTING) {
        return;
      }
      state = ListenerState.FAILED;
      on = List.copyOf(endpoints);
    }
    stopOn(on);
    ready.fail(cause);
    closed.finish(this);
  }

  // ------------------------------------------------------------------------------------------- accepting

  /** Loop thread. */
  void accept(Association a, SctpAddress local, SctpAddress remote, int streamsIn, int streamsOut) {
    a.local = local; // For the handler factory, as far as it asks.
    a.remote = remote;
    a.streamsIn = streamsIn;
    a.streamsOut = streamsOut;
    SctpHandler h;
    try {
      h = Objects.requireNonNull(handlers.apply(a), "the handler factory returned null");
    } catch (Throwable t) {
      a.handlerFailed("the handler factory", t);
      return;
    }
    if (a.handler == null) { // The factory may have set one itself.
      a.handler = h;
    }
    a.up(local, remote, streamsIn, streamsOut);
  }

  void used() {
    open.incrementAndGet();
  }

  void unused() {
    open.decrementAndGet();
  }

  // ------------------------------------------------------------------------------------------- the public side

  @Override
  public ListenerState state() {
    return state;
  }

  @Override
  public CompletionStage<SctpListener> ready() {
    return ready;
  }

  @Override
  public List<SctpAddress> addresses() {
    return addresses;
  }

  @Override
  public int port() {
    return port;
  }

  @Override
  public int associations() {
    return open.get();
  }

  @Override
  public CompletionStage<SctpListener> close() {
    List<AssociationEndpoint> on;
    boolean starting;
    synchronized (this) {
      if (state == ListenerState.CLOSED || state == ListenerState.FAILED) {
        return closed;
      }
      starting = state == ListenerState.STARTING;
      state = ListenerState.CLOSED;
      addresses = List.of();
      on = List.copyOf(endpoints);
    }
    stopOn(on);
    if (starting) {
      CloseReason why =
          new CloseReason(Kind.LOCAL_CLOSE, Initiator.LOCAL, 0, 0, "the listener was closed before it was ready", 0);
      ready.fail(new TransportException(why.detail(), why));
    }
    return closed;
  }

  private void stopOn(List<AssociationEndpoint> on) {
    AtomicInteger left = new AtomicInteger(on.size());
    Runnable one =
        () -> {
          if (left.decrementAndGet() == 0) {
            closed.finish(this);
          }
        };
    if (on.isEmpty()) {
      closed.finish(this);
    }
    for (AssociationEndpoint e : on) {
      e.run(
          () -> {
            e.stopListening(this);
            one.run();
          },
          one);
    }
  }

  /** Loop thread: a loop of it shuts down, and all loops of a group do that together. */
  void endedWithLoop() {
    boolean starting;
    synchronized (this) {
      if (state == ListenerState.CLOSED || state == ListenerState.FAILED) {
        return;
      }
      starting = state == ListenerState.STARTING;
      state = ListenerState.CLOSED;
      addresses = List.of();
    }
    if (starting) {
      ready.fail(shutDown());
    }
    closed.finish(this);
  }

  @Override
  public String toString() {
    return "SCTP listener on port " + port + " " + addresses + " " + state;
  }
}
