package io.sluice.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.contract.Peers.Pair;
import io.sluice.internal.abi.Abi;
import io.sluice.internal.abi.CompletionRing;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * C7: entries of random bytes, and valid entries with random faults, never crash the process and are each answered once.
 * The seed is printed; {@code -Dsluice.seed=} replays it. Two things stay out of reach: real descriptors of this process in
 * ADOPT (they belong to others), and open files in SENDFILE.
 */
class FuzzIT extends ContractTest {
  private static final int ENTRIES = 40_000;
  private static final int BATCH = 50;

  private Random random;
  private ByteBuffer shared;
  private CompletionRing completions;
  private long listener;
  private Pair pair;
  private long lastToken;
  private final Map<Long, Integer> open = new HashMap<>();
  private final Set<Long> handles = new HashSet<>();

  FuzzIT(EngineCell cell) {
    super(cell);
  }

  @Test
  void c07RandomEntriesAreAnsweredAndCrashNothing() throws Exception {
    long seed = Long.getLong("sluice.seed", System.nanoTime());
    System.out.println("FuzzIT " + cell + ": -Dsluice.seed=" + seed);
    random = new Random(seed);
    pair = pair();
    listener = d.listen();
    handles.add(pair.handle());
    handles.add(listener);
    shared = d.shared.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    completions = new CompletionRing(shared);
    for (int i = 0; i < ENTRIES; i += BATCH) {
      for (int k = 0; k < BATCH; k++) {
        submit(random.nextInt(4) == 0 ? noise() : nearlyValid());
      }
      enter(0);
    }
    closeEverything();
    assertEquals(0, d.counter(Abi.CTR_OPENED) - d.counter(Abi.CTR_CLOSED), "seed " + seed);
    assertEquals(0, d.engine.destroy(false), "seed " + seed);
    d = null;
  }

  private void submit(RawSubmission e) {
    e.token = ++lastToken;
    open.put(e.token, e.op);
    e.writeTo(shared);
  }

  private void enter(long timeoutNanos) {
    RingDriver.check(d.engine.enter(timeoutNanos), "enter");
    while (completions.available() > 0) {
      int word = completions.flagsAndOp();
      long token = completions.token();
      assertTrue(open.containsKey(token), "token " + token + " answered twice or out of nowhere");
      if ((CompletionRing.flags(word) & Abi.CQE_MORE) == 0) {
        open.remove(token);
      }
      follow(CompletionRing.op(word), CompletionRing.flags(word));
      completions.advance();
    }
    completions.release();
  }

  private void follow(int op, int flags) {
    boolean opens = op == Abi.OP_LISTEN || op == Abi.OP_ACCEPT || op == Abi.OP_CONNECT || op == Abi.OP_ADOPT;
    if (opens && completions.result() == 0 && (flags & Abi.CQE_NOTE) == 0) {
      handles.add(completions.handle());
    } else if ((op == Abi.OP_CLOSE || op == Abi.OP_DETACH) && completions.result() >= 0) {
      handles.remove(completions.handle());
    }
    if ((flags & Abi.CQE_BUFFER) != 0) {
      d.offerReturn(completions.buffer());
    }
  }

  private void closeEverything() {
    long start = System.nanoTime();
    while (!handles.isEmpty() || !open.isEmpty()) {
      assertTrue(System.nanoTime() - start < RingDriver.DEADLINE_NANOS, "unanswered: " + open);
      for (long h : handles) {
        RawSubmission e = new RawSubmission();
        e.op = Abi.OP_CLOSE;
        e.flags = Abi.SQE_ABORT;
        e.handle = h;
        submit(e);
      }
      // CONNECTs that hang have no handle yet.
      for (Map.Entry<Long, Integer> o : Map.copyOf(open).entrySet()) {
        if (o.getValue() == Abi.OP_CONNECT) {
          RawSubmission e = new RawSubmission();
          e.op = Abi.OP_CANCEL;
          e.aux = o.getKey();
          submit(e);
        }
      }
      enter(5_000_000);
    }
  }

