package io.sluice.sctp;

import java.util.List;
import java.util.Objects;

/**
 * Streams were reset (RFC 6525): their sequence begins anew. A reset by the peer is answered with one of ours by itself, once,
 * unless {@link SctpOptions#answerResets()} is off.
 *
 * @param direction which one
 * @param outcome whether it came to pass
 * @param streams their ids; empty: all streams
 */
public record SctpStreamReset(Direction direction, Outcome outcome, List<Integer> streams) {
  /** Which direction was reset. */
  public enum Direction {
    /** The peer's: what we receive on. */
    INCOMING,
    /** Ours. */
    OUTGOING
  }

  /** What became of it. */
  public enum Outcome {
    DONE,
    /** The peer refused. */
    DENIED,
    /** It could not be done, or the peer does not know how. */
    FAILED
  }

  public SctpStreamReset {
    Objects.requireNonNull(direction, "direction");
    Objects.requireNonNull(outcome, "outcome");
    streams = List.copyOf(streams);
  }

  /** Whether all streams of the direction are meant. */
  public boolean isAll() {
    return streams.isEmpty();
  }
}
