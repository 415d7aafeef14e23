package io.sluice.internal.sctp;

import io.sluice.EventLoopGroup;
import io.sluice.internal.bind.UnavailableException;
import io.sluice.internal.load.KernelSctpNatives;
import io.sluice.internal.load.SctpNatives;
import io.sluice.internal.loop.LoopGroup;
import io.sluice.sctp.SctpAvailability;
import io.sluice.sctp.SctpBackend;
import io.sluice.sctp.SctpStackOptions;
import io.sluice.sctp.SctpTransport;
import io.sluice.sctp.SctpUnavailableException;
import java.util.Objects;

/** The door from the public API to the implementation. */
public final class SctpAccess {
  private SctpAccess() {}

  /** For {@link SctpTransport#over}. */
  public static SctpTransport open(EventLoopGroup group, SctpBackend backend, SctpStackOptions options) {
    Objects.requireNonNull(backend, "backend");
    Objects.requireNonNull(options, "options");
    if (!(group instanceof LoopGroup loops)) {
      throw new IllegalArgumentException("group " + group + " was not built by EventLoopGroup.builder()");
    }
    if (backend == SctpBackend.KERNEL) {
      return KernelTransport.open(loops, options);
    }
    try {
      return new Transport(loops, SctpNatives.find(loops.bindingWanted()), options);
    } catch (UnavailableException e) {
      throw new SctpUnavailableException(new SctpAvailability(backend, false, "", e.getMessage()));
    }
  }

  /** For {@link SctpTransport#availability}. */
  public static SctpAvailability availability(SctpBackend backend) {
    try {
      if (backend == SctpBackend.KERNEL) {
        KernelSctpNatives.find(null);
        return new SctpAvailability(backend, true, "", "");
      }
      return new SctpAvailability(backend, true, SctpNatives.find(null).library(), "");
    } catch (UnavailableException e) {
      return new SctpAvailability(backend, false, "", e.getMessage());
    }
  }
}