  private RawSubmission noise() {
    RawSubmission e = new RawSubmission();
    e.op = random.nextInt(256);
    e.flags = random.nextInt(256);
    e.group = random.nextInt(65536);
    e.len = random.nextInt();
    e.handle = random.nextLong();
    e.addr = random.nextLong();
    e.aux = random.nextLong();
    e.aux32 = random.nextInt();
    e.msgFlags = random.nextInt();
    e.msgStream = random.nextInt();
    e.msgPpid = random.nextInt();
    e.reserved = random.nextLong();
    return harmless(e);
  }

  private RawSubmission nearlyValid() {
    RawSubmission e = new RawSubmission();
    e.op = random.nextInt(Abi.OP_COUNT + 1);
    boolean takesHandle = e.op != Abi.OP_NOP && e.op != Abi.OP_LISTEN && e.op != Abi.OP_CONNECT && e.op != Abi.OP_ADOPT;
    e.handle = takesHandle ? handle() : 0;
    switch (e.op) {
      case Abi.OP_LISTEN, Abi.OP_CONNECT -> {
        e.addr = scratchOffset();
        e.aux32 = random.nextInt(3);
        e.aux = e.aux32 == 0 ? 0 : scratchOffset();
        scribble();
      }
      case Abi.OP_SEND -> {
        e.addr = random.nextInt(8) == 0 ? 64 : d.memoryBase + random.nextInt(4096);
        e.len = 1 + random.nextInt(2000);
      }
      case Abi.OP_SENDMSG -> {
        e.len = 1 + random.nextInt(3);
        e.addr = d.scratch.iovecs(d.memoryBase, 1 + random.nextInt(99), d.memoryBase + 5, random.nextInt(99), 3, 7);
      }
      case Abi.OP_CANCEL -> e.aux = lastToken - random.nextInt(30);
      default -> { }
    }
    e.flags = 1 << random.nextInt(7) & random.nextInt(256);
    if (random.nextInt(6) == 0) {
      e.len ^= 1 << random.nextInt(32);
    }
    return harmless(e);
  }

  /** Keeps away from descriptors and files that are not the test's. */
  private RawSubmission harmless(RawSubmission e) {
    if (e.op == Abi.OP_ADOPT) {
      e.aux32 = Integer.MIN_VALUE | e.aux32;
    } else if (e.op == Abi.OP_SENDFILE) {
      e.aux32 |= 1 << 30;
    } else if (e.op == Abi.OP_DETACH) {
      // A detached descriptor would be the test's to close, which it cannot do.
      e.reserved = 1;
    }
    return e;
  }

  private long handle() {
    int i = random.nextInt(8);
    if (i == 0) {
      return random.nextLong();
    }
    if (i == 1) {
      return pair.handle() + (1L << 32);
    }
    Long[] known = handles.toArray(Long[]::new);
    return known.length == 0 ? 0 : known[random.nextInt(known.length)];
  }

  private long scratchOffset() {
    int i = random.nextInt(8);
    if (i == 0) {
      return d.scratch.end() - random.nextInt(200);
    }
    return i == 1 ? random.nextLong() : d.scratch.begin() + random.nextInt(64) * 8L;
  }

  /** Random structures in the scratch area; loopback addresses only, so that no packet leaves the machine. */
  private void scribble() {
    ByteBuffer region = d.scratch.region();
    int at = d.scratch.begin() + random.nextInt(64) * 8;
    for (int i = 0; i < Abi.ADDR_BYTES_TOTAL; i += 8) {
      region.putLong(at + i, 0);
    }
    region.putShort(at + Abi.ADDR_FAMILY, (short) random.nextInt(3));
    region.putShort(at + Abi.ADDR_PORT, (short) (random.nextBoolean() ? 0 : 1 + random.nextInt(1000)));
    region.putInt(at + Abi.ADDR_BYTES, 127 | 1 << 24);
    if (random.nextInt(4) == 0) {
      region.put(at + random.nextInt(16), (byte) random.nextInt(256));
    }
  }
}
