package io.sluice.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.contract.Peers.Pair;
import io.sluice.internal.abi.Abi;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** C3: after the terminal of the CLOSE the handle is stale, whatever becomes of its slot and descriptor. */
class StaleHandleIT extends ContractTest {
  private static final int[] ON_STREAM = {
    Abi.OP_RECV, Abi.OP_SHUTDOWN, Abi.OP_CLOSE, Abi.OP_DETACH, Abi.OP_WATCH, Abi.OP_ACCEPT, Abi.OP_CANCEL
  };

  StaleHandleIT(EngineCell cell) {
    super(cell);
  }

  @Test
  void c03EveryOperationOnAnEndedHandleIsStale() throws Exception {
    Pair old = pair();
    d.close(old.handle());
    // Somebody else has the slot and probably the descriptor now.
    Pair successor = pair();
    long before = d.counter(Abi.CTR_STALE);
    for (int op : ON_STREAM) {
      Completion c = d.await(d.submit(op, 0, old.handle()));
      assertEquals(-Abi.ESTALE, c.result(), "operation " + op);
      assertEquals(old.handle(), c.handle());
    }
    assertEquals(-Abi.ESTALE, d.await(d.submitSend(old.handle(), 0, new byte[10])).result());
    assertEquals(before + ON_STREAM.length + 1, d.counter(Abi.CTR_STALE));
    assertEquals(-Abi.ESTALE, d.engine.query(old.handle(), Abi.QUERY_LOCAL_ADDR, ByteBuffer.allocateDirect(128)));
    successor.write(new byte[] {42});
    assertEquals(42, d.data(d.await(d.submit(Abi.OP_RECV, 0, successor.handle())))[0]);
  }

  @Test
  void c03StaleSubmissionsDoNoSystemCall() throws Exception {
    Pair old = pair();
    d.close(old.handle());
    d.settle();
    long idle = syscallsOf(() -> d.await(d.submit(Abi.OP_NOP, 0, 0)));
    long stale =
        syscallsOf(
            () -> {
              long last = 0;
              for (int i = 0; i < 100; i++) {
                last = d.submit(Abi.OP_SHUTDOWN, 0, old.handle());
              }
              d.await(last);
            });
    assertEquals(idle, stale);
    d.unclaimed.clear();
  }

  private long syscallsOf(Runnable work) {
    long before = d.counter(Abi.CTR_SYSCALLS);
    work.run();
    return d.counter(Abi.CTR_SYSCALLS) - before;
  }

  @Test
  void c03HandlesAreNeverReused() throws Exception {
    Set<Long> seen = new HashSet<>();
    Set<Integer> indexes = new HashSet<>();
    for (int i = 0; i < 300; i++) {
      long listener = d.listen();
      assertTrue(seen.add(listener));
      indexes.add((int) listener);
      assertNotEquals(0, listener >>> 32);
      d.close(listener);
    }
    assertTrue(indexes.size() < 300, "slots are reused");
  }

  @Test
  void inventedHandlesAreStale() throws Exception {
    Pair p = pair();
    for (long h : new long[] {1, -1, Long.MIN_VALUE, p.handle() + 1, p.handle() ^ 1L << 32, p.handle() & 0xffffffffL}) {
      assertEquals(-Abi.ESTALE, d.await(d.submit(Abi.OP_CLOSE, 0, h)).result(), "handle " + Long.toHexString(h));
    }
  }
}
