package io.sluice.internal.sctp;

import io.sluice.CloseReason;
import io.sluice.CloseReason.Initiator;
import io.sluice.CloseReason.Kind;
import io.sluice.EventLoop;
import io.sluice.TransportException;
import io.sluice.TransportOption;
import io.sluice.UdpOptions;
import io.sluice.UdpSocket;
import io.sluice.internal.bind.UnavailableException;
import io.sluice.internal.load.SctpNatives;
import io.sluice.internal.loop.LoopGroup;
import io.sluice.internal.loop.SharedStage;
import io.sluice.sctp.SctpAddress;
import io.sluice.sctp.SctpAssociation;
import io.sluice.sctp.SctpClose;
import io.sluice.sctp.SctpEndpoint;
import io.sluice.sctp.SctpHandler;
import io.sluice.sctp.SctpListener;
import io.sluice.sctp.SctpOptions;
import io.sluice.sctp.SctpStackOptions;
import io.sluice.sctp.SctpStats;
import io.sluice.sctp.SctpTransport;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** SCTP over the UDP sockets of a group: one stack for each loop that is used. */
final class Transport implements SctpTransport {
  /** Asked for; the kernel gives what it allows. The socket of an endpoint serves many peers. */
  private static final int RECEIVE_BUFFER_BYTES = 1 << 20;

  private final LoopGroup group;
  private final SctpNatives natives;
  private final SctpStackOptions options;
  private final UdpOptions udp;
  private final StacksByLoop<SctpLoop> stacks;

  Transport(LoopGroup group, SctpNatives natives, SctpStackOptions options) {
    this.group = group;
    this.natives = natives;
    this.options = options;
    this.stacks = new StacksByLoop<>(group.loops().size(), loop -> SctpLoop.open(loop, natives, options));
    // Tells of ICMP errors on sockets that are not connected, too; the JDK's channels cannot.
    UdpOptions many = UdpOptions.defaults().with(TransportOption.SO_RCVBUF, RECEIVE_BUFFER_BYTES);
    this.udp = group.engineName().equals("nio") ? many : many.with(TransportOption.IP_RECVERR, true);
  }

  /** Loop thread: its stack. */
  SctpLoop on(EventLoop loop) throws UnavailableException {
    return stacks.on(loop);
  }

  // ------------------------------------------------------------------------------------------- endpoints

  @Override
  public CompletionStage<SctpEndpoint> bind(InetSocketAddress local) {
    Objects.requireNonNull(local, "udp");
    Endpoint e = new Endpoint(this, null);
    SharedStage<SctpEndpoint> stage = new SharedStage<>();
    group.bindUdp(local, udp, e).whenComplete((socket, t) -> {
      Throwable failure = t != null ? unwrapped(t) : failureOf(List.of(e));
      if (failure != null) {
        stage.fail(failure);
      } else {
        stage.finish(e);
      }
    });
    return stage;
  }

  private static Throwable unwrapped(Throwable t) {
    return t instanceof CompletionException && t.getCause() != null ? t.getCause() : t;
  }

  /** Null: all their stacks are open. */
  private static TransportException failureOf(List<Endpoint> endpoints) {
    for (Endpoint e : endpoints) {
      if (e.failure() != null) {
        String detail = "SCTP: " + e.failure().getMessage();
        return new TransportException(detail, new CloseReason(Kind.RESOURCE_LIMIT, Initiator.LOOP, 0, 0, detail, 0));
      }
    }
    return null;
  }

  @Override
  public SctpListener listen(
      SctpAddress local, SctpOptions options, Function<? super SctpAssociation, ? extends SctpHandler> handlers) {
    Endpoint.checkOverUdp("local", local);
    Listener l = new Listener(local.port(), options, handlers);
    List<Endpoint> endpoints = new ArrayList<>();
    CompletionStage<List<UdpSocket>> sockets =
        group.bindUdpOnEveryLoop(
            local.udp(), udp,
            loop -> {
              Endpoint e = new Endpoint(this, null);
              e.ownedByItsUsers();
              endpoints.add(e);
              return e;
            });
    sockets.whenComplete((opened, t) -> {
      Throwable failure = t != null ? unwrapped(t) : failureOf(endpoints);
      if (failure == null) {
        l.start(endpoints);
        return;
      }
      if (opened != null) {
        opened.forEach(UdpSocket::abort);
      }
      l.failed(failure);
    });
    return l;
  }

  @Override
  public CompletionStage<SctpAssociation> connect(SctpAddress peer, SctpOptions options, SctpHandler handler) {
    Endpoint.checkPeer(peer);
    Objects.requireNonNull(options, "options");
    Objects.requireNonNull(handler, "handler");
    ConnectStage stage = new ConnectStage();
    Endpoint e = new Endpoint(this, peer.udp());
    e.ownedByItsUsers();
    group.connectUdp(peer.udp(), UdpOptions.defaults(), e).whenComplete((socket, t) -> {
      Throwable failure = t != null ? unwrapped(t) : failureOf(List.of(e));
      if (failure instanceof TransportException cause) {
        stage.fail(Closes.exception(SctpClose.of(cause.reason())));
      } else if (failure != null) {
        stage.fail(failure);
      } else {
        e.run(
            () -> e.connectNow(stage, 0, peer, options, handler),
            () -> stage.fail(Closes.exception(Closes.LOOP_SHUTDOWN)));
      }
    });
    return stage;
  }

  // ------------------------------------------------------------------------------------------- counters

  @Override
  public SctpStats stats() {
    return stacks.stats();
  }

  @Override
  public String toString() {
    return "SCTP over UDP on " + group;
  }
}
