package io.sluice.internal.jmx;

import io.sluice.EventLoop;
import io.sluice.EventLoopGroup;
import io.sluice.LoopMetric;
import io.sluice.LoopStats;
import io.sluice.management.EventLoopGroupMXBean;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A group as JMX sees it: snapshots in maps. */
final class GroupBean implements EventLoopGroupMXBean {
  private final EventLoopGroup group;

  GroupBean(EventLoopGroup group) {
    this.group = group;
  }

  private static Map<String, Long> metrics(LoopStats stats) {
    Map<String, Long> m = new LinkedHashMap<>();
    for (LoopMetric metric : LoopMetric.values()) {
      m.put(metric.key(), stats.value(metric));
    }
    return m;
  }

  @Override
  public String getEngine() {
    return group.stats().engine();
  }

  @Override
  public String getBinding() {
    return group.stats().binding();
  }

  @Override
  public long getUptimeNanos() {
    return group.stats().span().toNanos();
  }

  @Override
  public long getLiveConnections() {
    return group.stats().value(LoopMetric.CONNECTIONS_LIVE);
  }

  @Override
  public Map<String, Long> getMetrics() {
    return metrics(group.stats());
  }

  @Override
  public List<Map<String, Long>> getLoopMetrics() {
    List<Map<String, Long>> all = new ArrayList<>();
    for (EventLoop loop : group.loops()) {
      all.add(metrics(loop.stats()));
    }
    return all;
  }

  @Override
  public Map<String, Long> getCloses() {
    Map<String, Long> m = new LinkedHashMap<>();
    group.stats().closes().forEach((kind, n) -> m.put(kind.name(), n));
    return m;
  }

  @Override
  public String report() {
    StringBuilder text = new StringBuilder(group.stats().toString());
    for (EventLoop loop : group.loops()) {
      text.append(System.lineSeparator()).append(loop.stats());
    }
    return text.toString();
  }
}
