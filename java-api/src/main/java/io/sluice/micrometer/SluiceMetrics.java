package io.sluice.micrometer;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.sluice.CloseReason;
import io.sluice.EventLoop;
import io.sluice.EventLoopGroup;
import io.sluice.LoopMetric;
import io.sluice.LoopStats;
import java.util.Objects;

/**
 * Meters for every loop of a group: {@code sluice.} and {@link LoopMetric#key()}, tagged with {@code loop}, {@code engine} and
 * {@code binding}. Counters become function counters, gauges and maxima become gauges; times are in seconds, sizes in bytes.
 * Closes are counted by kind: {@code sluice.connections.closed}, with the tags {@code kind} and {@code expected} as well.
 *
 * <pre>{@code
 * new SluiceMetrics(group, Tags.of("server", "front")).bindTo(registry);
 * }</pre>
 *
 * A registry holds on to loops weakly: when the application lets go of an ended group, its meters report nothing more.
 */
// Not "requires static transitive": modules that do without Micrometer could not be compiled any more.
@SuppressWarnings("exports")
public final class SluiceMetrics implements MeterBinder {
  /** What the names of all meters begin with. */
  public static final String PREFIX = "sluice.";

  private static final double NANOS_PER_SECOND = 1e9;

  private final EventLoopGroup group;
  private final Iterable<io.micrometer.core.instrument.Tag> tags;

  public SluiceMetrics(EventLoopGroup group) {
    this(group, Tags.empty());
  }

  /** @param tags for all meters: needed to tell several groups apart in one registry */
  public SluiceMetrics(EventLoopGroup group, Iterable<io.micrometer.core.instrument.Tag> tags) {
    this.group = Objects.requireNonNull(group, "group");
    this.tags = Objects.requireNonNull(tags, "tags");
  }

  @Override
  public void bindTo(MeterRegistry registry) {
    for (EventLoop loop : group.loops()) {
      LoopStats now = loop.stats();
      Tags of = Tags.of(tags).and(
          "loop", Integer.toString(loop.index()), "engine", now.engine(), "binding", now.binding());
      for (LoopMetric metric : LoopMetric.values()) {
        if (metric != LoopMetric.CONNECTIONS_CLOSED) {
          bind(registry, loop, metric, of);
        }
      }
      for (CloseReason.Kind kind : CloseReason.Kind.values()) {
        FunctionCounter.builder(PREFIX + LoopMetric.CONNECTIONS_CLOSED.key(), loop, l -> l.stats().closes(kind))
            .tags(of.and("kind", kind.name(), "expected", Boolean.toString(kind.isExpected())))
            .register(registry);
      }
    }
  }

  private static void bind(MeterRegistry registry, EventLoop loop, LoopMetric metric, Tags tags) {
    String name = PREFIX + metric.key();
    String unit = unit(metric);
    if (metric.type() == LoopMetric.Type.COUNTER) {
      FunctionCounter.builder(name, loop, l -> value(l, metric)).tags(tags).baseUnit(unit).register(registry);
    } else {
      Gauge.builder(name, loop, l -> value(l, metric)).tags(tags).baseUnit(unit).register(registry);
    }
  }

  private static String unit(LoopMetric metric) {
    return switch (metric.unit()) {
      case BYTES -> "bytes";
      case NANOSECONDS -> "seconds";
      case COUNT -> null;
    };
  }

  private static double value(EventLoop loop, LoopMetric metric) {
    long v = loop.stats().value(metric);
    return metric.unit() == LoopMetric.Unit.NANOSECONDS ? v / NANOS_PER_SECOND : v;
  }
}
