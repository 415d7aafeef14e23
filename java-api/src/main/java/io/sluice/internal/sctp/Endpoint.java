package io.sluice.internal.sctp;

import io.sluice.BufferLease;
import io.sluice.CloseReason;
import io.sluice.CloseReason.Initiator;
import io.sluice.CloseReason.Kind;
import io.sluice.DatagramInfo;
import io.sluice.EventLoop;
import io.sluice.UdpDestination;
import io.sluice.UdpError;
import io.sluice.UdpHandler;
import io.sluice.UdpSocket;
import io.sluice.internal.abi.Abi;
import io.sluice.internal.abi.SctpAbi;
import io.sluice.internal.bind.UnavailableException;
import io.sluice.sctp.SctpAddress;
import io.sluice.sctp.SctpAssociation;
import io.sluice.sctp.SctpClose;
import io.sluice.sctp.SctpHandler;
import io.sluice.sctp.SctpListener;
import io.sluice.sctp.SctpOptions;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** A UDP socket, what listens on it, and the associations that it carries. */
final class Endpoint extends AssociationEndpoint implements UdpHandler, DatagramLink {
  /**
   * How long the socket of an endpoint that nobody needs any more stays: should the last chunk have been lost, the peer asks again
   * and is answered, instead of waiting for its timers.
   */
  static final Duration LINGER = Duration.ofSeconds(1);

  private static final int ECONNREFUSED = 111;
  private static final int EHOSTUNREACH = 113;
  private static final int ENETUNREACH = 101;

  private final Transport transport;
  /** The peer of a connected socket, or null. */
  private final InetSocketAddress connectedTo;
  private volatile UdpSocket socket;
  private volatile InetSocketAddress address;
  /** Why the stack cannot be used; null: it can, or nothing is known yet. */
  private volatile UnavailableException failure;

  private SctpLoop home;
  private long link;
  private Peer peer;
  /** To be closed when nothing uses it. */
  private boolean ownedByItsUsers;
  private boolean lingering;

  Endpoint(Transport transport, InetSocketAddress connectedTo) {
    this.transport = transport;
    this.connectedTo = connectedTo;
  }

  // ------------------------------------------------------------------------------------------- the UDP socket

  @Override
  public void onOpen(UdpSocket socket) {
    this.socket = socket;
    this.address = socket.localAddress();
    try {
      home = transport.on(socket.loop());
      link = home.links.add(this);
      peer = connectedTo == null ? null : Peer.of(connectedTo, link);
    } catch (UnavailableException e) {
      failure = e;
      socket.abort();
    }
  }

  UnavailableException failure() {
    return failure;
  }

  @Override
  public void onDatagram(UdpSocket socket, BufferLease data, DatagramInfo info) {
    if (home != null && !info.isTruncated()) {
      home.received(peer != null ? peer : home.peers.of(info.source(), link), data);
    }
  }

  @Override
  public void onError(UdpSocket socket, UdpError error) {
    if (home == null || error.origin() == UdpError.Origin.LOCAL) {
      return;
    }
    int osError = osError(error);
    Peer of = peer != null ? peer
        : error.destination() == null || error.destination().getPort() == 0 ? null : home.peers.of(error.destination(), link);
    if (of != null && osError != 0) {
      home.hint(of, osError);
    }
  }

  private static int osError(UdpError error) {
    return switch (error.kind()) {
      case REFUSED -> ECONNREFUSED;
      case HOST_UNREACHABLE -> EHOSTUNREACH;
      case NETWORK_UNREACHABLE -> ENETUNREACH;
      default -> 0; // Nothing that says anything about the peer.
    };
  }

  @Override
  public void onClosed(UdpSocket socket, CloseReason reason) {
    if (home != null && !home.isOver()) {
      home.listeners.closeOf(this);
      for (Association a : home.associations.all()) {
        if (a.endpoint == this) {
          a.socketLost(reason);
        }
      }
      home.links.remove(link);
    }
    closed.finish(null);
  }

  @Override
  public void send(ByteBuffer datagram, Peer to) {
    socket.send(datagram, peer != null ? UdpDestination.peer() : to.destination);
  }

  // ------------------------------------------------------------------------------------------- who uses it

  void ownedByItsUsers() {
    ownedByItsUsers = true;
  }

  @Override
  public void userGone() {
    if (associations() > 0) {
      return;
    }
    if (closing) {
      home.later(this::closeSocket); // When what the stack still has to say was sent.
    } else if (ownedByItsUsers && !isListening() && !lingering) {
      lingering = true;
      loop().schedule(LINGER, this::lingered);
    }
  }

  private void lingered() {
    lingering = false;
    if (associations() == 0 && !isListening()) {
      closeSocket();
    }
  }

