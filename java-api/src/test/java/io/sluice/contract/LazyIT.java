package io.sluice.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.contract.Peers.Pair;
import io.sluice.internal.abi.Abi;
import org.junit.jupiter.api.Test;

/** LAZY: the send goes out at once, its success is told with the next return of enter, its failure at once. */
class LazyIT extends ContractTest {
  LazyIT(EngineCell cell) {
    super(cell);
  }

  @Test
  void aLazySendGoesOutInTheSubmittingTurn() throws Exception {
    Pair p = pair();
    byte[] data = Content.of(1, 1000);
    long token = d.submitSend(p.handle(), Abi.SQE_LAZY, data);
    assertTrue(d.turn(20_000_000) >= 0);
    // Whatever made enter return, the success is posted by now.
    assertEquals(1000, d.poll(c -> c.token() == token).result());
    assertArrayEquals(data, p.read(1000));
  }

  @Test
  void onlyADataCompletionEndsTheWaitOfALazyEcho() throws Exception {
    Pair p = pair();
    long recv = d.submit(Abi.OP_RECV, Abi.SQE_MULTISHOT, p.handle());
    for (int i = 0; i < 200; i++) {
      p.write(Content.of(i, 64));
      byte[] data = d.data(d.next(recv));
      Content.verify(data, i, 0);
      d.submitSend(p.handle(), Abi.SQE_LAZY, data);
      d.turn(0);
      Content.verify(p.read(64), i, 0);
    }
    d.settle();
    assertEquals(200, d.unclaimed.stream().filter(c -> c.op() == Abi.OP_SEND && c.result() == 64).count());
    d.unclaimed.clear();
  }

  @Test
  void aLazyFailureIsToldLikeAnyOther() throws Exception {
    Pair p = pair();
    d.await(d.submit(Abi.OP_SHUTDOWN, Abi.SQE_LAZY, p.handle()));
    assertEquals(-Abi.EPIPE, d.await(d.submitSend(p.handle(), Abi.SQE_LAZY, new byte[1])).result());
    assertEquals(-1, p.peer().getInputStream().read());
  }

  @Test
  void aRingFullOfLazySuccessesIsHandedOver() throws Exception {
    Pair p = pair();
    int sends = 10_000;
    for (int i = 0; i < sends; i++) {
      d.submit(Abi.OP_SEND, Abi.SQE_LAZY, 0, 4, p.handle(), d.memoryBase, 0, 0, 0);
      if (i % 1000 == 999) {
        d.await(Peers.inBackground(() -> p.read(4000)));
      }
    }
    d.settle();
    assertEquals(sends, d.unclaimed.stream().filter(c -> c.op() == Abi.OP_SEND && c.result() == 4).count());
    d.unclaimed.clear();
  }
}
