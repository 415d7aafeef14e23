package io.sluice.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.contract.Peers.Pair;
import io.sluice.internal.abi.Abi;
import java.io.IOException;
import java.net.SocketException;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** C2: the terminal completion of the CLOSE is the last one that mentions a handle. */
class CloseIT extends ContractTest {
  private static final int MUCH = 6 << 20;

  CloseIT(EngineCell cell) {
    super(cell);
  }

  @Test
  void c02CloseEndsTheReceiveFirst() throws Exception {
    Pair p = pair();
    long recv = d.submit(Abi.OP_RECV, Abi.SQE_MULTISHOT, p.handle());
    d.settle();
    long close = d.submit(Abi.OP_CLOSE, 0, p.handle());
    assertEquals(0, d.await(close).result());
    Completion r = d.poll(c -> c.token() == recv);
    assertEquals(-Abi.ECANCELED, r.result());
    assertEquals(-1, p.peer().getInputStream().read());
  }

  @Test
  void c02CloseEndsTheAcceptFirst() {
    long listener = d.listen();
    long accept = Peers.submitAccept(d, listener, Abi.SQE_MULTISHOT);
    d.settle();
    d.close(listener);
    assertEquals(-Abi.ECANCELED, d.poll(c -> c.token() == accept).result());
  }

  @Test
  void c02CloseDropsWhatIsQueuedAndThePeerSeesAReset() throws Exception {
    Pair p = pair();
    long first = d.submitSend(p.handle(), 0, new byte[MUCH]);
    long second = d.submitSend(p.handle(), 0, new byte[100]);
    d.settle();
    d.close(p.handle());
    Completion c1 = d.poll(c -> c.token() == first);
    Completion c2 = d.poll(c -> c.token() == second);
    assertEquals(-Abi.ECANCELED, c1.result());
    assertTrue(c1.accepted() > 0 && c1.accepted() < MUCH, "accepted " + c1.accepted());
    assertEquals(-Abi.ECANCELED, c2.result());
    assertEquals(0, c2.accepted());
    assertReset(p); // A FIN would tell the peer that it has everything.
  }

  @Test
  void closeBehindSendsThatTheKernelTookEndsInGoodOrder() throws Exception {
    Pair p = pair();
    byte[] data = Content.of(3, 1000);
    d.await(d.submitSend(p.handle(), 0, data));
    d.await(d.submit(Abi.OP_SHUTDOWN, 0, p.handle()));
    d.close(p.handle());
    Content.verify(p.peer().getInputStream().readAllBytes(), 3, 0);
  }

  @Test
  void drainingCloseSendsEverythingFirst() throws Exception {
    Pair p = pair();
    byte[] data = Content.of(7, MUCH);
    long send = d.submitSend(p.handle(), 0, data);
    long close = d.submit(Abi.OP_CLOSE, Abi.SQE_DRAIN, p.handle());
    Future<byte[]> peer = Peers.inBackground(() -> p.peer().getInputStream().readAllBytes());
    assertEquals(MUCH, d.await(send).result());
    assertEquals(0, d.await(close).result());
    Content.verify(d.await(peer), 7, 0);
  }

  @Test
  void aDrainingHandleTakesNoNewWork() throws Exception {
    Pair p = pair();
    long send = d.submitSend(p.handle(), 0, new byte[MUCH]);
    long close = d.submit(Abi.OP_CLOSE, Abi.SQE_DRAIN, p.handle());
    assertEquals(-Abi.EALREADY, d.await(d.submitSend(p.handle(), 0, new byte[1])).result());
    assertEquals(-Abi.EALREADY, d.await(d.submit(Abi.OP_RECV, 0, p.handle())).result());
    assertEquals(-Abi.EALREADY, d.await(d.submit(Abi.OP_SHUTDOWN, 0, p.handle())).result());
    assertEquals(-Abi.EALREADY, d.await(d.submit(Abi.OP_DETACH, 0, p.handle())).result());
    assertEquals(-Abi.EALREADY, d.await(d.submit(Abi.OP_CLOSE, 0, p.handle())).result());
    assertTrue(d.oracle.isOpen(send) && d.oracle.isOpen(close));
    // A second CLOSE with ABORT turns the first into an abort.
    assertEquals(-Abi.EALREADY, d.await(d.submit(Abi.OP_CLOSE, Abi.SQE_ABORT, p.handle())).result());
    assertEquals(-Abi.ECANCELED, d.await(send).result());
    assertEquals(0, d.await(close).result());
    assertReset(p);
  }

  @Test
  void abortResetsTheConnection() throws Exception {
    Pair p = pair();
    d.submitSend(p.handle(), 0, new byte[MUCH]);
    d.settle();
    assertEquals(0, d.await(d.submit(Abi.OP_CLOSE, Abi.SQE_ABORT, p.handle())).result());
    assertReset(p);
  }

  @Test
  void abortWithoutTrafficResetsToo() throws Exception {
    Pair p = pair();
    assertEquals(0, d.await(d.submit(Abi.OP_CLOSE, Abi.SQE_ABORT, p.handle())).result());
    assertReset(p);
  }

  private static void assertReset(Pair p) {
    SocketException e = assertThrows(SocketException.class, () -> p.peer().getInputStream().readAllBytes());
    assertTrue(e.getMessage().contains("reset"), e.getMessage());
  }

  @Test
  void twoClosesInOneBatchEndTheHandleOnce() throws Exception {
    Pair p = pair();
    d.submit(Abi.OP_RECV, Abi.SQE_MULTISHOT, p.handle());
    d.settle();
    long first = d.submit(Abi.OP_CLOSE, 0, p.handle());
    long second = d.submit(Abi.OP_CLOSE, 0, p.handle());
    assertEquals(0, d.await(first).result());
    int answer = d.await(second).result();
    // The first may have ended before the second is looked at.
    assertTrue(answer == -Abi.EALREADY || answer == -Abi.ESTALE, "answer " + answer);
  }

  @Test
  void closeWithUnreadDataEndsEverything() throws IOException, Exception {
    for (int i = 0; i < 50; i++) {
      Pair p = pair();
      p.write(new byte[3000]);
      long recv = d.submit(Abi.OP_RECV, Abi.SQE_MULTISHOT, p.handle());
      d.submitSend(p.handle(), Abi.SQE_LAZY, new byte[100]);
      long close = d.submit(Abi.OP_CLOSE, 0, p.handle());
      assertEquals(0, d.await(close).result());
      d.await(recv);
    }
  }

  @Test
  void destroyIsRefusedWhileHandlesLive() {
    d.listen();
    assertEquals(-Abi.EBUSY, d.engine.destroy(false));
    d.settle();
  }

  @Test
  void forcedDestroyResetsWhatLives() throws Exception {
    RingDriver other = new RingDriver(cell.open(config()));
    Pair p = Peers.accept(other);
    closing(p.peer());
    other.submit(Abi.OP_RECV, Abi.SQE_MULTISHOT, p.handle());
    other.submitSend(p.handle(), 0, new byte[MUCH]);
    other.listen();
    other.settle();
    assertEquals(0, other.engine.destroy(true));
    assertReset(p);
    assertEquals(-Abi.EINVAL, other.engine.enter(0));
    other.engine.wake();
    assertTrue(other.counter(Abi.CTR_TURNS) > 0);
  }
}
