package io.sluice.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.contract.Peers.Pair;
import io.sluice.internal.abi.Abi;
import io.sluice.internal.engine.EngineConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** C4: SENDs run in order, whole or with an error and a count. */
class SendOrderIT extends ContractTest {
  private static final int MAX_OPS = 128;

  SendOrderIT(EngineCell cell) {
    super(cell);
  }

  @Override
  EngineConfig config() {
    return sizes(0, 0, 0, MAX_OPS);
  }

  @Test
  void c04ManySendsToASlowReaderArriveInOrder() throws Exception {
    Pair p = pair();
    List<Long> tokens = new ArrayList<>();
    int position = 0;
    for (int i = 0; i < 100; i++) {
      int length = 1 + i * 731 % 60_000;
      tokens.add(d.submitSend(p.handle(), i % 3 == 0 ? Abi.SQE_LAZY : 0, Content.of(1, position, length)));
      position += length;
    }
    d.settle();
    int total = position;
    Future<byte[]> peer = Peers.inBackground(() -> p.read(total));
    Content.verify(d.await(peer), 1, 0);
    for (int i = 0; i < 100; i++) {
      assertEquals(1 + i * 731 % 60_000, d.await(tokens.get(i)).result());
    }
  }

  @Test
  void c04CompletionsComeInSubmissionOrder() throws Exception {
    Pair p = pair();
    for (int i = 0; i < 100; i++) {
      d.submitSend(p.handle(), 0, new byte[10]);
    }
    p.peer().getInputStream();
    d.awaitCondition(() -> d.unclaimed.size() == 100, "all are answered");
    for (int i = 1; i < 100; i++) {
      assertTrue(d.unclaimed.get(i - 1).token() < d.unclaimed.get(i).token());
    }
    d.unclaimed.clear();
    p.read(1000);
  }

  @Test
  void aGatheredSendIsOneOperation() throws Exception {
    Pair p = pair();
    long[] pieces = new long[Abi.MAX_IOV * 2];
    int position = 0;
    for (int i = 0; i < Abi.MAX_IOV; i++) {
      byte[] piece = Content.of(2, position, 1 + i * 37);
      pieces[i * 2] = d.put(piece);
      pieces[i * 2 + 1] = piece.length;
      position += piece.length;
    }
    long token = d.submit(Abi.OP_SENDMSG, 0, 0, Abi.MAX_IOV, p.handle(), d.scratch.iovecs(pieces), 0, 0, Abi.MSG_MORE);
    assertEquals(position, d.await(token).result());
    // Whatever MSG_MORE held back goes with the next one.
    byte[] end = {1, 2, 3};
    d.await(d.submitSend(p.handle(), 0, end));
    Content.verify(p.read(position), 2, 0);
    assertArrayEquals(end, p.read(3));
  }

  @Test
  void c04AResetTellsHowMuchWasAccepted() throws Exception {
    Pair p = pair();
    long big = d.submitSend(p.handle(), 0, new byte[6 << 20]);
    long queued = d.submitSend(p.handle(), 0, new byte[10]);
    d.settle();
    assertTrue(d.oracle.isOpen(big));
    p.reset();
    Completion c = d.await(big);
    assertTrue(c.result() == -Abi.ECONNRESET || c.result() == -Abi.EPIPE, "" + c);
    assertTrue(c.accepted() > 0 && c.accepted() < 6 << 20, "accepted " + c.accepted());
    assertTrue(c.detail() == 104 || c.detail() == 32, "errno " + c.detail());
    Completion later = d.await(queued);
    assertEquals(-Abi.ECANCELED, later.result());
    assertEquals(0, later.accepted());
    assertEquals(-Abi.ECANCELED, d.await(d.submitSend(p.handle(), 0, new byte[1])).result());
  }

  @Test
  void shutdownRunsBehindTheQueueAndRefusesLaterSends() throws Exception {
    Pair p = pair();
    byte[] data = Content.of(3, 5 << 20);
    long send = d.submitSend(p.handle(), 0, data);
    long shutdown = d.submit(Abi.OP_SHUTDOWN, 0, p.handle());
    long late = d.submitSend(p.handle(), 0, new byte[1]);
    assertEquals(-Abi.EPIPE, d.await(late).result());
    Future<byte[]> peer = Peers.inBackground(() -> p.peer().getInputStream().readAllBytes());
    assertArrayEquals(data, d.await(peer));
    assertEquals(data.length, d.await(send).result());
    assertEquals(0, d.await(shutdown).result());
    // The other direction is open.
    p.write(new byte[] {9});
    assertEquals(9, d.data(d.await(d.submit(Abi.OP_RECV, 0, p.handle())))[0]);
    // A second one does no harm.
    assertEquals(0, d.await(d.submit(Abi.OP_SHUTDOWN, 0, p.handle())).result());
  }

  @Test
  void thePieceThatFindsNoRoomIsTheLastOneAndTheQueueGoesOn() throws Exception {
    Pair p = pair();
    long blocker = d.submitSend(p.handle(), 0, new byte[6 << 20]);
    d.settle();
    List<Long> tokens = new ArrayList<>();
    for (int i = 0; i < MAX_OPS + 10; i++) {
      tokens.add(d.submitSend(p.handle(), 0, new byte[1]));
    }
    d.settle();
    assertEquals(1, answered(tokens, -Abi.ENOMEM));
    assertEquals(10, answered(tokens, -Abi.ECANCELED), "nothing may follow the gap");
    Future<byte[]> peer = Peers.inBackground(() -> p.read((6 << 20) + MAX_OPS - 1));
    d.await(peer);
    assertEquals(6 << 20, d.await(blocker).result());
    assertEquals(-Abi.ECANCELED, d.await(d.submitSend(p.handle(), 0, new byte[1])).result(), "also when there is room again");
  }

  private long answered(List<Long> tokens, int result) {
    return tokens.stream().filter(t -> d.poll(c -> c.token() == t && c.result() == result) != null).count();
  }

  @Test
  void sendingToAPeerThatIsGoneFails() throws Exception {
    Pair p = pair();
    p.peer().close();
    // The first one provokes the RST, a later one hears of it.
    Completion c = d.await(d.submitSend(p.handle(), 0, new byte[1]));
    for (int i = 0; i < 1_000_000 && c.result() > 0; i++) {
      long token = d.submit(Abi.OP_SEND, 0, 0, 1, p.handle(), d.memoryBase, 0, 0, 0);
      c = d.await(token);
    }
    assertTrue(c.result() == -Abi.ECONNRESET || c.result() == -Abi.EPIPE, "" + c);
  }
}
