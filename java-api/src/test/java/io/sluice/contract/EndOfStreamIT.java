package io.sluice.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.contract.Peers.Pair;
import io.sluice.internal.abi.Abi;
import org.junit.jupiter.api.Test;

/** C6: the end of the stream comes once per RECV, last, after all data. WATCH sees it without reading. */
class EndOfStreamIT extends ContractTest {
  EndOfStreamIT(EngineCell cell) {
    super(cell);
  }

  @Test
  void c06TheEndComesAfterAllData() throws Exception {
    Pair p = pair();
    byte[] data = Content.of(4, 40_000);
    p.write(data);
    p.peer().shutdownOutput();
    d.settle();
    long recv = d.submit(Abi.OP_RECV, Abi.SQE_MULTISHOT, p.handle());
    int position = 0;
    Completion c = d.next(recv);
    while (!c.isTerminal()) {
      byte[] piece = d.data(c);
      Content.verify(piece, 4, position);
      position += piece.length;
      c = d.next(recv);
    }
    assertEquals(data.length, position);
    assertEquals(0, c.result());
    assertTrue(c.isEndOfStream());
    assertFalse(c.hasBuffer());
  }

  @Test
  void c06EachReceiveIsToldOnce() throws Exception {
    Pair p = pair();
    p.peer().shutdownOutput();
    for (int i = 0; i < 3; i++) {
      Completion c = d.await(d.submit(Abi.OP_RECV, i % 2 == 0 ? Abi.SQE_MULTISHOT : 0, p.handle()));
      assertEquals(0, c.result());
      assertTrue(c.isEndOfStream());
      d.settle();
      assertTrue(d.unclaimed.isEmpty());
    }
    // Half closed: this side may go on sending.
    assertEquals(3, d.await(d.submitSend(p.handle(), 0, new byte[] {1, 2, 3})).result());
    assertArrayEquals(new byte[] {1, 2, 3}, p.read(3));
  }

  @Test
  void aResetEndsTheReceive() throws Exception {
    Pair p = pair();
    long recv = d.submit(Abi.OP_RECV, Abi.SQE_MULTISHOT, p.handle());
    d.settle();
    p.reset();
    Completion c = d.await(recv);
    assertEquals(-Abi.ECONNRESET, c.result());
    assertEquals(104, c.detail());
  }

  @Test
  void aResetThatNobodyReceivesDoesNotSpin() throws Exception {
    Pair p = pair();
    p.reset();
    d.settle();
    long waits = d.counter(Abi.CTR_WAITS);
    long syscalls = d.counter(Abi.CTR_SYSCALLS);
    assertEquals(0, d.turn(50_000_000));
    // A spinning loop makes tens of thousands; a wait that is split a few times is none.
    assertTrue(d.counter(Abi.CTR_WAITS) - waits < 200, "waits " + (d.counter(Abi.CTR_WAITS) - waits));
    assertTrue(d.counter(Abi.CTR_SYSCALLS) - syscalls < 400, "system calls " + (d.counter(Abi.CTR_SYSCALLS) - syscalls));
    assertEquals(-Abi.ECONNRESET, d.await(d.submit(Abi.OP_RECV, 0, p.handle())).result());
  }

  @Test
  void watchSeesTheEndBehindUnreadData() throws Exception {
    Pair p = pair();
    byte[] data = Content.of(6, 5000);
    long watch = d.submit(Abi.OP_WATCH, 0, p.handle());
    p.write(data);
    d.settle();
    assertTrue(d.oracle.isOpen(watch), "data is no end");
    p.peer().shutdownOutput();
    Completion c = d.await(watch);
    assertEquals(0, c.result());
    assertTrue(c.isEndOfStream());
    long recv = d.submit(Abi.OP_RECV, Abi.SQE_MULTISHOT, p.handle());
    int position = 0;
    for (c = d.next(recv); !c.isTerminal(); c = d.next(recv)) {
      byte[] piece = d.data(c);
      Content.verify(piece, 6, position);
      position += piece.length;
    }
    assertEquals(data.length, position);
    assertTrue(c.isEndOfStream());
  }

  @Test
  void aCancelledWatchLosesNothing() throws Exception {
    Pair p = pair();
    long watch = d.submit(Abi.OP_WATCH, 0, p.handle());
    p.write(Content.of(6, 3000));
    d.settle();
    assertEquals(0, d.await(d.submitCancel(p.handle(), watch)).result());
    assertEquals(-Abi.ECANCELED, d.await(watch).result());
    p.write(Content.of(6, 3000, 3000));
    long recv = d.submit(Abi.OP_RECV, Abi.SQE_MULTISHOT, p.handle());
    int position = 0;
    while (position < 6000) {
      byte[] piece = d.data(d.next(recv));
      Content.verify(piece, 6, position);
      position += piece.length;
    }
  }

  @Test
  void watchSeesAReset() throws Exception {
    Pair p = pair();
    long watch = d.submit(Abi.OP_WATCH, 0, p.handle());
    d.settle();
    p.reset();
    Completion c = d.await(watch);
    assertEquals(-Abi.ECONNRESET, c.result());
  }

  /** The JDK tells a reset behind the end to a send only. */
  @Test
  void aMultishotWatchSeesTheEndAndAResetBehindIt() throws Exception {
    Pair p = pair();
    long watch = d.submit(Abi.OP_WATCH, Abi.SQE_MULTISHOT, p.handle());
    p.write(Content.of(6, 100));
    p.peer().shutdownOutput();
    Completion end = d.next(watch);
    assertEquals(0, end.result());
    assertTrue(end.isEndOfStream());
    assertFalse(end.isTerminal());
    d.settle();
    p.reset();
    if (cell.isNio()) {
      d.settle();
      assertTrue(d.oracle.isOpen(watch));
      assertTrue(d.await(d.submitSend(p.handle(), 0, new byte[1])).result() < 0);
      assertEquals(0, d.await(d.submitCancel(p.handle(), watch)).result());
      assertEquals(-Abi.ECANCELED, d.await(watch).result());
      return;
    }
    Completion failed = d.await(watch);
    assertTrue(failed.result() == -Abi.EPIPE || failed.result() == -Abi.ECONNRESET, failed.toString());
  }
}
