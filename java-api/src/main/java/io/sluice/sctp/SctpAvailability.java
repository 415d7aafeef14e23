package io.sluice.sctp;

import java.util.Objects;

/**
 * Whether SCTP can be used in this process.
 *
 * @param backend which one was asked about
 * @param usable whether {@link SctpTransport#over} succeeds
 * @param library the file or name of the usrsctp library that was tried; "" when it did not come that far, and with {@link
 *     SctpBackend#KERNEL}
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
    String what = backend == SctpBackend.KERNEL ? "SCTP of the kernel" : "SCTP over " + backend;
    return usable ? what + " available" + (library.isEmpty() ? "" : ", library " + library)
        : what + " unavailable, because " + reason;
  }
}
