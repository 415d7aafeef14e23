package io.sluice.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.EventLoopGroup;
import io.sluice.LoopMetric;
import io.sluice.management.EventLoopGroupMXBean;
import java.lang.management.ManagementFactory;
import java.net.Socket;
import java.util.HashSet;
import java.util.Set;
import javax.management.JMX;
import javax.management.MBeanServer;
import javax.management.ObjectName;

/** Groups in JMX. */
class ManagementIT {
  private static final MBeanServer SERVER = ManagementFactory.getPlatformMBeanServer();

  private static Set<ObjectName> groups() {
    try {
      return new HashSet<>(SERVER.queryNames(new ObjectName("io.sluice:type=EventLoopGroup,*"), null));
    } catch (javax.management.MalformedObjectNameException e) {
      throw new AssertionError(e);
    }
  }

  private static Set<ObjectName> since(Set<ObjectName> before) {
    Set<ObjectName> now = groups();
    now.removeAll(before);
    return now;
  }

  @OnEveryCell
  void aGroupIsVisibleFromItsStartToItsEnd(Cell cell) throws Exception {
    Set<ObjectName> before = groups();
    try (Server<Recorder.Echo> server = new Server<>(cell.builder().threads(2).build(), Recorder.Echo::new);
        Socket s = server.client()) {
      s.getOutputStream().write(1);
      assertEquals(1, s.getInputStream().read());
      Await.until("it is registered", () -> since(before).size() == 1);
      EventLoopGroupMXBean bean =
          JMX.newMXBeanProxy(SERVER, since(before).iterator().next(), EventLoopGroupMXBean.class);
      assertEquals(cell.engine(), bean.getEngine());
      assertEquals(cell.binding(), bean.getBinding());
      assertEquals(1, bean.getLiveConnections());
      assertEquals(1, bean.getMetrics().get(LoopMetric.BYTES_RECEIVED.key()));
      assertEquals(2, bean.getLoopMetrics().size());
      assertEquals(0, bean.getCloses().get("PEER_RESET"));
      assertTrue(bean.getUptimeNanos() > 0);
      assertTrue(bean.report().contains("loop 1, engine " + cell.engine()), bean::report);
    }
    assertEquals(Set.of(), since(before));
  }

  @OnEveryEngine
  void aSystemPropertyKeepsGroupsOut(Cell cell) {
    Set<ObjectName> before = groups();
    System.setProperty("sluice.jmx", "false");
    try (EventLoopGroup hidden = cell.group()) {
      System.clearProperty("sluice.jmx");
      try (EventLoopGroup shown = cell.group()) {
        Await.until("the one that was opened later is registered", () -> since(before).size() == 1);
        String name = since(before).iterator().next().getKeyProperty("name");
        assertTrue(shown.toString().startsWith("event loop group " + name + " "), shown + " is not " + name);
      }
    } finally {
      System.clearProperty("sluice.jmx");
    }
  }
}
