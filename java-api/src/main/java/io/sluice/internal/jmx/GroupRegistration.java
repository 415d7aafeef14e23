package io.sluice.internal.jmx;

import io.sluice.EventLoopGroup;
import io.sluice.management.EventLoopGroupMXBean;
import javax.management.InstanceAlreadyExistsException;
import javax.management.InstanceNotFoundException;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.MBeanServerFactory;
import javax.management.MalformedObjectNameException;
import javax.management.ObjectName;
import javax.management.StandardMBean;

/** One group in the platform MBean server, from when there is one to the end of the group. Any thread. */
public final class GroupRegistration {
  private static final String RUNTIME = "java.lang:type=Runtime";

  private final EventLoopGroup group;
  private final int number;
  private MBeanServer server;
  private ObjectName name;
  private boolean ended;

  public GroupRegistration(EventLoopGroup group, int number) {
    this.group = group;
    this.number = number;
  }

  /**
   * Registers the group if the platform MBean server exists.
   *
   * @return whether nothing is left to do
   */
  public synchronized boolean register() {
    if (ended || server != null) {
      return true;
    }
    try {
      MBeanServer platform = platformServerOrNull();
      if (platform == null) {
        return false;
      }
      ObjectName free = new ObjectName(EventLoopGroupMXBean.DOMAIN + ":type=EventLoopGroup,name=" + number);
      StandardMBean bean = new StandardMBean(new GroupBean(group), EventLoopGroupMXBean.class, true);
      try {
        platform.registerMBean(bean, free);
      } catch (InstanceAlreadyExistsException other) {
        // Another class loader has a Sluice of its own.
        free = new ObjectName(free + "@" + Integer.toHexString(System.identityHashCode(group)));
        platform.registerMBean(bean, free);
      }
      server = platform;
      name = free;
      return true;
    } catch (JMException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Not {@code ManagementFactory.getPlatformMBeanServer()}: that makes one. */
  private static MBeanServer platformServerOrNull() throws MalformedObjectNameException {
    ObjectName runtime = new ObjectName(RUNTIME);
    for (MBeanServer s : MBeanServerFactory.findMBeanServer(null)) {
      if (s.isRegistered(runtime)) {
        return s;
      }
    }
    return null;
  }

  public synchronized void end() {
    ended = true;
    if (server != null) {
      try {
        server.unregisterMBean(name);
      } catch (InstanceNotFoundException gone) {
        // Somebody else has taken it out.
      } catch (JMException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  @Override
  public String toString() {
    return "group " + number;
  }
}
