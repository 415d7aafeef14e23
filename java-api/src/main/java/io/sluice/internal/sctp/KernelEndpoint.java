package io.sluice.internal.sctp;

import io.sluice.CloseReason.Initiator;
import io.sluice.CloseReason.Kind;
import io.sluice.EventLoop;
import io.sluice.internal.abi.Abi;
import io.sluice.internal.abi.SctpAbi;
import io.sluice.internal.bind.UnavailableException;
import io.sluice.sctp.SctpAddress;
import io.sluice.sctp.SctpAssociation;
import io.sluice.sctp.SctpClose;
import io.sluice.sctp.SctpHandler;
import io.sluice.sctp.SctpListener;
import io.sluice.sctp.SctpOptions;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** A local address on one loop, and what listens and is connected from there by the kernel's SCTP. It has no socket of its own. */
final class KernelEndpoint extends AssociationEndpoint {
  private final KernelTransport transport;
  private final EventLoop loop;
  private final InetSocketAddress address;
  private KernelLoop home;

  KernelEndpoint(KernelTransport transport, EventLoop loop, InetAddress host) {
    this.transport = transport;
    this.loop = loop;
    this.address = new InetSocketAddress(host, 0);
  }

  // ------------------------------------------------------------------------------------------- who uses it

  @Override
  public void userGone() {
    if (closing && associations() == 0 && !isListening()) {
      closed.finish(null);
    }
  }

  @Override
  void closeWhenUnused() {
    // There is no socket that would be left.
  }

  /** Loop thread. Null: it may be used; else why not. */
  private String obstacle() {
    if (closing) {
      return "the endpoint is closed";
    }
    if (home == null) {
      try {
        home = transport.on(loop);
      } catch (UnavailableException e) {
        return e.getMessage();
      }
    }
    return home.isEnding() ? "the event loop is shutting down" : null;
  }

  // ------------------------------------------------------------------------------------------- listening

  @Override
  String startListening(Listener l, int port, SctpOptions options) {
    String obstacle = obstacle();
    return obstacle != null ? obstacle : home.listeners.listen(l, this, address.getAddress(), port, options);
  }

  @Override
  void stopListening(Listener l) {
    if (home != null && !home.isOver()) {
      home.listeners.unlisten(l, this);
    }
  }

  @Override
  public SctpListener listen(
      int port, SctpOptions options, Function<? super SctpAssociation, ? extends SctpHandler> handlers) {
    checkPort("port", port, 1);
    Listener l = new Listener(port, options, handlers);
    KernelTransport.check(options);
    l.start(List.of(this));
    return l;
  }

  // ------------------------------------------------------------------------------------------- connecting

  @Override
  public CompletionStage<SctpAssociation> connect(int localPort, SctpAddress peer, SctpOptions options, SctpHandler handler) {
    checkPort("localPort", localPort, 0);
    KernelTransport.checkPeer(peer);
    Objects.requireNonNull(options, "options");
    Objects.requireNonNull(handler, "handler");
    KernelTransport.check(options);
    ConnectStage stage = new ConnectStage();
    run(
        () -> connectNow(stage, localPort, peer, options, handler),
        () -> stage.fail(Closes.exception(Closes.LOOP_SHUTDOWN)));
    return stage;
  }

  private void connectNow(ConnectStage stage, int localPort, SctpAddress to, SctpOptions options, SctpHandler handler) {
    if (stage.isGivenUp()) {
      return;
    }
    String obstacle = obstacle();
    if (obstacle != null) {
      stage.fail(Closes.exception(home == null || !home.isEnding() || closing
          ? Closes.failed(Kind.IO_ERROR, Initiator.LOCAL, "connect to " + to + ": " + obstacle) : Closes.LOOP_SHUTDOWN));
      return;
    }
    long id =
        home.stack.connect(
            address.getAddress(), localPort, to.host(), to.isOverUdp() ? to.udp().getPort() : 0, to.port(), options);
    if (id <= 0) {
      stage.fail(Closes.exception(refusal(to, localPort, (int) id)));
      return;
    }
    Association a = new Association(home, this, options, handler, stage, null, false);
    a.remote = to;
    a.carrier = new KernelSocket(home, id, home.stack.descriptor(), a);
    home.begin(a, id);
    home.sent();
    stage.onGiveUp(() -> run(() -> a.giveUp(), () -> { }));
  }

  private SctpClose refusal(SctpAddress to, int localPort, int code) {
    String what = "connect to " + to + ": ";
    return switch (-code) {
      case Abi.EADDRINUSE -> Closes.failed(Kind.IO_ERROR, Initiator.LOCAL, what + "SCTP port " + localPort + " is in use");
      case Abi.EADDRNOTAVAIL -> Closes.failed(
          Kind.IO_ERROR, Initiator.LOCAL, what + address.getAddress().getHostAddress() + " is no address of this host");
      case Abi.ENETUNREACH, Abi.EHOSTUNREACH -> Closes.failed(
          Kind.UNREACHABLE, Initiator.NETWORK, what + "there is no route to the peer");
      case SctpAbi.ELIMIT, Abi.ENOMEM, Abi.EMFILE -> Closes.failed(
          Kind.RESOURCE_LIMIT, Initiator.LOOP,
          what + home.stack.text(code) + " (maxAssociations of the transport, descriptors, or memory)");
      case Abi.EALREADY -> Closes.LOOP_SHUTDOWN;
      default -> Closes.failed(Kind.IO_ERROR, Initiator.LOCAL, what + home.stack.text(code) + " (code " + code + ")");
    };
  }

  // ------------------------------------------------------------------------------------------- the rest

  @Override
  public InetSocketAddress udpAddress() {
    return address;
  }

  @Override
  SctpAddress localAddress(int port) {
    return SctpAddress.overIp(address.getAddress(), port);
  }

  @Override
  public EventLoop loop() {
    return loop;
  }

  @Override
  void closedAfterLoop() {
    closed.finish(null);
  }

  @Override
  void closeAll(Duration deadline) {
    closing = true;
    if (home != null && !home.isOver()) {
      home.listeners.closeOf(this);
      closeAssociations(home, deadline);
    }
    userGone();
  }

  @Override
  public String toString() {
    return "SCTP endpoint at " + address.getAddress().getHostAddress() + ", SCTP of the kernel";
  }
}
