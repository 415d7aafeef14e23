package io.sluice.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.BufferLease;
import io.sluice.Connection;
import io.sluice.EventLoopGroup;
import io.sluice.LoopMetric;
import io.sluice.internal.abi.Abi;
import io.sluice.internal.loop.Counters;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Supplier;
import org.junit.jupiter.api.function.Executable;

/** What the tests of the checked mode share: servers in that mode, and places in the code that reports must name. */
final class CheckedLeases {
  /** From this JDK on access to the buffer of an ended lease fails; before, its memory is filled with a pattern. */
  static final int FIRST_JDK_THAT_CLOSES = 22;

  static boolean closes() {
    return Runtime.version().feature() >= FIRST_JDK_THAT_CLOSES;
  }

  /** Hands out retained leases. */
  static class Keeper extends Recorder {
    final BlockingQueue<BufferLease> kept = new LinkedBlockingQueue<>();

    @Override
    public void onData(Connection c, BufferLease lease) {
      kept.add(acquiredHere(lease));
    }
  }

  static BufferLease acquiredHere(BufferLease lease) {
    return lease.retain();
  }

  static void endedHere(BufferLease lease) {
    lease.release();
  }

  static BufferLease retainedElsewhere(BufferLease lease) {
    return lease.retain();
  }

  static <H extends Recorder> Server<H> server(Cell cell, Supplier<H> factory) {
    return new Server<>(cell.builder().checkedLeases(true).build(), factory);
  }

  static void send(Socket s, String text) throws Exception {
    s.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
  }

  static String read(Socket s, int n) throws Exception {
    return new String(s.getInputStream().readNBytes(n), StandardCharsets.UTF_8);
  }

  static long value(EventLoopGroup group, LoopMetric metric) {
    return group.stats().value(metric);
  }

  static void assertAllCameBack(EventLoopGroup group) {
    Await.until("every buffer is back", () -> {
      group.loops().get(0).execute(() -> {}); // What was released elsewhere is taken at the next turn.
      return value(group, LoopMetric.BUFFERS_OUT) == 0 && value(group, LoopMetric.LEASES_RETAINED) == 0;
    });
    assertEquals(0, Counters.of(group.loops().get(0), Abi.CTR_BAD_RETURNS), "a buffer was given back twice");
  }

  static boolean passed(Throwable place, String method) {
    return Arrays.stream(place.getStackTrace()).anyMatch(f -> f.getMethodName().equals(method));
  }

  static void mistakeHere(Executable mistake) throws Throwable {
    mistake.execute();
  }

  /** The mistake throws, and the exception tells the three places. */
  static void assertLocated(Connection c, String endedBy, Executable mistake) {
    IllegalStateException e = assertThrows(IllegalStateException.class, () -> mistakeHere(mistake));
    assertTrue(passed(e, "mistakeHere"), e::toString);
    assertNotNull(e.getCause(), e::toString);
    assertTrue(passed(e.getCause(), endedBy), () -> Arrays.toString(e.getCause().getStackTrace()));
    assertTrue(passed(e.getCause().getCause(), "acquiredHere"), e::toString);
    assertTrue(e.getCause().getMessage().contains("connection " + c.id() + " "), e.getCause().getMessage());
  }

  private CheckedLeases() {}
}
