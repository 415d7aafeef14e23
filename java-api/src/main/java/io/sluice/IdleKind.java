package io.sluice;

/** Which direction of a connection was idle: see {@link IdlePolicy}. */
public enum IdleKind {
  /** No byte was received. */
  READ,
  /** Nothing was sent. */
  WRITE,
  /** Neither. */
  ALL
}
