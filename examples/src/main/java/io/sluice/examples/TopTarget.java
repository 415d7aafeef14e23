package io.sluice.examples;

import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import io.sluice.management.EventLoopGroupMXBean;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import javax.management.JMX;
import javax.management.MBeanServerConnection;
import javax.management.MalformedObjectNameException;
import javax.management.ObjectName;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

/** The process that is looked at. */
final class TopTarget implements AutoCloseable {
  /** A process registers its groups when its MBean server comes into being, which attaching may have caused just now. */
  private static final int PATIENCE_MILLIS = 3000;

  private static final int POLL_MILLIS = 50;

  private final int pid;
  private final JMXConnector connector;
  private final MBeanServerConnection server;

  private TopTarget(int pid, JMXConnector connector) throws IOException {
    this.pid = pid;
    this.connector = connector;
    this.server = connector.getMBeanServerConnection();
  }

  /** @throws IOException says in its message what is wrong with that process */
  static TopTarget attach(int pid) throws IOException, InterruptedException {
    TopTarget target = new TopTarget(pid, JMXConnectorFactory.connect(new JMXServiceURL(address(pid))));
    for (int waited = 0; target.groups().isEmpty(); waited += POLL_MILLIS) {
      if (waited >= PATIENCE_MILLIS) {
        target.close();
        throw new IOException(
            "process " + pid + " is a JVM without an open Sluice event loop group (or has -Dsluice.jmx=false)");
      }
      Thread.sleep(POLL_MILLIS);
    }
    return target;
  }

  private static String address(int pid) throws IOException {
    try {
      VirtualMachine vm = VirtualMachine.attach(Integer.toString(pid));
      try {
        return vm.startLocalManagementAgent();
      } finally {
        vm.detach();
      }
    } catch (AttachNotSupportedException | IOException e) {
      throw new IOException(
          "cannot attach to process " + pid + ": " + e.getMessage()
              + " (it must be a JVM that runs as the same user)", e);
    }
  }

  int pid() {
    return pid;
  }

  /** By their number. */
  Map<String, EventLoopGroupMXBean> groups() throws IOException {
    Map<String, EventLoopGroupMXBean> found = new TreeMap<>();
    try {
      ObjectName all = new ObjectName(EventLoopGroupMXBean.DOMAIN + ":type=EventLoopGroup,*");
      for (ObjectName name : server.queryNames(all, null)) {
        found.put(name.getKeyProperty("name"), JMX.newMXBeanProxy(server, name, EventLoopGroupMXBean.class));
      }
    } catch (MalformedObjectNameException e) {
      throw new IllegalStateException(e);
    }
    return found;
  }

  @Override
  public void close() {
    try {
      connector.close();
    } catch (IOException gone) {
      // The process has ended.
    }
  }
}
