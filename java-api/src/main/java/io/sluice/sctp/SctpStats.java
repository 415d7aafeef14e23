package io.sluice.sctp;

import io.sluice.CloseReason;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/**
 * What a transport has counted: an immutable snapshot, or the {@link #minus difference} of two.
 *
 * @param stacks loops that have used it
 * @param live associations that exist now, with those that are being set up
 * @param values one for every {@link SctpMetric}; those left out are 0
 * @param closes associations that ended, by kind, with connects that failed; those left out are 0
 */
public record SctpStats(int stacks, long live, Map<SctpMetric, Long> values, Map<CloseReason.Kind, Long> closes) {
  public SctpStats {
    values = complete(SctpMetric.class, values);
    closes = complete(CloseReason.Kind.class, closes);
  }

  private static <K extends Enum<K>> Map<K, Long> complete(Class<K> keys, Map<K, Long> given) {
    EnumMap<K, Long> all = new EnumMap<>(keys);
    for (K key : keys.getEnumConstants()) {
      all.put(key, given.getOrDefault(key, 0L));
    }
    return Collections.unmodifiableMap(all);
  }

  public long value(SctpMetric metric) {
    return values.get(metric);
  }

  /** Associations that ended for this kind of reason. */
  public long closes(CloseReason.Kind kind) {
    return closes.get(kind);
  }

  /** What was counted between an earlier snapshot and this one; {@code stacks} and {@code live} are this one's. */
  public SctpStats minus(SctpStats earlier) {
    EnumMap<SctpMetric, Long> v = new EnumMap<>(values);
    v.replaceAll((m, now) -> now - earlier.value(m));
    EnumMap<CloseReason.Kind, Long> c = new EnumMap<>(closes);
    c.replaceAll((kind, now) -> now - earlier.closes(kind));
    return new SctpStats(stacks, live, v, c);
  }
}
