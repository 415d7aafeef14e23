package io.sluice.soak;

import io.sluice.CloseReason.Kind;
import java.util.EnumMap;
import java.util.Map;

/**
 * What one round, or several, did.
 *
 * @param connections numbers of connections that were run
 * @param opens calls of onOpen, of both sides; each had one onClosed
 * @param messages of broadcasts that arrived
 * @param shortages rounds in which the process ran out of descriptors
 */
record RoundResult(
    long connections, long opens, long bytes, long starved, long late, long messages, long shortages, Map<Kind, Long> closes) {
  static RoundResult none() {
    return new RoundResult(0, 0, 0, 0, 0, 0, 0, Map.of());
  }

  RoundResult plus(RoundResult o) {
    EnumMap<Kind, Long> sum = new EnumMap<>(Kind.class);
    sum.putAll(closes);
    o.closes.forEach((k, n) -> sum.merge(k, n, Long::sum));
    return new RoundResult(
        connections + o.connections, opens + o.opens, bytes + o.bytes, starved + o.starved, late + o.late,
        messages + o.messages, shortages + o.shortages, sum);
  }
}
