package io.sluice.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.Connection;
import io.sluice.ListenOptions;
import io.sluice.ListenOptions.Distribution;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;

/** Connections reach every loop of a group, and work there. */
class DistributionIT {
  private int[] spread(Cell cell, Distribution d, int clients) throws Exception {
    List<Socket> sockets = new ArrayList<>();
    int[] perLoop = new int[2];
    try (Server<Recorder.Echo> server =
        new Server<>(
            cell.builder().threads(2).build(), ListenOptions.defaults().withDistribution(d), Recorder.Echo::new)) {
      for (int i = 0; i < clients; i++) {
        sockets.add(server.client());
      }
      for (int i = 0; i < clients; i++) {
        sockets.get(i).getOutputStream().write(i);
        assertEquals(i, sockets.get(i).getInputStream().read());
        Connection c = Await.next(server.connections);
        perLoop[c.loop().index()]++;
      }
      for (Socket s : sockets) {
        s.close();
      }
      for (int i = 0; i < clients; i++) {
        assertTrue(Await.value(Await.next(server.handlers).closed).isExpected());
      }
    }
    return perLoop;
  }

  @OnEveryCell
  void handOffSpreadsEvenly(Cell cell) throws Exception {
    int[] n = spread(cell, Distribution.HAND_OFF, 20);
    assertEquals(n[0], n[1]);
  }

  @OnEveryCell
  void shardedSocketsShareOnePort(Cell cell) throws Exception {
    int[] n = spread(cell, Distribution.SHARDED, 64);
    assertTrue(n[0] > 0 && n[1] > 0, () -> n[0] + " and " + n[1]);
  }
}
