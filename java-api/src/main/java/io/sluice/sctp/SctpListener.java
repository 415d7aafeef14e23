package io.sluice.sctp;

import io.sluice.ListenerState;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * Accepts associations at an SCTP port. All methods may be called from any thread, in any state, and none throws for being
 * early. Its states are STARTING, LISTENING, CLOSED and FAILED.
 */
public interface SctpListener {
  ListenerState state();

  /**
   * Completes with this listener when an INIT would be answered, or fails with a {@link io.sluice.TransportException} that
   * names the cause. The same stage each time; its callers cannot complete or cancel it.
   */
  CompletionStage<SctpListener> ready();

  /** The bound addresses: empty until it listens and after it was closed. */
  List<SctpAddress> addresses();

  /** The SCTP port, in every state. */
  int port();

  /** Associations that it accepted and that are open now. */
  int associations();

  /**
   * Accepts no more; established associations live on, and so does the UDP socket that carries them. Any number of times; the
   * same stage each time.
   *
   * @return completes when nothing is accepted any more
   */
  CompletionStage<SctpListener> close();
}
