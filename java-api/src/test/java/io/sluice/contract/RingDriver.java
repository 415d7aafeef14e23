package io.sluice.contract;

import io.sluice.internal.abi.Abi;
import io.sluice.internal.abi.CompletionRing;
import io.sluice.internal.abi.ReturnRing;
import io.sluice.internal.abi.SubmissionRing;
import io.sluice.internal.engine.Engine;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Future;
import java.util.function.Predicate;

/**
 * Drives one engine by its rings, on the test's own thread: submit, wait for a completion, look at it. Waiting is bounded by
 * {@link #DEADLINE_NANOS}, which no passing test comes near. Every completion goes through a {@link CompletionOracle}.
 */
final class RingDriver {
  static final long DEADLINE_NANOS = 20_000_000_000L;
  static final int POOL_BUFFERS = 16;
  static final int POOL_BUFFER_BYTES = 4096;
  static final int MEMORY_BYTES = 8 << 20;
  private static final long SLICE_NANOS = 20_000_000L;

  final Engine engine;
  final ByteBuffer shared;
  final CompletionOracle oracle = new CompletionOracle();
  final ByteBuffer memory = ByteBuffer.allocateDirect(MEMORY_BYTES);
  final long memoryBase;
  final Scratch scratch;
  private final ByteBuffer slab = ByteBuffer.allocateDirect(POOL_BUFFERS * POOL_BUFFER_BYTES);
  private final SubmissionRing submissions;
  private final CompletionRing completions;
  private final ReturnRing returns;
  /** Completions that nobody has asked for yet, in the order of arrival. */
  final List<Completion> unclaimed = new ArrayList<>();
  private long lastToken = 1000;
  private int memoryUsed;

  RingDriver(Engine engine) {
    this.engine = engine;
    shared = engine.shared();
    submissions = new SubmissionRing(shared);
    completions = new CompletionRing(shared);
    returns = new ReturnRing(shared);
    scratch = new Scratch(shared.duplicate().order(ByteOrder.LITTLE_ENDIAN));
    memoryBase = engine.registerMemory(memory);
    check(engine.addPool(0, slab, POOL_BUFFER_BYTES, POOL_BUFFERS), "addPool");
  }

  static void check(int result, String what) {
    if (result < 0) {
      throw new AssertionError(what + " answered " + result);
    }
  }

  // ------------------------------------------------------------------------------------------------ submitting

  long token() {
    return ++lastToken;
  }

  /** Writes one entry, with all its fields; its token. */
  long submit(int op, int flags, int group, int len, long handle, long addr, long aux, int aux32, int msgFlags) {
    long token = token();
    while (!submissions.offer(op, flags, group, len, handle, token, addr, aux, aux32, msgFlags)) {
      turn(0);
    }
    oracle.submitted(token, op);
    return token;
  }

  long submit(int op, int flags, long handle) {
    return submit(op, flags, 0, 0, handle, 0, 0, 0, 0);
  }

  long submitSend(long handle, int flags, byte[] data) {
    return submit(Abi.OP_SEND, flags, 0, data.length, handle, put(data), 0, 0, 0);
  }

  long submitCancel(long handle, long victim) {
    return submit(Abi.OP_CANCEL, 0, 0, 0, handle, 0, victim, 0, 0);
  }

  /** Copies data into registered memory, which is used again only after {@link #reuseMemory}: its address for SEND. */
  long put(byte[] data) {
    if (memoryUsed + data.length > MEMORY_BYTES) {
      throw new AssertionError("test fault: payload memory used up");
    }
    memory.put(memoryUsed, data);
    long address = memoryBase + memoryUsed;
    memoryUsed += data.length;
    return address;
  }

  int memoryLeft() {
    return MEMORY_BYTES - memoryUsed;
  }

  /** Starts over in the payload memory. Only when no SEND is in flight. */
  void reuseMemory() {
    memoryUsed = 0;
  }

  // ------------------------------------------------------------------------------------------------ turns

  /** One turn: publishes, enters, takes all completions. */
  int turn(long timeoutNanos) {
    submissions.publish();
    returns.publish();
    int n = engine.enter(timeoutNanos);
    check(n, "enter");
    take();
    return n;
  }

  /** Takes the completions that are in the ring. */
  void take() {
    for (int n = completions.available(); n > 0; n--) {
      int word = completions.flagsAndOp();
      Completion c =
          new Completion(
              completions.token(), completions.handle(), completions.result(), CompletionRing.flags(word),
              CompletionRing.op(word), completions.buffer(), completions.detail());
      completions.advance();
      oracle.completed(c);
      unclaimed.add(c);
    }
    completions.release();
  }

  /** Publishes what was written and enters without reading completions: for tests of a full ring. */
  int enterOnly(long timeoutNanos) {
    submissions.publish();
    returns.publish();
    return engine.enter(timeoutNanos);
  }

  /** The next completion that fits; waits for it. */
  Completion await(Predicate<Completion> wanted, String what) {
    long start = System.nanoTime();
    while (true) {
      Completion c = poll(wanted);
      if (c != null) {
        return c;
      }
      if (System.nanoTime() - start > DEADLINE_NANOS) {
        throw new AssertionError("waited in vain for " + what + "; unclaimed: " + unclaimed + "; open: " + oracle.openSubmissions());
      }
      turn(SLICE_NANOS);
    }
  }

