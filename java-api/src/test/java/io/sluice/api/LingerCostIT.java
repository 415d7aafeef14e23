package io.sluice.api;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.EventLoop;
import io.sluice.EventLoopGroup;
import io.sluice.Listener;
import io.sluice.internal.abi.Abi;
import io.sluice.internal.loop.Counters;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/** Who answers the peer's end, as most servers do, does not pay for the linger. */
class LingerCostIT {
  private static final Duration LONG = Duration.ofHours(1);

  /** From the peer's FIN to onClosed. The least of several rounds: a turn may find nothing to do. */
  private static long costOfAnsweringAFin(Cell cell, Duration linger, int counter) throws Exception {
    long least = Long.MAX_VALUE;
    try (EventLoopGroup group = cell.builder().callerDriven().build()) {
      EventLoop loop = group.loops().get(0);
      List<Recorder> handlers = new ArrayList<>();
      Listener listener =
          group.listen(
              new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
              LingerIT.linger(linger),
              c -> {
                handlers.add(new Recorder());
                return handlers.get(handlers.size() - 1);
              });
      turnUntil(loop, () -> !listener.addresses().isEmpty());
      for (int i = 0; i < 30; i++) {
        Socket s = new Socket();
        s.connect(listener.addresses().get(0));
        int accepted = i + 1;
        turnUntil(loop, () -> handlers.size() == accepted);
        while (loop.turn(Duration.ofMillis(2))) {}
        long before = Counters.of(loop, counter);
        s.close();
        turnUntil(loop, handlers.get(i).closed::isDone);
        least = Math.min(least, Counters.of(loop, counter) - before);
      }
    }
    return least;
  }

  private static void turnUntil(EventLoop loop, BooleanSupplier condition) {
    while (!condition.getAsBoolean()) {
      loop.turn(Duration.ofSeconds(1));
    }
  }

  @OnEveryEngine
  void answeringThePeersEndCostsNothingMore(Cell cell) throws Exception {
    for (int counter : new int[] {Abi.CTR_SUBMISSIONS, Abi.CTR_SYSCALLS}) {
      assertEquals(costOfAnsweringAFin(cell, Duration.ZERO, counter), costOfAnsweringAFin(cell, LONG, counter));
    }
  }
}
