package io.sluice.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.contract.Peers.Pair;
import io.sluice.internal.abi.Abi;
import io.sluice.internal.engine.EngineConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** A completion ring of eight entries: completions wait, none is lost, order stays. */
class OverflowIT extends ContractTest {
  private static final int CQ = 8;

  OverflowIT(EngineCell cell) {
    super(cell);
  }

  @Override
  EngineConfig config() {
    return sizes(64, CQ, 0, 0);
  }

  @Test
  void submissionsWaitWhileThereIsNoRoomToAnswer() {
    List<Long> tokens = new ArrayList<>();
    for (int i = 0; i < 64; i++) {
      tokens.add(d.submit(Abi.OP_NOP, 0, 0));
    }
    for (int i = 0; i < 3; i++) {
      assertEquals(CQ, d.enterOnly(0));
    }
    assertEquals(CQ, d.enterOnly(RingDriver.DEADLINE_NANOS), "a full ring is a reason not to wait");
    for (long t : tokens) {
      assertEquals(0, d.await(t).result());
    }
  }

  @Test
  void aCloseThatEndsMuchOverflowsAndLosesNothing() throws Exception {
    Pair p = pair();
    long recv = d.submit(Abi.OP_RECV, Abi.SQE_MULTISHOT, p.handle());
    d.submitSend(p.handle(), 0, new byte[6 << 20]);
    for (int i = 0; i < 50; i++) {
      d.submitSend(p.handle(), 0, new byte[1]);
    }
    d.settle();
    long close = d.submit(Abi.OP_CLOSE, 0, p.handle());
    assertEquals(CQ, d.enterOnly(RingDriver.DEADLINE_NANOS));
    assertEquals(0, d.await(close).result());
    assertTrue(d.counter(Abi.CTR_CQ_OVERFLOWS) > 0);
    assertEquals(-Abi.ECANCELED, d.poll(c -> c.token() == recv).result());
    assertEquals(51, d.unclaimed.stream().filter(c -> c.op() == Abi.OP_SEND && c.result() == -Abi.ECANCELED).count());
    d.unclaimed.clear();
  }

  @Test
  void aFloodThroughASmallRingStaysInOrder() throws Exception {
    Pair p = pair();
    int total = 2 << 20;
    Future<Void> peer =
        Peers.inBackground(
            () -> {
              p.write(Content.of(9, total));
              return null;
            });
    long recv = d.submit(Abi.OP_RECV, Abi.SQE_MULTISHOT, p.handle());
    int position = 0;
    while (position < total) {
      d.enterOnly(1_000_000);
      byte[] data = d.data(d.next(recv));
      Content.verify(data, 9, position);
      position += data.length;
    }
    d.await(peer);
  }
}