  /** The next completion that fits, if it is there. */
  Completion poll(Predicate<Completion> wanted) {
    for (Iterator<Completion> i = unclaimed.iterator(); i.hasNext(); ) {
      Completion c = i.next();
      if (wanted.test(c)) {
        i.remove();
        return c;
      }
    }
    return null;
  }

  /** The terminal completion of a submission. */
  Completion await(long token) {
    return await(c -> c.token() == token && c.isTerminal(), "the terminal of token " + token);
  }

  /** The next completion of a submission, terminal or not. */
  Completion next(long token) {
    return await(c -> c.token() == token, "a completion of token " + token);
  }

  /** Waits for a condition while turning. */
  void awaitCondition(java.util.function.BooleanSupplier condition, String what) {
    long start = System.nanoTime();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - start > DEADLINE_NANOS) {
        throw new AssertionError("waited in vain until " + what + "; unclaimed: " + unclaimed);
      }
      turn(SLICE_NANOS);
    }
  }

  /** Turns until another thread's work is done. */
  <T> T await(Future<T> future) throws Exception {
    awaitCondition(future::isDone, "the peer is done");
    return future.get();
  }

  /** A few turns, each answered by a NOP: whatever the engine was able to do at once, it has done. */
  void settle() {
    for (int i = 0; i < 5; i++) {
      await(submit(Abi.OP_NOP, 0, 0));
    }
  }

  // ------------------------------------------------------------------------------------------------ handles

  long listen(SocketAddress address) {
    Completion c = await(submitListen(address, 64));
    check(c.result(), "LISTEN " + c);
    return c.handle();
  }

  long listen() {
    return listen(Peers.ANY_PORT);
  }

  long submitListen(SocketAddress address, int backlog, long... options) {
    long aux = scratch.options(options);
    return submit(Abi.OP_LISTEN, 0, 0, backlog, 0, scratch.address(address), aux, options.length / 2, 0);
  }

  long submitConnect(SocketAddress address, long... options) {
    long aux = scratch.options(options);
    return submit(Abi.OP_CONNECT, 0, 0, 0, 0, scratch.address(address), aux, options.length / 2, 0);
  }

  SocketAddress localAddress(long handle) {
    return query(handle, Abi.QUERY_LOCAL_ADDR);
  }

  SocketAddress peerAddress(long handle) {
    return query(handle, Abi.QUERY_PEER_ADDR);
  }

  private SocketAddress query(long handle, int what) {
    ByteBuffer b = ByteBuffer.allocateDirect(Abi.ADDR_BYTES_TOTAL).order(ByteOrder.LITTLE_ENDIAN);
    check(engine.query(handle, what, b), "query of an address");
    return Scratch.readAddress(b, 0);
  }

  InetSocketAddress inetAddress(long handle) {
    return (InetSocketAddress) localAddress(handle);
  }

  Completion close(long handle) {
    return await(submit(Abi.OP_CLOSE, 0, handle));
  }

  long counter(int counter) {
    return shared.getLong(shared.getInt(Abi.HDR_COUNTERS_OFFSET) + counter * Long.BYTES);
  }

  // ------------------------------------------------------------------------------------------------ buffers

  /** The data of a completion with a buffer; the buffer goes back. */
  byte[] data(Completion c) {
    byte[] bytes = peek(c);
    giveBack(c);
    return bytes;
  }

  byte[] peek(Completion c) {
    if (!c.hasBuffer() || c.result() <= 0) {
      throw new AssertionError("no data in " + c);
    }
    byte[] bytes = new byte[c.result()];
    slab.get((c.buffer() & 0xffff) * POOL_BUFFER_BYTES + c.detail(), bytes);
    return bytes;
  }

  /** The whole buffer of a completion, little-endian. */
  ByteBuffer buffer(Completion c) {
    return slab.slice((c.buffer() & 0xffff) * POOL_BUFFER_BYTES, POOL_BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
  }

  void giveBack(Completion c) {
    oracle.bufferReturned(c.buffer());
    offerReturn(c.buffer());
  }

  /** Writes to the return ring, whether the buffer is the caller's or not. */
  void offerReturn(int buffer) {
    while (!returns.offer(buffer)) {
      turn(0);
    }
  }

  // ------------------------------------------------------------------------------------------------ the end

  /** Closes every handle, returns every buffer, and checks that the engine agrees that nothing is left. */
  void finish() {
    for (long handle : oracle.liveHandles()) {
      submit(Abi.OP_CLOSE, Abi.SQE_ABORT, handle);
    }
    awaitCondition(() -> oracle.openSubmissions().isEmpty(), "every submission has its terminal");
    for (int buffer : oracle.buffersOut()) {
      oracle.bufferReturned(buffer);
      offerReturn(buffer);
    }
    turn(0);
    expectZero("live handles", counter(Abi.CTR_OPENED) - counter(Abi.CTR_CLOSED));
    expectZero("buffers out", counter(Abi.CTR_BUFFERS_OUT));
    expectZero("operations in flight", counter(Abi.CTR_OPS_IN_FLIGHT));
    check(engine.destroy(false), "destroy");
  }

  private static void expectZero(String what, long n) {
    if (n != 0) {
      throw new AssertionError("census: " + n + " " + what + " after everything was closed");
    }
  }
}
