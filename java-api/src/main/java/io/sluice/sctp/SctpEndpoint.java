package io.sluice.sctp;

import io.sluice.EventLoop;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * A UDP socket that carries associations: any number of them, accepted at several SCTP ports and connected to several peers. It
 * belongs to one loop. All methods may be called from any thread.
 */
public interface SctpEndpoint {
  /** Host and port of the UDP socket. Also known after the close. */
  InetSocketAddress udpAddress();

  EventLoop loop();

  /** Associations that are open now. */
  int associations();

  /**
   * Accepts associations at an SCTP port. Returns at once: {@link SctpListener#ready()} says when and whether it listens.
   *
   * @param port 1 to 65535; of each endpoint one listener may have it
   * @param options of the associations
   * @param handlers called on the loop for every association; gives its handler
   */
  SctpListener listen(
      int port, SctpOptions options, Function<? super SctpAssociation, ? extends SctpHandler> handlers);

  /**
   * Connects from any free SCTP port.
   *
   * @return completes on the loop after {@code onOpen}, or fails with an {@link SctpException}; then no method of the handler is
   *     ever called. Who cancels or completes it before gives the attempt up
   */
  CompletionStage<SctpAssociation> connect(SctpAddress peer, SctpOptions options, SctpHandler handler);

  /**
   * Connects from that SCTP port.
   *
   * @param localPort 1 to 65535; 0: any free one. With one peer (address and UDP port) it must be free
   */
  CompletionStage<SctpAssociation> connect(int localPort, SctpAddress peer, SctpOptions options, SctpHandler handler);

  /** {@link #close(Duration)} with {@link SctpAssociation#DEFAULT_DEADLINE}. */
  CompletionStage<Void> close();

  /**
   * Accepts no more, closes all associations in good order, aborts at the deadline what is left, and closes the UDP socket when
   * it has taken the last datagram. Any number of times; the same stage each time.
   *
   * @param deadline 0 (abort all at once) to {@link SctpAssociation#MAX_DEADLINE}
   */
  CompletionStage<Void> close(Duration deadline);

  /** Completes when the UDP socket is closed: the same stage as {@link #close()} returns. */
  CompletionStage<Void> closed();
}
