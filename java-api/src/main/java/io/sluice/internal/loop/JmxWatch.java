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

  private final GroupRegistration registration;

  private JmxWatch(GroupRegistration registration) {
    this.registration = registration;
  }

  /** Null when JMX is switched off, or not part of this runtime. */
  static JmxWatch orNull(LoopGroup group, int number) {
    if (!Boolean.parseBoolean(System.getProperty(SWITCH, "true"))) {
      return null;
    }
    try {
      Class.forName("javax.management.MBeanServer", false, JmxWatch.class.getClassLoader());
      return new JmxWatch(new GroupRegistration(group, number));
    } catch (ClassNotFoundException | LinkageError absent) {
      return null; // The module java.management is not part of this runtime.
    }
  }

  @Override
  public long periodNanos() {
    return PERIOD_NANOS;
  }

  @Override
  public boolean look(long passedNanos) {
    return !registration.register();
  }

  @Override
  public void end() {
    registration.end();
  }

  @Override
  public String toString() {
    return "JMX registration of " + registration;
  }
}
