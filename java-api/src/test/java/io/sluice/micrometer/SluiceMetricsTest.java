package io.sluice.micrometer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.sluice.CloseReason;
import io.sluice.Connection;
import io.sluice.ConnectionHandler;
import io.sluice.EventLoopGroup;
import io.sluice.ListenOptions;
import io.sluice.Listener;
import io.sluice.LoopMetric;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class SluiceMetricsTest {
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

  private FunctionCounter counter(LoopMetric metric, String... tags) {
    return registry.get(SluiceMetrics.PREFIX + metric.key()).tags(tags).functionCounter();
  }

  @Test
  void everyMetricOfEveryLoopIsAMeter() throws Exception {
    try (EventLoopGroup group = EventLoopGroup.builder().engine("nio").threads(2).build()) {
      new SluiceMetrics(group, Tags.of("server", "test")).bindTo(registry);
      CompletableFuture<Connection> opened = new CompletableFuture<>();
      ConnectionHandler echo = (c, data) -> c.send(data);
      Listener l =
          group.listen(
              new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), ListenOptions.defaults(),
              c -> {
                opened.complete(c);
                return echo;
              });
      l.ready().toCompletableFuture().join();
      String loop;
      try (Socket s = new Socket(InetAddress.getLoopbackAddress(), l.port())) {
        s.getOutputStream().write(new byte[5]);
        assertEquals(5, s.getInputStream().readNBytes(5).length);
        Connection c = opened.join();
        loop = Integer.toString(c.loop().index());
        Gauge live = registry.get("sluice.connections.live").tags("loop", loop, "server", "test").gauge();
        assertEquals(1, live.value());
        assertEquals(5, counter(LoopMetric.BYTES_RECEIVED, "loop", loop, "engine", "nio", "binding", "none").count());
        assertEquals("bytes", counter(LoopMetric.BYTES_RECEIVED, "loop", loop).getId().getBaseUnit());
        double seconds = counter(LoopMetric.TURN_TIME, "loop", loop).count();
        assertTrue(seconds > 0 && seconds < 3600, seconds + " s");
        assertEquals("seconds", counter(LoopMetric.TURN_TIME, "loop", loop).getId().getBaseUnit());
        c.abort().toCompletableFuture().join();
      }
      assertEquals(1, counter(LoopMetric.CONNECTIONS_CLOSED, "loop", loop, "kind", "LOCAL_ABORT").count());
      assertEquals(0, counter(LoopMetric.CONNECTIONS_CLOSED, "loop", loop, "expected", "false", "kind", "PEER_RESET").count());
      int perLoop = LoopMetric.values().length - 1 + CloseReason.Kind.values().length;
      assertEquals(2 * perLoop, registry.getMeters().size());
    }
  }

  @Test
  void nothingIsNoGroupAndNoTags() {
    assertThrows(NullPointerException.class, () -> new SluiceMetrics(null));
    try (EventLoopGroup group = EventLoopGroup.builder().engine("nio").threads(1).build()) {
      assertThrows(NullPointerException.class, () -> new SluiceMetrics(group, null));
    }
  }
}
