package io.sluice.internal.load;

import io.sluice.internal.abi.Abi;
import io.sluice.internal.bind.Binding;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * The answer of {@code sluice_probe}: C really sets an engine up and tears it down.
 *
 * @param reason "" when usable, else one sentence
 */
record EngineProbe(boolean usable, int osErrno, int features, String reason) {
  static EngineProbe run(Binding binding, int engine) {
    ByteBuffer info = ByteBuffer.allocateDirect(Abi.PROBE_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    info.putInt(Abi.PROBE_SIZE, Abi.PROBE_BYTES);
    int code = binding.probe(engine, binding.address(info));
    Reference.reachabilityFence(info);
    if (code < 0) {
      return new EngineProbe(false, 0, 0, "this build of the native library does not have the engine (" + binding.strerror(code) + ")");
    }
    return new EngineProbe(
        info.getInt(Abi.PROBE_USABLE) != 0,
        info.getInt(Abi.PROBE_OS_ERRNO),
        info.getInt(Abi.PROBE_FEATURES),
        text(info));
  }

  private static String text(ByteBuffer info) {
    byte[] bytes = new byte[Abi.PROBE_REASON_BYTES];
    info.get(Abi.PROBE_REASON, bytes);
    int length = 0;
    while (length < bytes.length && bytes[length] != 0) {
      length++;
    }
    return new String(bytes, 0, length, StandardCharsets.UTF_8);
  }
}
