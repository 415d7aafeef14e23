package io.sluice.soak;

/** What callbacks throw on purpose. */
final class Provoked extends RuntimeException {
  private static final long serialVersionUID = 1L;

  Provoked(String where) {
    super(where, null, false, false);
  }
}
