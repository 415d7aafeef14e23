package io.sluice.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.contract.Peers.Pair;
import io.sluice.internal.abi.Abi;
import java.nio.ByteBuffer;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** C5: received data is in order, and its buffers are the caller's until returned. */
class ReceiveIT extends ContractTest {
  ReceiveIT(EngineCell cell) {
    super(cell);
  }

  @Test
  void c05AStreamArrivesInOrderThroughRecycledBuffers() throws Exception {
    Pair p = pair();
    int total = 4 << 20;
    Future<Void> peer =
        Peers.inBackground(
            () -> {
              for (int at = 0; at < total; at += 8192) {
                p.write(Content.of(5, at, 8192));
              }
              return null;
            });
    long recv = d.submit(Abi.OP_RECV, Abi.SQE_MULTISHOT, p.handle());
    int position = 0;
    while (position < total) {
      Completion c = d.next(recv);
      assertTrue(c.result() > 0 && (c.flags() & Abi.CQE_MORE) != 0, "" + c);
      byte[] data = d.data(c);
      Content.verify(data, 5, position);
      position += data.length;
    }
    d.await(peer);
    assertEquals(total, d.counter(Abi.CTR_BYTES_RECEIVED));
  }

  @Test
  void receiveOnceTakesOneBuffer() throws Exception {
    Pair p = pair();
    for (int i = 0; i < 20; i++) {
      p.write(Content.of(i, 100));
      Completion c = d.await(d.submit(Abi.OP_RECV, 0, p.handle()));
      assertEquals(Abi.CQE_BUFFER, c.flags());
      assertArrayEquals(Content.of(i, 100), d.data(c));
    }
  }

  @Test
  void dataThatWaitsIsReceivedAtOnce() throws Exception {
    Pair p = pair();
    p.write(new byte[100]);
    d.settle();
    assertEquals(100, d.data(d.await(d.submit(Abi.OP_RECV, 0, p.handle()))).length);
    p.write(new byte[50]);
    d.settle();
    assertEquals(50, d.data(d.await(d.submit(Abi.OP_RECV, 0, p.handle()))).length);
  }

  @Test
  void c05HeldBuffersAreNotOverwritten() throws Exception {
    Pair p = pair();
    long recv = d.submit(Abi.OP_RECV, Abi.SQE_MULTISHOT, p.handle());
    p.write(Content.of(1, 1000));
    Completion held = d.next(recv);
    for (int i = 0; i < 100; i++) {
      p.write(Content.of(i, 1000));
      int got = 0;
      while (got < 1000) {
        got += d.data(d.next(recv)).length;
      }
    }
    Content.verify(d.peek(held), 1, 0);
    d.giveBack(held);
  }

  @Test
  void aSecondReceiveIsBusy() throws Exception {
    Pair p = pair();
    long recv = d.submit(Abi.OP_RECV, Abi.SQE_MULTISHOT, p.handle());
    assertEquals(-Abi.EBUSY, d.await(d.submit(Abi.OP_RECV, 0, p.handle())).result());
    assertEquals(-Abi.EBUSY, d.await(d.submit(Abi.OP_WATCH, 0, p.handle())).result());
    assertEquals(-Abi.EBUSY, d.await(d.submit(Abi.OP_DETACH, 0, p.handle())).result());
    p.write(new byte[10]);
    assertEquals(10, d.data(d.next(recv)).length);
  }

  @Test
  void aBufferReturnedTwiceIsIgnoredAndCounted() throws Exception {
    Pair p = pair();
    p.write(new byte[10]);
    Completion c = d.await(d.submit(Abi.OP_RECV, 0, p.handle()));
    assertEquals(1, d.counter(Abi.CTR_BUFFERS_OUT));
    d.giveBack(c);
    d.offerReturn(c.buffer());
    d.offerReturn(9 << 16);
    d.offerReturn(0xffff_ffff);
    d.turn(0);
    assertEquals(3, d.counter(Abi.CTR_BAD_RETURNS));
    assertEquals(0, d.counter(Abi.CTR_BUFFERS_OUT));
    // The pool still has each buffer once: the driver's oracle sees a buffer that goes out twice.
    long recv = d.submit(Abi.OP_RECV, Abi.SQE_MULTISHOT, p.handle());
    for (int i = 0; i < RingDriver.POOL_BUFFERS; i++) {
      p.write(new byte[10]);
      d.next(recv);
    }
    assertEquals(RingDriver.POOL_BUFFERS, d.counter(Abi.CTR_BUFFERS_OUT));
  }

  @Test
  void severalPoolsKeepApart() throws Exception {
    ByteBuffer slab = ByteBuffer.allocateDirect(64 * 4);
    assertEquals(0, d.engine.addPool(3, slab, 64, 4));
    assertEquals(-Abi.EBUSY, d.engine.addPool(3, slab, 64, 4));
    Pair p = pair();
    p.write(Content.of(8, 64));
    Completion c = d.await(d.submit(Abi.OP_RECV, 0, 3, 0, p.handle(), 0, 0, 0, 0));
    assertEquals(3, c.buffer() >>> 16);
    byte[] got = new byte[c.result()];
    slab.get((c.buffer() & 0xffff) * 64 + c.detail(), got);
    Content.verify(got, 8, 0);
    d.giveBack(c);
  }

  @Test
  void poolsOutsideTheirRangesAreRefused() {
    ByteBuffer slab = ByteBuffer.allocateDirect(64 * 1024);
    assertEquals(-Abi.EINVAL, d.engine.addPool(16, slab, 64, 4));
    assertEquals(-Abi.EINVAL, d.engine.addPool(4, slab, 63, 4));
    assertEquals(-Abi.EINVAL, d.engine.addPool(4, slab, 64, 3));
    assertEquals(-Abi.EINVAL, d.engine.addPool(4, slab, 64, 1));
  }
}
