package io.sluice.internal.sctp;

import io.sluice.CloseReason;
import io.sluice.EventLoop;
import io.sluice.TransportException;
import io.sluice.internal.bind.UnavailableException;
import io.sluice.internal.load.KernelSctpNatives;
import io.sluice.internal.loop.LoopGroup;
import io.sluice.internal.loop.SharedStage;
import io.sluice.sctp.SctpAddress;
import io.sluice.sctp.SctpAssociation;
import io.sluice.sctp.SctpAvailability;
import io.sluice.sctp.SctpBackend;
import io.sluice.sctp.SctpEndpoint;
import io.sluice.sctp.SctpHandler;
import io.sluice.sctp.SctpListener;
import io.sluice.sctp.SctpOptions;
import io.sluice.sctp.SctpStackOptions;
import io.sluice.sctp.SctpStats;
import io.sluice.sctp.SctpTransport;
import io.sluice.sctp.SctpUnavailableException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/** SCTP of the Linux kernel on the loops of a group. */
final class KernelTransport implements SctpTransport {
  private final LoopGroup group;
  private final KernelSctpNatives natives;
  private final SctpStackOptions options;
  private final List<EventLoop> loops;
  private final AtomicInteger next = new AtomicInteger();
  private final StacksByLoop<KernelLoop> stacks;

  private KernelTransport(LoopGroup group, KernelSctpNatives natives, SctpStackOptions options) {
    this.group = group;
    this.natives = natives;
    this.options = options;
    this.loops = group.loops();
    this.stacks = new StacksByLoop<>(loops.size(), loop -> KernelLoop.open(loop, natives, options));
  }

  static KernelTransport open(LoopGroup group, SctpStackOptions options) {
    if (options.silent()) {
      throw new IllegalArgumentException(
          "silent: the kernel answers strangers by rules of its own; backend KERNEL cannot turn that off");
    }
    String engine = group.engineName();
    if (!engine.equals("io_uring") && !engine.equals("epoll")) {
      throw unavailable("the group runs on " + engine + "; sockets of the kernel's SCTP need io_uring or epoll");
    }
    try {
      return new KernelTransport(group, KernelSctpNatives.find(group.bindingWanted()), options);
    } catch (UnavailableException e) {
      throw unavailable(e.getMessage());
    }
  }

  private static SctpUnavailableException unavailable(String why) {
    return new SctpUnavailableException(new SctpAvailability(SctpBackend.KERNEL, false, "", why));
  }

  /** Loop thread: its stack. */
  KernelLoop on(EventLoop loop) throws UnavailableException {
    return stacks.on(loop);
  }

  private EventLoop nearLoop() {
    for (EventLoop loop : loops) {
      if (loop.inLoop()) {
        return loop;
      }
    }
    return loops.get(Math.floorMod(next.getAndIncrement(), loops.size()));
  }

  // ------------------------------------------------------------------------------------------- what the kernel cannot do

  static void check(SctpOptions options) {
    if (options.closeOnIcmp()) {
      throw new IllegalArgumentException(
          "closeOnIcmp: the kernel keeps ICMP errors to itself; backend KERNEL cannot close by them");
    }
  }

  /** A UDP port of the peer is possible: the kernel sends to it. */
  static void checkPeer(SctpAddress peer) {
    if (peer.isOverUdp() && peer.udp().getPort() == 0) {
      throw new IllegalArgumentException("peer " + peer + ": UDP port 0 is not within 1 to " + SctpAddress.MAX_PORT);
    }
    if (peer.host().isAnyLocalAddress()) {
      throw new IllegalArgumentException("peer " + peer + ": a peer needs an address, this is the wildcard");
    }
  }

  private static final String UDP_PORT =
      "the UDP port of the kernel's SCTP is the system's (sysctl net.sctp.udp_port), not that of a socket";

  // ------------------------------------------------------------------------------------------- endpoints

  @Override
  public CompletionStage<SctpEndpoint> bind(InetSocketAddress udp) {
    Objects.requireNonNull(udp, "udp");
    if (udp.isUnresolved() || udp.getPort() != 0) {
      throw new IllegalArgumentException(
          "udp " + udp + ": backend KERNEL needs a resolved host with port 0, because " + UDP_PORT);
    }
    SharedStage<SctpEndpoint> stage = new SharedStage<>();
    KernelEndpoint e = new KernelEndpoint(this, nearLoop(), udp.getAddress());
    e.run(
        () -> {
          try {
            on(e.loop());
            stage.finish(e);
          } catch (UnavailableException refused) {
            stage.fail(failure("SCTP: " + refused.getMessage()));
          }
        },
        () -> stage.fail(loopShutdown()));
    return stage;
  }

  private static TransportException failure(String detail) {
    return new TransportException(
        detail, new CloseReason(CloseReason.Kind.RESOURCE_LIMIT, CloseReason.Initiator.LOOP, 0, 0, detail, 0));
  }

  private static TransportException loopShutdown() {
    CloseReason why = Closes.LOOP_SHUTDOWN.reason();
    return new TransportException(why.detail(), why);
  }

  @Override
  public SctpListener listen(
      SctpAddress local, SctpOptions options, Function<? super SctpAssociation, ? extends SctpHandler> handlers) {
    if (local.isOverUdp()) {
      throw new IllegalArgumentException("local " + local + ": use SctpAddress.overIp, because " + UDP_PORT);
    }
    Listener l = new Listener(local.port(), options, handlers);
    check(options);
    KernelEndpoint e = new KernelEndpoint(this, nearLoop(), local.host());
    l.start(List.of(e));
    return l;
  }

  @Override
  public CompletionStage<SctpAssociation> connect(SctpAddress peer, SctpOptions options, SctpHandler handler) {
    return new KernelEndpoint(this, nearLoop(), wildcard(peer.host())).connect(peer, options, handler);
  }

  private static InetAddress wildcard(InetAddress like) {
    try {
      return InetAddress.getByAddress(new byte[like instanceof Inet6Address ? 16 : 4]);
    } catch (UnknownHostException e) {
      throw new IllegalStateException(e); // Arrays of these lengths are never refused.
    }
  }

  // ------------------------------------------------------------------------------------------- counters

  @Override
  public SctpStats stats() {
    return stacks.stats();
  }

  @Override
  public String toString() {
    return "SCTP of the kernel on " + group;
  }
}
