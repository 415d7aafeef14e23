package io.sluice.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.contract.Peers.Pair;
import io.sluice.internal.abi.Abi;
import io.sluice.internal.abi.CompletionRing;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** C7: every field of every operation that does not belong there is EINVAL, and does nothing. */
class MalformedIT extends ContractTest {
  private static final Map<String, Consumer<RawSubmission>> FIELDS = new LinkedHashMap<>();

  static {
    FIELDS.put("flags", e -> e.flags |= 0x80);
    FIELDS.put("multishot", e -> e.flags |= Abi.SQE_MULTISHOT);
    FIELDS.put("lazy", e -> e.flags |= Abi.SQE_LAZY);
    FIELDS.put("abort", e -> e.flags |= Abi.SQE_ABORT);
    FIELDS.put("drain", e -> e.flags |= Abi.SQE_DRAIN);
    FIELDS.put("zerocopy", e -> e.flags |= Abi.SQE_ZEROCOPY);
    FIELDS.put("group", e -> e.group = 1);
    FIELDS.put("len", e -> e.len = 1);
    FIELDS.put("handle", e -> e.handle = 1L << 32);
    FIELDS.put("addr", e -> e.addr = 8);
    FIELDS.put("aux", e -> e.aux = 8);
    FIELDS.put("aux32", e -> e.aux32 = 1);
    FIELDS.put("msg_flags", e -> e.msgFlags |= Abi.MSG_MORE);
    FIELDS.put("msg_flags high", e -> e.msgFlags |= 2);
    FIELDS.put("msg_stream", e -> e.msgStream = 1);
    FIELDS.put("msg_ppid", e -> e.msgPpid = 1);
    FIELDS.put("reserved", e -> e.reserved = 1);
  }

  /** The fields an operation may set. */
  private static final Map<Integer, Set<String>> USED =
      Map.ofEntries(
          Map.entry(Abi.OP_NOP, Set.of()),
          Map.entry(Abi.OP_LISTEN, Set.of("len", "addr", "aux", "aux32")),
          Map.entry(Abi.OP_ACCEPT, Set.of("handle", "multishot", "aux", "aux32")),
          Map.entry(Abi.OP_CONNECT, Set.of("addr", "aux", "aux32")),
          Map.entry(Abi.OP_RECV, Set.of("handle", "multishot", "group")),
          Map.entry(Abi.OP_SEND, Set.of("handle", "len", "addr", "lazy", "zerocopy", "msg_flags")),
          Map.entry(Abi.OP_SENDMSG, Set.of("handle", "len", "addr", "lazy", "msg_flags")),
          Map.entry(Abi.OP_SHUTDOWN, Set.of("handle", "lazy")),
          Map.entry(Abi.OP_CLOSE, Set.of("handle", "abort", "drain")),
          Map.entry(Abi.OP_CANCEL, Set.of("handle", "aux")),
          Map.entry(Abi.OP_ADOPT, Set.of("aux32")),
          Map.entry(Abi.OP_DETACH, Set.of("handle")),
          Map.entry(Abi.OP_SENDFILE, Set.of("handle", "len", "addr", "aux32", "lazy")),
          Map.entry(Abi.OP_WATCH, Set.of("handle", "multishot")));

  private ByteBuffer shared;
  private CompletionRing completions;
  private Pair pair;
  private long listener;
  private long token;

  MalformedIT(EngineCell cell) {
    super(cell);
  }

  @BeforeEach
  void handles() throws Exception {
    pair = pair();
    listener = d.listen();
    shared = d.shared.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    completions = new CompletionRing(shared);
  }

  /** The driver's ring objects do not know of the entries written here: the handles are closed the same way. */
  @AfterEach
  void closeByHand() {
    for (long h : new long[] {pair.handle(), listener}) {
      RawSubmission e = new RawSubmission();
      e.op = Abi.OP_CLOSE;
      e.handle = h;
      assertEquals(0, result(e));
    }
    assertEquals(0, d.counter(Abi.CTR_OPENED) - d.counter(Abi.CTR_CLOSED));
    assertEquals(0, d.engine.destroy(false));
    d = null;
  }

