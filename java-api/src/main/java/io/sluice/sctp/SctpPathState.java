package io.sluice.sctp;

/** What the stack has found out about the path to the peer. New states may be added: a {@code switch} needs a default. */
public enum SctpPathState {
  /** It answers (again). */
  AVAILABLE,
  /** It has missed as many heartbeats or retransmissions as {@link SctpLiveness#pathRetransmissions()} allows. */
  UNREACHABLE,
  /** The peer has proved that the address is its own. */
  CONFIRMED
}
