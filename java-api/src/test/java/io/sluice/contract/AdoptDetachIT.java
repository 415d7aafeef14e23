package io.sluice.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.contract.Peers.Pair;
import io.sluice.internal.abi.Abi;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A connection can change its loop: DETACH here, ADOPT there. */
class AdoptDetachIT extends ContractTest {
  private RingDriver other;

  AdoptDetachIT(EngineCell cell) {
    super(cell);
  }

  @BeforeEach
  void openOther() {
    other = new RingDriver(cell.open(sizes(0, 0, 2, 0)));
  }

  @AfterEach
  void closeOther() {
    other.finish();
  }

  private static long adopt(RingDriver d, int descriptor) {
    return d.submit(Abi.OP_ADOPT, 0, 0, 0, 0, 0, 0, descriptor, 0);
  }

  private int detach(long handle) {
    Completion c = d.await(d.submit(Abi.OP_DETACH, 0, handle));
    assertTrue(c.result() >= 0, "" + c);
    assertEquals(-Abi.ESTALE, d.await(d.submit(Abi.OP_CLOSE, 0, handle)).result());
    return c.result();
  }

  @Test
  void aConnectionMovesWithItsUnreadData() throws Exception {
    Pair p = pair();
    p.write(Content.of(1, 500));
    Completion adopted = other.await(adopt(other, detach(p.handle())));
    assertEquals(0, adopted.result());
    long recv = other.submit(Abi.OP_RECV, Abi.SQE_MULTISHOT, adopted.handle());
    Content.verify(other.data(other.next(recv)), 1, 0);
    assertEquals(100, other.await(other.submitSend(adopted.handle(), 0, Content.of(2, 100))).result());
    Content.verify(p.read(100), 2, 0);
    other.close(adopted.handle());
    assertEquals(-1, p.peer().getInputStream().read());
  }

  @Test
  void whatAWatchSawMovesToo() throws Exception {
    Pair p = pair();
    long watch = d.submit(Abi.OP_WATCH, 0, p.handle());
    p.write(Content.of(3, 500));
    d.settle();
    d.await(d.submitCancel(p.handle(), watch));
    d.await(watch);
    long handle = other.await(adopt(other, detach(p.handle()))).handle();
    p.write(Content.of(3, 500, 500));
    int position = 0;
    long recv = other.submit(Abi.OP_RECV, Abi.SQE_MULTISHOT, handle);
    while (position < 1000) {
      byte[] data = other.data(other.next(recv));
      Content.verify(data, 3, position);
      position += data.length;
    }
  }

  /** It was connected: its descriptor must not be refused by everybody, for then nobody could close it. */
  @Test
  void aConnectionThatThePeerResetMovesToo() throws Exception {
    Pair p = pair();
    int descriptor = detach(p.handle());
    p.peer().setSoLinger(true, 0);
    p.peer().close();
    Completion adopted = other.await(adopt(other, descriptor));
    assertEquals(0, adopted.result());
    Completion end = other.await(other.submit(Abi.OP_RECV, Abi.SQE_MULTISHOT, adopted.handle()));
    assertEquals(-Abi.ECONNRESET, end.result());
    other.close(adopted.handle());
  }

  @Test
  void aListenerMoves() throws Exception {
    long listener = d.listen();
    Completion adopted = other.await(adopt(other, detach(listener)));
    long accept = Peers.submitAccept(other, adopted.handle(), 0);
    try (Socket s = Peers.connect(other.inetAddress(adopted.handle()))) {
      Completion c = other.await(accept);
      assertEquals(0, c.result());
      assertEquals(s.getLocalSocketAddress(), other.peerAddress(c.handle()));
    }
  }

  @Test
  void aRefusedDescriptorStaysTheCallers() throws Exception {
    long first = other.listen();
    other.listen();
    Pair p = pair();
    int descriptor = detach(p.handle());
    assertEquals(-Abi.ENOMEM, other.await(adopt(other, descriptor)).result());
    other.close(first);
    Completion c = other.await(adopt(other, descriptor));
    assertEquals(0, c.result());
    p.write(new byte[] {5});
    assertEquals(5, other.data(other.await(other.submit(Abi.OP_RECV, 0, c.handle())))[0]);
  }

  private static ByteBuffer number(int n) {
    return ByteBuffer.allocateDirect(4).order(ByteOrder.LITTLE_ENDIAN).putInt(0, n);
  }

  @Test
  void aDescriptorThatNobodyAdoptsIsClosedWithAReset() throws Exception {
    Pair p = pair();
    int descriptor = detach(p.handle());
    assertEquals(0, other.engine.control(0, Abi.CONTROL_CLOSE_SOCKET, number(descriptor)), "by whichever loop");
    SocketException e = assertThrows(SocketException.class, () -> p.peer().getInputStream().read());
    assertTrue(e.getMessage().contains("reset"), e.getMessage());
    assertEquals(-Abi.EINVAL, other.engine.control(0, Abi.CONTROL_CLOSE_SOCKET, number(descriptor)), "a second time");
  }

  @Test
  void whatIsNoDetachedSocketIsNotClosed() {
    long listener = d.listen();
    for (int n : new int[] {-1, 0, Integer.MAX_VALUE}) {
      assertEquals(-Abi.EINVAL, d.engine.control(0, Abi.CONTROL_CLOSE_SOCKET, number(n)), "descriptor " + n);
    }
    assertEquals(-Abi.EINVAL, d.engine.control(0, Abi.CONTROL_CLOSE_SOCKET, ByteBuffer.allocateDirect(3)));
    assertEquals(-Abi.EINVAL, d.engine.control(listener, Abi.CONTROL_CLOSE_SOCKET, number(1)));
    d.close(listener);
  }

  @Test
  void detachWaitsForNobody() throws Exception {
    Pair p = pair();
    d.submit(Abi.OP_RECV, Abi.SQE_MULTISHOT, p.handle());
    assertEquals(-Abi.EBUSY, d.await(d.submit(Abi.OP_DETACH, 0, p.handle())).result());
    assertEquals(-Abi.EINVAL, d.await(adopt(d, -1)).result());
  }
}