  /** Submits one entry and returns what it was answered. */
  private int result(RawSubmission e) {
    e.token = ++token;
    e.writeTo(shared);
    long start = System.nanoTime();
    while (System.nanoTime() - start < RingDriver.DEADLINE_NANOS) {
      RingDriver.check(d.engine.enter(1_000_000), "enter");
      while (completions.available() > 0) {
        boolean mine = completions.token() == token;
        int result = completions.result();
        completions.advance();
        completions.release();
        if (mine) {
          return result;
        }
      }
    }
    throw new AssertionError("no answer to " + e);
  }

  private RawSubmission entry(int op, boolean withHandle) {
    RawSubmission e = new RawSubmission();
    e.op = op;
    e.handle = withHandle ? op == Abi.OP_ACCEPT ? listener : pair.handle() : 0;
    return e;
  }

  private void expectInvalid(RawSubmission e, String what) {
    long before = d.counter(Abi.CTR_INVALID);
    assertEquals(-Abi.EINVAL, result(e), () -> what + ": " + e);
    assertEquals(before + 1, d.counter(Abi.CTR_INVALID), what);
  }

  @Test
  void c07FieldsThatAnOperationDoesNotUseMustBeZero() {
    USED.forEach(
        (op, used) ->
            FIELDS.forEach(
                (name, set) -> {
                  if (!used.contains(name)) {
                    RawSubmission e = entry(op, used.contains("handle"));
                    set.accept(e);
                    expectInvalid(e, "operation " + op + " with " + name);
                  }
                }));
  }

  @Test
  void c07UnknownOperationsAreInvalid() {
    for (int op : new int[] {Abi.OP_COUNT, Abi.OP_COUNT + 1, 100, 255}) {
      expectInvalid(entry(op, false), "operation " + op);
    }
  }

  @Test
  void c07OffsetsMustPointIntoTheScratchArea() {
    int end = d.scratch.end();
    long[] offsets = {0, 8, d.scratch.begin() - 8, d.scratch.begin() + 4, end - 8, end, -8, Long.MAX_VALUE & -8, 1L << 32};
    for (long offset : offsets) {
      for (int op : new int[] {Abi.OP_LISTEN, Abi.OP_CONNECT}) {
        RawSubmission e = entry(op, false);
        e.addr = offset;
        expectInvalid(e, "address at " + offset);
        e.addr = d.scratch.address(Peers.ANY_PORT);
        e.aux = offset;
        e.aux32 = 2;
        expectInvalid(e, "options at " + offset);
      }
      RawSubmission e = entry(Abi.OP_ACCEPT, true);
      e.aux = offset;
      e.aux32 = 2;
      expectInvalid(e, "options at " + offset);
      e = entry(Abi.OP_SENDMSG, true);
      e.addr = offset;
      e.len = 3;
      expectInvalid(e, "iovecs at " + offset);
    }
  }

  @Test
  void c07MalformedStructuresAreInvalid() {
    expectInvalidAddress(b -> b.putShort(Abi.ADDR_FAMILY, (short) 0), "family 0");
    expectInvalidAddress(b -> b.putShort(Abi.ADDR_FAMILY, (short) 9), "family 9");
    expectInvalidAddress(b -> b.putInt(12, 1), "reserved");
    expectInvalidAddress(b -> b.putLong(120, 1), "reserved2");
    expectInvalidAddress(b -> b.putInt(Abi.ADDR_PATH_LEN, 3), "path of an IPv4 address");
    expectInvalidAddress(b -> b.putShort(Abi.ADDR_FAMILY, (short) Abi.FAMILY_UNIX).putShort(Abi.ADDR_PORT, (short) 0)
        .putInt(Abi.ADDR_PATH_LEN, Abi.PATH_MAX + 1), "long path");
    expectInvalidAddress(b -> b.putShort(Abi.ADDR_FAMILY, (short) Abi.FAMILY_UNIX).putInt(Abi.ADDR_PATH_LEN, -1), "negative path");
    for (long[] iov : new long[][] {{d.memoryBase, 0}, {d.memoryBase, -1}, {d.memoryBase, 1L << 31}, {d.memoryBase, Long.MAX_VALUE}}) {
      RawSubmission e = entry(Abi.OP_SENDMSG, true);
      e.addr = d.scratch.iovecs(iov);
      e.len = 1;
      expectInvalid(e, "iovec of length " + iov[1]);
    }
    RawSubmission e = entry(Abi.OP_SENDMSG, true);
    e.addr = d.scratch.iovecs(d.memoryBase, Integer.MAX_VALUE, d.memoryBase, 1);
    e.len = 2;
    expectInvalid(e, "iovecs of more than 2^31-1 bytes");
  }

