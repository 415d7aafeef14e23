package io.sluice.internal.loop;

import io.sluice.internal.jmx.GroupRegistration;

/**
 * Brings a group into JMX as soon as this process has a platform MBean server. Making one costs a JVM a quarter of a second
 * of processor time, so Sluice never does: the management agent, an attached tool or the application does when it wants one.
 */
final class JmxWatch implements Watch.Watched {
  /** {@code -Dsluice.jmx=false}: no MXBeans. */
  private static final String SWITCH = "sluice.jmx";
  /** A tool that has just attached finds the groups after this time at the latest. */
  private static final long PERIOD_NANOS = 250_000_000L;

  private final LoopGroup group;
  private final int number;
  /** Null before the first look: until then none of its classes, nor JMX's, is loaded. */
  private GroupRegistration registration;
  private boolean ended;

  private JmxWatch(LoopGroup group, int number) {
    this.group = group;
    this.number = number;
  }

  /** Null when JMX is switched off. */
  static JmxWatch orNull(LoopGroup group, int number) {
    return Boolean.parseBoolean(System.getProperty(SWITCH, "true")) ? new JmxWatch(group, number) : null;
  }

  @Override
  public long periodNanos() {
    return PERIOD_NANOS;
  }

  @Override
  public synchronized boolean look(long passedNanos) {
    if (ended) {
      return false;
    }
    if (registration == null) {
      try {
        Class.forName("javax.management.MBeanServer", false, JmxWatch.class.getClassLoader());
        registration = new GroupRegistration(group, number);
      } catch (ClassNotFoundException | LinkageError absent) {
        return false; // The module java.management is not part of this runtime.
      }
    }
    return !registration.register();
  }

  @Override
  public synchronized void end() {
    ended = true;
    if (registration != null) {
      registration.end();
    }
  }

  @Override
  public String toString() {
    return "JMX registration of group " + number;
  }
}
