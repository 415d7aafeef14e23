package io.sluice.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.sluice.BufferLease;
import io.sluice.EventLoopGroup;
import io.sluice.LoopMetric;
import io.sluice.LoopStats;
import io.sluice.SendResult;
import io.sluice.api.LeaseIT.Keeper;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** Leases that the application still holds when their loop ends. */
class LeaseAfterTheLoopIT {
  @OnEveryCell
  void whatIsRetainedWhenTheLoopEndsIsCountedAndMayStillBeReadAndReleased(Cell cell) throws Exception {
    try (Server<Keeper> server = new Server<>(cell.group(), Keeper::new);
        Socket s = server.client()) {
      Keeper k = Await.next(server.handlers);
      BufferLease[] leases = new BufferLease[3];
      for (int i = 0; i < leases.length; i++) {
        s.getOutputStream().write(i);
        leases[i] = Await.next(k.kept);
      }
      leases[0].release();
      assertEquals(2, Await.value(server.group.shutdown(Duration.ZERO)).leasesOutstanding());
      assertEquals(1, leases[1].get(0));
      leases[1].release();
      assertThrows(IllegalStateException.class, leases[1]::release);
      assertEquals(SendResult.CLOSED, Await.value(k.opened).send(leases[2]));
      assertThrows(IllegalStateException.class, leases[2]::release);
    }
  }

  private static long retained(EventLoopGroup group) {
    LoopStats now = group.stats();
    assertEquals(now.value(LoopMetric.LEASES_RETAINED), now.value(LoopMetric.BUFFERS_OUT));
    return now.value(LoopMetric.LEASES_RETAINED);
  }

  @OnEveryCell
  void theGaugeOfRetainedLeasesFallsAlsoAfterTheLoopsEnd(Cell cell) throws Exception {
    int count = 8;
    try (Server<Keeper> server = new Server<>(cell.group(), Keeper::new);
        Socket s = server.client()) {
      Keeper k = Await.next(server.handlers);
      BufferLease[] leases = new BufferLease[count];
      for (int i = 0; i < count; i++) {
        s.getOutputStream().write(i);
        leases[i] = Await.next(k.kept);
      }
      assertEquals(count, Await.value(server.group.shutdown(Duration.ZERO)).leasesOutstanding());
      assertEquals(count, retained(server.group));
      leases[0].release();
      assertEquals(count - 1, retained(server.group));
      assertEquals(SendResult.CLOSED, Await.value(k.opened).send(leases[1]));
      assertEquals(count - 2, retained(server.group));
      CompletableFuture<?>[] releases = new CompletableFuture<?>[count - 2];
      for (int i = 2; i < count; i++) {
        releases[i - 2] = CompletableFuture.runAsync(leases[i]::release);
      }
      Await.value(CompletableFuture.allOf(releases));
      assertEquals(0, retained(server.group));
    }
  }
}
