package io.sluice.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.contract.Peers.Pair;
import io.sluice.internal.abi.Abi;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;

/** CANCEL asks; the victim's own terminal tells how it ended. */
class CancelIT extends ContractTest {
  CancelIT(EngineCell cell) {
    super(cell);
  }

  @Test
  void aCancelledReceiveEndsAndTheHandleLivesOn() throws Exception {
    Pair p = pair();
    for (int flags : new int[] {0, Abi.SQE_MULTISHOT}) {
      long recv = d.submit(Abi.OP_RECV, flags, p.handle());
      d.settle();
      assertEquals(0, d.await(d.submitCancel(p.handle(), recv)).result());
      assertEquals(-Abi.ECANCELED, d.await(recv).result());
    }
    p.write(Content.of(1, 10));
    Content.verify(d.data(d.await(d.submit(Abi.OP_RECV, 0, p.handle()))), 1, 0);
  }

  @Test
  void cancelInTheSameBatchWorks() throws Exception {
    Pair p = pair();
    long recv = d.submit(Abi.OP_RECV, Abi.SQE_MULTISHOT, p.handle());
    long cancel = d.submitCancel(p.handle(), recv);
    assertEquals(0, d.await(cancel).result());
    assertEquals(-Abi.ECANCELED, d.await(recv).result());
  }

  @Test
  void withoutVictimThereIsNoEntry() throws Exception {
    Pair p = pair();
    assertEquals(-Abi.ENOENT, d.await(d.submitCancel(p.handle(), 99)).result());
    assertEquals(-Abi.ENOENT, d.await(d.submitCancel(0, 99)).result());
    long recv = d.submit(Abi.OP_RECV, 0, p.handle());
    assertEquals(-Abi.ENOENT, d.await(d.submitCancel(p.handle(), recv + 1000)).result());
    p.write(new byte[1]);
    assertEquals(1, d.data(d.await(recv)).length);
    assertEquals(-Abi.ENOENT, d.await(d.submitCancel(p.handle(), recv)).result());
  }

  @Test
  void dataThatArrivedBeforeTheCancelIsNotLost() throws Exception {
    Pair p = pair();
    int position = 0;
    for (int i = 0; i < 100; i++) {
      long recv = d.submit(Abi.OP_RECV, Abi.SQE_MULTISHOT, p.handle());
      p.write(Content.of(3, position, 100));
      long cancel = d.submitCancel(p.handle(), recv);
      d.await(cancel);
      d.awaitCondition(() -> !d.oracle.isOpen(recv), "the receive has ended");
      int got = 0;
      for (Completion c = d.poll(x -> x.token() == recv); c != null; c = d.poll(x -> x.token() == recv)) {
        if (c.hasBuffer()) {
          byte[] data = d.data(c);
          Content.verify(data, 3, position + got);
          got += data.length;
        }
      }
      while (got < 100) {
        byte[] data = d.data(d.await(d.submit(Abi.OP_RECV, 0, p.handle())));
        Content.verify(data, 3, position + got);
        got += data.length;
      }
      position += 100;
    }
  }

  @Test
  void aHangingConnectCanBeCancelled() throws Exception {
    // A full backlog: the kernel drops the SYNs, so the CONNECT hangs.
    long listener = d.await(d.submitListen(Peers.ANY_PORT, 1)).handle();
    InetSocketAddress address = d.inetAddress(listener);
    long[] connects = new long[8];
    for (int i = 0; i < connects.length; i++) {
      connects[i] = d.submitConnect(address);
    }
    d.settle();
    int cancelled = 0;
    for (long c : connects) {
      if (d.oracle.isOpen(c)) {
        assertEquals(0, d.await(d.submitCancel(0, c)).result());
        assertEquals(-Abi.ECANCELED, d.await(c).result());
        cancelled++;
      } else {
        assertEquals(0, d.await(c).result());
      }
    }
    assertTrue(cancelled > 0, "no CONNECT was hanging");
  }
}
