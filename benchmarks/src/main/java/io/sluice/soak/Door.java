package io.sluice.soak;

import io.sluice.ConnectionOptions;
import io.sluice.TransportOption;
import java.time.Duration;

/** The listeners of a round. A dialer chooses its acceptor's options, and what it does before it knows anything, by the door. */
enum Door {
  TCP(Act.NONE),
  TCP_TIGHT(Act.NONE),
  TCP_NO_LINGER(Act.NONE),
  TCP_PAUSED(Act.NONE),
  /** {@code close()} in onOpen. */
  TCP_CLOSES(Act.CLOSE),
  /** {@code abort()} in onOpen. */
  TCP_ABORTS(Act.ABORT),
  /** onOpen throws. */
  TCP_THROWS(Act.THROW),
  /** The handler factory throws: no callback at all. */
  TCP_NO_HANDLER(Act.THROW),
  UNIX(Act.NONE),
  UNIX_TIGHT(Act.NONE),
  RAW_TCP(Act.NONE),
  RAW_UNIX(Act.NONE);

  static final Door[] ACTING = {TCP_CLOSES, TCP_ABORTS, TCP_THROWS, TCP_NO_HANDLER};
  private static final int TIGHT_BUFFER_BYTES = 4 << 10;

  private final Act act;

  Door(Act act) {
    this.act = act;
  }

  Act act() {
    return act;
  }

  boolean actsOnOpen() {
    return act != Act.NONE;
  }

  boolean unix() {
    return this == UNIX || this == UNIX_TIGHT || this == RAW_UNIX;
  }

  boolean raw() {
    return this == RAW_TCP || this == RAW_UNIX;
  }

  /** Of the connections that are accepted here. */
  ConnectionOptions options() {
    return options(this == TCP_NO_LINGER, this == TCP_TIGHT || this == UNIX_TIGHT, this == TCP_PAUSED);
  }

  static ConnectionOptions options(boolean noLinger, boolean tight, boolean paused) {
    // Long enough for any machine: where the linger counts, a test that expects good order does not depend on it.
    ConnectionOptions o = ConnectionOptions.defaults().withLinger(noLinger ? Duration.ZERO : Duration.ofMinutes(2));
    if (tight) {
      o = o.withSendBounds(1 << 10, 4 << 10, 16 << 10).withMaxLeasedBuffers(2)
          .with(TransportOption.SO_SNDBUF, TIGHT_BUFFER_BYTES).with(TransportOption.SO_RCVBUF, TIGHT_BUFFER_BYTES);
    }
    return paused ? o.withReadingPaused(true) : o;
  }
}
