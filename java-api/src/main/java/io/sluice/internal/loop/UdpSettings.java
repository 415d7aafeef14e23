package io.sluice.internal.loop;

import io.sluice.TransportOption;
import io.sluice.UdpOptions;
import java.util.LinkedHashMap;
import java.util.Map;

/** The options of a datagram socket as its parts read them. */
record UdpSettings(
    Map<TransportOption<?>, Object> socketOptions, int lowWaterBytes, int highWaterBytes, int limitBytes,
    int maxLeasedBuffers, boolean startPaused) {

  /** Refuses at the call what no submission could carry. */
  static UdpSettings of(UdpOptions o, boolean sharded) {
    Map<TransportOption<?>, Object> m = new LinkedHashMap<>(o.socketOptions());
    if (sharded) {
      m.put(TransportOption.SO_REUSEPORT, Boolean.TRUE);
    }
    Options.check(m);
    return new UdpSettings(
        m, o.sendLowWaterBytes(), o.sendHighWaterBytes(), o.sendLimitBytes(), o.maxLeasedBuffers(), o.readingPaused());
  }

  /** What a datagram counts against the bounds. */
  static int load(int bytes) {
    return bytes + UdpOptions.DATAGRAM_OVERHEAD_BYTES;
  }
}
