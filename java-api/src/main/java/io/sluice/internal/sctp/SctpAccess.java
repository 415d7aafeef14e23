package io.sluice.internal.sctp;

import io.sluice.EventLoopGroup;
import io.sluice.sctp.SctpAvailability;
import io.sluice.sctp.SctpBackend;
import io.sluice.sctp.SctpStackOptions;
import io.sluice.sctp.SctpTransport;
import io.sluice.sctp.SctpUnavailableException;

/** The door from the public API to the implementation. */
public final class SctpAccess {
  private SctpAccess() {}

  /** For {@link SctpTransport#over}. */
  public static SctpTransport open(EventLoopGroup group, SctpBackend backend, SctpStackOptions options) {
    throw new SctpUnavailableException(availability(backend));
  }

  /** For {@link SctpTransport#availability}. */
  public static SctpAvailability availability(SctpBackend backend) {
    return new SctpAvailability(backend, false, "", "this build has the API only; take a later one");
  }
}
