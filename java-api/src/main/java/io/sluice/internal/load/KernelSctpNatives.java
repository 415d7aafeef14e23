package io.sluice.internal.load;

import io.sluice.internal.abi.SctpAbi;
import io.sluice.internal.bind.Binding;
import io.sluice.internal.bind.KernelSctpBinding;
import io.sluice.internal.bind.SctpBinding;
import io.sluice.internal.bind.UnavailableException;
import java.nio.ByteBuffer;

/**
 * What it takes to use the kernel's SCTP: a binding, and a kernel that makes such sockets. Asked anew each time, which costs one socket: a
 * module may be loaded later.
 *
 * @param text has the sentences for codes
 */
public record KernelSctpNatives(Binding binding, KernelSctpBinding sctp, SctpBinding text) {
  /**
   * @param bindingAsked as for {@link SctpNatives#find}
   * @throws UnavailableException with cause and remedy
   */
  public static KernelSctpNatives find(String bindingAsked) throws UnavailableException {
    Binding binding = SctpNatives.binding(NativeLoader.shared(), bindingAsked);
    KernelSctpNatives n = new KernelSctpNatives(binding, binding.kernelSctp(), binding.sctp());
    ByteBuffer info = SctpNatives.probeInfo();
    int code = n.sctp.probe(binding.address(info));
    if (code < 0) {
      throw new UnavailableException("probing the kernel's SCTP failed: " + n.text.strerror(code));
    }
    if (info.getInt(SctpAbi.PROBE_USABLE) == 0) {
      throw new UnavailableException(SctpNatives.reason(info));
    }
    return n;
  }
}
