package io.sluice.contract;

import io.sluice.internal.abi.Abi;
import io.sluice.internal.abi.CompletionRing;
import io.sluice.internal.abi.ReturnRing;
import io.sluice.internal.abi.SubmissionRing;
import io.sluice.internal.engine.Engine;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.Future;

/**
 * An echo server in its barest form, as an event loop would write it: received buffers are sent back from where they are,
 * lazily, and returned when the send is answered. Nothing here allocates, so that whatever is measured is the engine's.
 */
final class EchoLoop {
  static final int MESSAGE_BYTES = 64;
  private static final int BUFFERS = 256;
  private static final int BUFFER_BYTES = 2048;

  private final Engine engine;
  private final SubmissionRing submissions;
  private final CompletionRing completions;
  private final ReturnRing returns;
  private final long slabBase;
  private final int counters;
  private final ByteBuffer shared;

  EchoLoop(Engine engine) {
    this.engine = engine;
    shared = engine.shared();
    submissions = new SubmissionRing(shared);
    completions = new CompletionRing(shared);
    returns = new ReturnRing(shared);
    counters = shared.getInt(Abi.HDR_COUNTERS_OFFSET);
    ByteBuffer slab = ByteBuffer.allocateDirect(BUFFERS * BUFFER_BYTES);
    slabBase = engine.registerMemory(slab);
    RingDriver.check(engine.addPool(1, slab, BUFFER_BYTES, BUFFERS), "addPool");
  }

  void receive(long handle) {
    submissions.offer(Abi.OP_RECV, Abi.SQE_MULTISHOT, 1, 0, handle, 1L << 40, 0, 0, 0, 0);
  }

  long counter(int counter) {
    return shared.getLong(counters + counter * Long.BYTES);
  }

  /** Echoes until so many bytes were received. */
  void run(long bytes) {
    long received = 0;
    long lastData = System.nanoTime();
    while (received < bytes) {
      long got = turn(RingDriver.DEADLINE_NANOS);
      if (got == 0 && System.nanoTime() - lastData > RingDriver.DEADLINE_NANOS) {
        throw new AssertionError("no message came after " + received + " bytes");
      } else if (got > 0) {
        lastData = System.nanoTime();
      }
      received += got;
    }
  }

  /** One more turn without waiting, for what the last one left to be sent. */
  void flush() {
    turn(0);
  }

  private long turn(long timeoutNanos) {
    submissions.publish();
    returns.publish();
    int n = engine.enter(timeoutNanos);
    if (n < 0) {
      throw new AssertionError("enter answered " + n);
    }
    long received = 0;
    for (; n > 0; n--) {
      int flagsAndOp = completions.flagsAndOp();
      int result = completions.result();
      if (result <= 0) {
        throw new AssertionError("result " + result + " of operation " + CompletionRing.op(flagsAndOp));
      }
      if (CompletionRing.op(flagsAndOp) == Abi.OP_RECV) {
        int buffer = completions.buffer();
        long at = slabBase + (long) (buffer & 0xffff) * BUFFER_BYTES + completions.detail();
        submissions.offer(Abi.OP_SEND, Abi.SQE_LAZY, 0, result, completions.handle(), buffer & 0xffffffffL, at, 0, 0, 0);
        received += result;
      } else {
        returns.offer((int) completions.token());
      }
      completions.advance();
    }
    completions.release();
    return received;
  }

  /**
   * Rounds on one thread: every peer has written before the loop looks, so the batches are as large as can be, whatever the
   * speed of the machine.
   */
  void runInLockstep(List<Socket> peers, int rounds) throws IOException {
    byte[] message = Content.of(1, MESSAGE_BYTES);
    for (int r = 0; r < rounds; r++) {
      for (Socket s : peers) {
        s.getOutputStream().write(message);
      }
      run((long) peers.size() * MESSAGE_BYTES);
      flush();
      for (Socket s : peers) {
        Content.verify(s.getInputStream().readNBytes(MESSAGE_BYTES), 1, 0);
      }
    }
  }

  /** Ping-pong on all connections at once: one message to each, then one from each. */
  static Future<Void> drive(List<Socket> peers, int rounds) {
    return Peers.inBackground(
        () -> {
          byte[] message = Content.of(1, MESSAGE_BYTES);
          for (int r = 0; r < rounds; r++) {
            for (Socket s : peers) {
              s.getOutputStream().write(message);
            }
            for (Socket s : peers) {
              Content.verify(s.getInputStream().readNBytes(MESSAGE_BYTES), 1, 0);
            }
          }
          return null;
        });
  }
}