  private void expectInvalidAddress(Consumer<ByteBuffer> spoil, String what) {
    for (int op : new int[] {Abi.OP_LISTEN, Abi.OP_CONNECT}) {
      RawSubmission e = entry(op, false);
      e.addr = d.scratch.address(Peers.ANY_PORT);
      spoil.accept(shared.slice((int) e.addr, Abi.ADDR_BYTES_TOTAL).order(ByteOrder.LITTLE_ENDIAN));
      expectInvalid(e, what);
    }
  }

  @Test
  void c07LengthsAndCountsOutOfRangeAreInvalid() {
    for (int len : new int[] {0, Integer.MIN_VALUE, -1}) {
      RawSubmission e = entry(Abi.OP_SEND, true);
      e.addr = d.memoryBase;
      e.len = len;
      expectInvalid(e, "SEND of " + len);
    }
    for (int count : new int[] {0, Abi.MAX_IOV + 1, -1}) {
      RawSubmission e = entry(Abi.OP_SENDMSG, true);
      e.addr = d.scratch.allot(Abi.MAX_IOV * Abi.IOVEC_BYTES);
      e.len = count;
      expectInvalid(e, "iovec count " + count);
    }
    for (int count : new int[] {Abi.MAX_OPTVALS + 1, -1}) {
      RawSubmission e = entry(Abi.OP_ACCEPT, true);
      e.aux = d.scratch.allot(512);
      e.aux32 = count;
      expectInvalid(e, "option count " + count);
    }
    for (int file : new int[] {0, 77, -1}) {
      RawSubmission e = entry(Abi.OP_SENDFILE, true);
      e.len = 10;
      e.aux32 = file;
      expectInvalid(e, "file " + file);
    }
  }

  @Test
  void c07TheWrongKindOfHandleIsInvalid() {
    for (int op : new int[] {Abi.OP_RECV, Abi.OP_WATCH, Abi.OP_SHUTDOWN}) {
      RawSubmission e = entry(op, false);
      e.handle = listener;
      expectInvalid(e, "operation " + op + " on a listener");
    }
    RawSubmission e = entry(Abi.OP_ACCEPT, false);
    e.handle = pair.handle();
    expectInvalid(e, "ACCEPT on a connection");
    e = entry(Abi.OP_RECV, true);
    e.group = 7;
    expectInvalid(e, "RECV with an unknown pool");
    e = entry(Abi.OP_CLOSE, true);
    e.flags = Abi.SQE_ABORT | Abi.SQE_DRAIN;
    expectInvalid(e, "CLOSE with ABORT and DRAIN");
  }

  @Test
  void unreadablePayloadIsAFault() {
    RawSubmission e = entry(Abi.OP_SEND, true);
    e.addr = 64;
    e.len = 10;
    assertEquals(-Abi.EFAULT, result(e));
  }

  @Test
  void c07ImpossibleRingWordsAreRefusedByEnter() {
    int tail = shared.getInt(Abi.HDR_SQ_TAIL);
    shared.putInt(Abi.HDR_SQ_TAIL, tail + shared.getInt(Abi.HDR_SQ_ENTRIES) + 1);
    assertEquals(-Abi.EINVAL, d.engine.enter(0));
    shared.putInt(Abi.HDR_SQ_TAIL, tail);
    int head = shared.getInt(Abi.HDR_CQ_HEAD);
    shared.putInt(Abi.HDR_CQ_HEAD, head + 1);
    assertEquals(-Abi.EINVAL, d.engine.enter(0));
    shared.putInt(Abi.HDR_CQ_HEAD, head);
    int returned = shared.getInt(Abi.HDR_RQ_TAIL);
    shared.putInt(Abi.HDR_RQ_TAIL, returned - 1);
    assertEquals(-Abi.EINVAL, d.engine.enter(0));
    shared.putInt(Abi.HDR_RQ_TAIL, returned);
  }
}
