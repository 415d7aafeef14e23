package io.sluice.internal.loop;

import io.sluice.ConnectionOptions;
import io.sluice.TransportOption;
import java.util.LinkedHashMap;
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
  /** Null: no idle policy. */
  final IdleRules idle;
  /** 0: a close in good order does not wait for the peer. */
  final long lingerNanos;

  Settings(ConnectionOptions o, boolean unix) {
    socketOptions = unix ? withoutNoDelay(o.socketOptions()) : o.socketOptions();
    lowWaterBytes = o.sendLowWaterBytes();
    highWaterBytes = o.sendHighWaterBytes();
    limitBytes = o.sendLimitBytes();
    maxLeasedBuffers = o.maxLeasedBuffers();
    zeroCopyBytes = o.zeroCopyThresholdBytes() == 0 ? Integer.MAX_VALUE : o.zeroCopyThresholdBytes();
    startPaused = o.readingPaused();
    idle = IdleRules.of(o.idle());
    lingerNanos = o.linger().toNanos();
  }

  /** How long an end in good order may stand still. Without a linger that is the time which the peer has to take what is queued. */
  long patienceNanos() {
    return lingerNanos > 0 ? lingerNanos : ConnectionOptions.DEFAULT_LINGER.toNanos();
  }

  /** The one option that is on by default, and that Unix sockets lack. */
  private static Map<TransportOption<?>, Object> withoutNoDelay(Map<TransportOption<?>, Object> given) {
    if (!given.containsKey(TransportOption.TCP_NODELAY)) {
      return given;
    }
    Map<TransportOption<?>, Object> m = new LinkedHashMap<>(given);
    m.remove(TransportOption.TCP_NODELAY);
    return m;
  }
}
