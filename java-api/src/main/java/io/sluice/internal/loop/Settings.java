package io.sluice.internal.loop;

import io.sluice.ConnectionOptions;
import io.sluice.TransportOption;
import java.util.Map;

/** The options of connections as the hot path reads them: one object for all connections of a listener. */
final class Settings {
  final Map<TransportOption<?>, Object> socketOptions;
  final int lowWaterBytes;
  final int highWaterBytes;
  final int limitBytes;
  final int maxLeasedBuffers;
  /** {@code Integer.MAX_VALUE}: never. */
  final int zeroCopyBytes;
  final boolean startPaused;

  Settings(ConnectionOptions o) {
    socketOptions = o.socketOptions();
    lowWaterBytes = o.sendLowWaterBytes();
    highWaterBytes = o.sendHighWaterBytes();
    limitBytes = o.sendLimitBytes();
    maxLeasedBuffers = o.maxLeasedBuffers();
    zeroCopyBytes = o.zeroCopyThresholdBytes() == 0 ? Integer.MAX_VALUE : o.zeroCopyThresholdBytes();
    startPaused = o.readingPaused();
  }
}
