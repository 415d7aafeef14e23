package io.sluice.sctp;

import io.sluice.EventLoopGroup;
import io.sluice.internal.sctp.SctpAccess;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * SCTP on the loops of a group.
 *
 * <pre>{@code
 * SctpTransport sctp = SctpTransport.over(group);
 * SctpListener listener = sctp.listen(
 *     SctpAddress.overUdp(new InetSocketAddress(9899), 5000), SctpOptions.defaults(), a -> new MyHandler());
 * sctp.connect(
 *     SctpAddress.overUdp(new InetSocketAddress("192.0.2.1", 9899), 5000), SctpOptions.defaults(), new MyHandler());
 * }</pre>
 *
 * All methods may be called from any thread. A transport needs no closing: it ends with its group, which aborts every
 * association with the reason "shutting down" and sends those datagrams before it closes the sockets.
 */
public interface SctpTransport {
  /** The reason that peers are told when a loop shuts down. */
  String SHUTDOWN_REASON = "shutting down";

  /** {@link #over(EventLoopGroup, SctpBackend, SctpStackOptions)} with {@link SctpBackend#UDP} and the default limits. */
  static SctpTransport over(EventLoopGroup group) {
    return over(group, SctpBackend.UDP, SctpStackOptions.defaults());
  }

  /**
   * A transport of its own: two over one group share nothing but the loops.
   *
   * @throws SctpUnavailableException when {@link #availability} says so
   */
  static SctpTransport over(EventLoopGroup group, SctpBackend backend, SctpStackOptions options) {
    return SctpAccess.open(group, backend, options);
  }

  /**
   * Whether {@link #over} succeeds with a group that has no binding of its own choice. Looks for the library and really starts
   * it, the first time; the outcome is kept.
   */
  static SctpAvailability availability(SctpBackend backend) {
    return SctpAccess.availability(backend);
  }

  /**
   * Opens a UDP socket for associations; on a loop of the group when called on its thread, else on the loops in turn.
   *
   * @param udp the local address; port 0: any
   * @return completes when the socket is bound, or fails with a {@link io.sluice.TransportException}
   */
  CompletionStage<SctpEndpoint> bind(InetSocketAddress udp);

  /**
   * Accepts associations on all loops: each has an endpoint on the UDP port ({@code SO_REUSEPORT}), and the kernel keeps the
   * datagrams of one peer together. The endpoints live until the listener is closed and their last association has ended.
   *
   * @param local UDP port 0: any
   * @param options of the associations
   * @param handlers called on the association's loop; gives its handler
   */
  SctpListener listen(
      SctpAddress local, SctpOptions options, Function<? super SctpAssociation, ? extends SctpHandler> handlers);

  /**
   * Connects over a UDP socket that is this association's alone, on any port; on a loop of the group when called on its thread,
   * else on the loops in turn. The socket is connected, so that ICMP errors are heard.
   *
   * @return as {@link SctpEndpoint#connect}
   */
  CompletionStage<SctpAssociation> connect(SctpAddress peer, SctpOptions options, SctpHandler handler);

  /** What all loops together have counted for this transport. Takes no lock. */
  SctpStats stats();
}
