package io.sluice.sctp;

import java.util.Objects;

/**
 * Whether SCTP can be used in this process.
 *
 * @param backend which one was asked about
 * @param usable whether {@link SctpTransport#over} succeeds
 * @param library the file or name of the usrsctp library that was tried; "" when it did not come that far
 * @param reason one sentence that names cause and remedy; "" when it is usable
 */
public record SctpAvailability(SctpBackend backend, boolean usable, String library, String reason) {
  public SctpAvailability {
    Objects.requireNonNull(backend, "backend");
    Objects.requireNonNull(library, "library");
    Objects.requireNonNull(reason, "reason");
  }

  /** One line, for a log or a terminal. */
  @Override
  public String toString() {
    return usable ? "SCTP over " + backend + " available, library " + library
        : "SCTP over " + backend + " unavailable, because " + reason;
  }
}