  private void closeSocket() {
    if (socket != null) {
      socket.close();
    }
  }

  @Override
  void closeWhenUnused() {
    run(
        () -> {
          ownedByItsUsers = true;
          if (associations() == 0 && !isListening() && !lingering) {
            closeSocket();
          }
        },
        () -> { });
  }

  // ------------------------------------------------------------------------------------------- listening

  private boolean isUsable() {
    return home != null && !home.isEnding() && !closing && socket.isOpen();
  }

  @Override
  String startListening(Listener l, int port, SctpOptions options) {
    return isUsable() ? home.listeners.listen(l, this, link, port, options) : "the endpoint is closed";
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
    l.start(List.of(this));
    return l;
  }

  // ------------------------------------------------------------------------------------------- connecting

  @Override
  public CompletionStage<SctpAssociation> connect(int localPort, SctpAddress peer, SctpOptions options, SctpHandler handler) {
    checkPort("localPort", localPort, 0);
    checkPeer(peer);
    Objects.requireNonNull(options, "options");
    Objects.requireNonNull(handler, "handler");
    if (connectedTo != null && !connectedTo.equals(peer.udp())) {
      throw new IllegalArgumentException("peer " + peer + " is not the peer of this endpoint's socket, " + connectedTo);
    }
    if (address.getAddress() instanceof Inet4Address && !(peer.host() instanceof Inet4Address)) {
      throw new IllegalArgumentException("peer " + peer + " has an IPv6 address, this endpoint is bound to the IPv4 address " + address);
    }
    ConnectStage stage = new ConnectStage();
    run(
        () -> connectNow(stage, localPort, peer, options, handler),
        () -> stage.fail(Closes.exception(Closes.LOOP_SHUTDOWN)));
    return stage;
  }

  static void checkPeer(SctpAddress peer) {
    checkOverUdp("peer", peer);
    if (peer.udp().getPort() == 0) {
      throw new IllegalArgumentException("peer " + peer + ": UDP port 0 is not within 1 to " + SctpAddress.MAX_PORT);
    }
  }

  static void checkOverUdp(String name, SctpAddress address) {
    if (!address.isOverUdp()) {
      throw new IllegalArgumentException(
          name + " " + address + " has no UDP port; backend UDP needs SctpAddress.overUdp, SCTP over IP needs backend KERNEL");
    }
  }

  /** Loop thread. */
  void connectNow(ConnectStage stage, int localPort, SctpAddress to, SctpOptions options, SctpHandler handler) {
    if (stage.isGivenUp()) {
      closeWhenUnusedAndOwned();
      return;
    }
    if (!isUsable()) {
      stage.fail(Closes.exception(home != null && home.isEnding() ? Closes.LOOP_SHUTDOWN
          : Closes.failed(Kind.IO_ERROR, Initiator.LOCAL, "connect to " + to + ": the endpoint is closed")));
      return;
    }
    Association a = new Association(home, this, options, handler, stage, null, false);
    Peer p = peer != null ? peer : home.peers.of(to.udp(), link);
    long id = home.stack.connect(localPort, p, to.port(), 0, options);
    if (id <= 0) {
      stage.fail(Closes.exception(refusal(to, localPort, (int) id)));
      closeWhenUnusedAndOwned();
      return;
    }
    home.begin(a, id);
    home.sent();
    stage.onGiveUp(() -> run(() -> a.giveUp(), () -> { }));
  }

  private void closeWhenUnusedAndOwned() {
    if (ownedByItsUsers) {
      closeWhenUnused();
    }
  }

  private SctpClose refusal(SctpAddress to, int localPort, int code) {
    String what = "connect to " + to + ": ";
    return switch (-code) {
      case Abi.EADDRINUSE -> Closes.failed(
          Kind.IO_ERROR, Initiator.LOCAL, what + "SCTP port " + localPort + " is in use towards this peer");
      case SctpAbi.ELIMIT, Abi.ENOMEM -> Closes.failed(
          Kind.RESOURCE_LIMIT, Initiator.LOOP, what + home.stack.text(code) + " (maxAssociations of the transport, or memory)");
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
    return SctpAddress.overUdp(address, port);
  }

  @Override
  public EventLoop loop() {
    return socket.loop();
  }

  @Override
  void closedAfterLoop() {
    // The socket was closed with the loop, and told so.
  }

  @Override
  void closeAll(Duration deadline) {
    closing = true;
    if (home == null || home.isOver()) {
      return; // The socket is closing with its loop.
    }
    home.listeners.closeOf(this);
    closeAssociations(home, deadline);
    userGone();
  }

  @Override
  public String toString() {
    return "SCTP endpoint on UDP " + address;
  }
}
