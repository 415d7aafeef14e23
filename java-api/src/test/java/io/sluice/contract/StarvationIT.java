package io.sluice.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.contract.Peers.Pair;
import io.sluice.internal.abi.Abi;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** C9: an empty pool parks receives; returned buffers let them go on. */
class StarvationIT extends ContractTest {
  private static final int CONNECTIONS = 6;

  StarvationIT(EngineCell cell) {
    super(cell);
  }

  private static final class Reader {
    final Pair pair;
    final long recv;
    int position;

    Reader(Pair pair, long recv) {
      this.pair = pair;
      this.recv = recv;
    }
  }

  @Test
  void c09EveryoneGoesOnWhenBuffersComeBack() throws Exception {
    int total = 64 << 10;
    List<Reader> readers = new ArrayList<>();
    for (int i = 0; i < CONNECTIONS; i++) {
      Pair p = pair();
      readers.add(new Reader(p, d.submit(Abi.OP_RECV, Abi.SQE_MULTISHOT, p.handle())));
    }
    d.settle();
    for (int i = 0; i < CONNECTIONS; i++) {
      readers.get(i).pair.write(Content.of(i, total));
    }
    // Nobody returns a buffer: the pool runs dry, and that is no error.
    d.awaitCondition(() -> d.counter(Abi.CTR_BUFFERS_OUT) == RingDriver.POOL_BUFFERS && d.counter(Abi.CTR_STARVED) > 0, "the pool is dry");
    d.settle();
    assertTrue(d.unclaimed.stream().allMatch(Completion::hasBuffer), "" + d.unclaimed);
    for (int i = 0; i < CONNECTIONS; i++) {
      drain(i, readers.get(i), total);
    }
    for (int i = 0; i < CONNECTIONS; i++) {
      while (readers.get(i).position < total) {
        takeOne(readers);
      }
    }
    d.turn(0);
    assertEquals(0, d.counter(Abi.CTR_BUFFERS_OUT));
  }

  /** What is there of one reader, without waiting. */
  private void drain(int identity, Reader r, int total) {
    for (Completion c = d.poll(x -> x.token() == r.recv); c != null; c = d.poll(x -> x.token() == r.recv)) {
      consume(identity, r, c);
    }
    assertTrue(r.position <= total);
  }

  private void takeOne(List<Reader> readers) {
    Completion c = d.await(x -> x.op() == Abi.OP_RECV, "data");
    for (int i = 0; i < readers.size(); i++) {
      if (readers.get(i).recv == c.token()) {
        consume(i, readers.get(i), c);
      }
    }
  }

  private void consume(int identity, Reader r, Completion c) {
    byte[] data = d.data(c);
    Content.verify(data, identity, r.position);
    r.position += data.length;
  }

  @Test
  void aParkedReceiveCanBeCancelledAndClosed() throws Exception {
    List<Completion> held = exhaustPool();
    Pair second = pair();
    second.write(new byte[10]);
    long recv = d.submit(Abi.OP_RECV, 0, second.handle());
    d.awaitCondition(() -> d.counter(Abi.CTR_STARVED) > 1, "the second is parked");
    assertEquals(0, d.await(d.submitCancel(second.handle(), recv)).result());
    assertEquals(-Abi.ECANCELED, d.await(recv).result());
    long again = d.submit(Abi.OP_RECV, 0, second.handle());
    d.settle();
    assertEquals(0, d.close(second.handle()).result());
    assertEquals(-Abi.ECANCELED, d.await(again).result());
    for (Completion c : held) {
      d.giveBack(c);
    }
    d.settle();
  }

  private List<Completion> exhaustPool() throws Exception {
    Pair first = pair();
    long recv = d.submit(Abi.OP_RECV, Abi.SQE_MULTISHOT, first.handle());
    first.write(new byte[RingDriver.POOL_BUFFERS * RingDriver.POOL_BUFFER_BYTES + 4096]);
    List<Completion> held = new ArrayList<>();
    d.awaitCondition(
        () -> {
          for (Completion c = d.poll(x -> x.token() == recv); c != null; c = d.poll(x -> x.token() == recv)) {
            held.add(c);
          }
          return d.counter(Abi.CTR_BUFFERS_OUT) == RingDriver.POOL_BUFFERS && d.counter(Abi.CTR_STARVED) > 0;
        },
        "the pool is dry");
    return held;
  }

  @Test
  void aDryPoolDoesNotSpin() throws Exception {
    List<Completion> held = exhaustPool();
    d.settle();
    long before = d.counter(Abi.CTR_SYSCALLS);
    assertEquals(0, d.turn(50_000_000));
    assertTrue(d.counter(Abi.CTR_SYSCALLS) - before < 400, "system calls " + (d.counter(Abi.CTR_SYSCALLS) - before));
    held.forEach(d::giveBack);
  }
}
