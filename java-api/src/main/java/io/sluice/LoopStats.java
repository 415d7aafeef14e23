package io.sluice;

import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * What one loop, or all loops of a group together, have counted: an immutable snapshot, or the {@link #minus difference} of
 * two. {@link #toString} prints it for people.
 *
 * @param name {@code group 1, loop 0}, or {@code group 1}
 * @param engine engine of the loop; several with a {@code +} between them when the loops of a group differ
 * @param binding the same for the binding
 * @param loops how many loops were added up
 * @param span the time that counters count: since the loop was opened, or between two snapshots
 * @param values one for every {@link LoopMetric}; those left out are 0
 * @param closes connections that ended, by kind; those left out are 0
 */
public record LoopStats(
    String name, String engine, String binding, int loops, Duration span, Map<LoopMetric, Long> values,
    Map<CloseReason.Kind, Long> closes) {

  public LoopStats {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(engine, "engine");
    Objects.requireNonNull(binding, "binding");
    if (loops < 1) {
      throw new IllegalArgumentException("loops " + loops + " is less than 1");
    }
    if (span.isNegative()) {
      throw new IllegalArgumentException("span " + span + " is negative");
    }
    values = complete(LoopMetric.class, values);
    closes = complete(CloseReason.Kind.class, closes);
  }

  private static <K extends Enum<K>> Map<K, Long> complete(Class<K> keys, Map<K, Long> given) {
    EnumMap<K, Long> all = new EnumMap<>(keys);
    for (K key : keys.getEnumConstants()) {
      all.put(key, given.getOrDefault(key, 0L));
    }
    return Collections.unmodifiableMap(all);
  }

  public long value(LoopMetric metric) {
    return values.get(metric);
  }

  /** Connections that ended for this kind of reason. */
  public long closes(CloseReason.Kind kind) {
    return closes.get(kind);
  }

  /** Connections that ended for reasons that are faults, see {@link CloseReason#isExpected()}. */
  public long unexpectedCloses() {
    long n = 0;
    for (CloseReason.Kind kind : CloseReason.Kind.values()) {
      n += kind.isExpected() ? 0 : closes(kind);
    }
    return n;
  }

  /** A counter divided by the seconds of {@link #span}; 0 for an empty span. Meaningful for counters only. */
  public double perSecond(LoopMetric metric) {
    double seconds = span.toNanos() / 1e9;
    return seconds == 0 ? 0 : value(metric) / seconds;
  }

  /** The share of the loops' time that was spent outside the engine, 0 to 1; an estimate, see {@link LoopMetric#TURN_TIME}. */
  public double busyShare() {
    double nanos = (double) span.toNanos() * loops;
    return nanos == 0 ? 0 : Math.min(1, value(LoopMetric.TURN_TIME) / nanos);
  }

  /** How long the oldest task of a batch waited on average; zero when there was none. */
  public Duration meanTaskDelay() {
    long n = value(LoopMetric.TASK_BATCHES);
    return n == 0 ? Duration.ZERO : Duration.ofNanos(value(LoopMetric.TASK_DELAY) / n);
  }

  /**
   * What was counted between an earlier snapshot of the same loop or group and this one. Gauges and maxima keep the values
   * of this one.
   *
   * @throws IllegalArgumentException when {@code earlier} is of another loop or group, or later than this one
   */
  public LoopStats minus(LoopStats earlier) {
    if (!name.equals(earlier.name)) {
      throw new IllegalArgumentException("earlier is of " + earlier.name + ", this is of " + name);
    }
    if (earlier.span.compareTo(span) > 0) {
      throw new IllegalArgumentException("earlier covers " + earlier.span + ", more than the " + span + " of this snapshot");
    }
    EnumMap<LoopMetric, Long> v = new EnumMap<>(values);
    v.replaceAll((m, now) -> m.type() == LoopMetric.Type.COUNTER ? now - earlier.value(m) : now);
    EnumMap<CloseReason.Kind, Long> c = new EnumMap<>(closes);
    c.replaceAll((kind, now) -> now - earlier.closes(kind));
    return new LoopStats(name, engine, binding, loops, span.minus(earlier.span), v, c);
  }

  /**
   * Adds up.
   *
   * @param name of the sum
   * @param parts at least one
   */
  public static LoopStats sum(String name, Collection<LoopStats> parts) {
    if (parts.isEmpty()) {
      throw new IllegalArgumentException("parts: there is nothing to add up");
    }
    Set<String> engines = new LinkedHashSet<>();
    Set<String> bindings = new LinkedHashSet<>();
    EnumMap<LoopMetric, Long> v = new EnumMap<>(LoopMetric.class);
    EnumMap<CloseReason.Kind, Long> c = new EnumMap<>(CloseReason.Kind.class);
    int loops = 0;
    Duration span = Duration.ZERO;
    for (LoopStats part : parts) {
      engines.add(part.engine);
      bindings.add(part.binding);
      loops += part.loops;
      span = part.span.compareTo(span) > 0 ? part.span : span;
      part.values.forEach((m, n) -> v.merge(m, n, m.type() == LoopMetric.Type.MAXIMUM ? Math::max : Long::sum));
      part.closes.forEach((kind, n) -> c.merge(kind, n, Long::sum));
    }
    return new LoopStats(name, String.join("+", engines), String.join("+", bindings), loops, span, v, c);
  }

  /** Several lines: aligned, with units, without what is zero and rare. */
  @Override
  public String toString() {
    return LoopStatsText.of(this);
  }
}
