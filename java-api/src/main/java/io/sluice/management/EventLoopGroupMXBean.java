package io.sluice.management;

import java.util.List;
import java.util.Map;

/**
 * A group of event loops in JMX, as {@code io.sluice:type=EventLoopGroup,name=NUMBER}, from when this process has a platform
 * MBean server (at most a quarter of a second later) to the end of the group. {@code -Dsluice.jmx=false} leaves it out.
 *
 * <p>The keys of the maps are {@link io.sluice.LoopMetric#key()} and the names of {@link io.sluice.CloseReason.Kind}.
 */
public interface EventLoopGroupMXBean {
  /** Domain of the object names. */
  String DOMAIN = "io.sluice";

  /** {@code io_uring}, {@code epoll}, {@code kqueue} or {@code nio}. */
  String getEngine();

  /** {@code jni}, {@code ffm}, {@code jna} or {@code none}. */
  String getBinding();

  /** Since the group was opened. */
  long getUptimeNanos();

  /** Connections that are open now. */
  long getLiveConnections();

  /** Every metric, of all loops together. */
  Map<String, Long> getMetrics();

  /** Every metric, of each loop. */
  List<Map<String, Long>> getLoopMetrics();

  /** Connections that ended, by kind of their close reason. */
  Map<String, Long> getCloses();

  /** All of it as text for people. */
  String report();
}
