package io.sluice.internal.loop;

import io.sluice.internal.abi.Abi;
import io.sluice.internal.abi.CompletionRing;
import io.sluice.internal.abi.ReturnRing;
import io.sluice.internal.abi.SubmissionRing;
import io.sluice.internal.engine.Engine;
import java.util.Arrays;

/**
 * The way into the engine. A submission goes into the ring; when that is full the engine is entered without waiting, and
 * when it cannot take more (its completions are not read yet) the submission waits here, in order. Callbacks may submit:
 * completions are only ever dispatched by the loop's one dispatcher, never from here. Loop thread only.
 */
final class Submissions {
  private static final int WORDS = 6;

  private final Engine engine;
  private final SubmissionRing ring;
  private final CompletionRing completions;
  private final ReturnRing returns;
  final Scratch scratch;

  /** Submissions that found no room: {@value #WORDS} words each, oldest first. */
  private long[] waiting = new long[WORDS * 16];
  private int waitingWords;
  private int broken;

  Submissions(Engine engine, CompletionRing completions) {
    this.engine = engine;
    this.completions = completions;
    this.ring = new SubmissionRing(engine.shared());
    this.returns = new ReturnRing(engine.shared());
    this.scratch = new Scratch(engine.shared());
  }

  /** The hot path: one send. */
  void send(int flags, int length, long handle, long token, long address) {
    if (waitingWords != 0 || !ring.offer(Abi.OP_SEND, flags, 0, length, handle, token, address, 0L, 0, 0)) {
      full(Abi.OP_SEND, flags, length, handle, token, address, 0L, 0);
    }
  }

  void submit(int op, int flags, int length, long handle, long token, long address, long aux, int aux32) {
    if (waitingWords != 0 || !ring.offer(op, flags, 0, length, handle, token, address, aux, aux32, 0)) {
      full(op, flags, length, handle, token, address, aux, aux32);
    }
  }

  void cancel(long handle, long victimToken) {
    submit(Abi.OP_CANCEL, 0, 0, handle, Tokens.of(Tokens.IGNORED), 0L, victimToken, 0);
  }

  private void full(int op, int flags, int length, long handle, long token, long address, long aux, int aux32) {
    if (waitingWords == 0) {
      cross(0); // Keeps the scratch area: what this submission refers to is there, and it is not in the ring yet.
      if (ring.offer(op, flags, 0, length, handle, token, address, aux, aux32, 0)) {
        return;
      }
    }
    if (waitingWords + WORDS > waiting.length) {
      waiting = Arrays.copyOf(waiting, waiting.length * 2);
    }
    int w = waitingWords;
    waiting[w] = op | flags << 8 | (long) length << 32;
    waiting[w + 1] = handle;
    waiting[w + 2] = token;
    waiting[w + 3] = address;
    waiting[w + 4] = aux;
    waiting[w + 5] = aux32;
    waitingWords = w + WORDS;
  }

  /** A receive buffer goes back to the engine. The ring has room for every buffer of the pool. */
  void giveBack(int buffer) {
    if (!returns.offer(buffer)) {
      enter(0);
      if (!returns.offer(buffer)) {
        throw new IllegalStateException("the return ring has no room: more buffers were returned than exist");
      }
    }
  }

  /**
   * Room for structures of a submission.
   *
   * @return their offset, or -1: try again next turn
   */
  int scratch(int bytes) {
    int at = scratch.allocate(bytes);
    if (at < 0) {
      enter(0);
      at = scratch.allocate(bytes);
    }
    return at;
  }

  /** Publishes everything and enters the engine. A negative answer is kept: the loop is broken from then on. */
  int enter(long timeoutNanos) {
    int n = cross(timeoutNanos);
    if (n >= 0 && scratch.isUsed() && waitingWords == 0 && ring.pending() == 0) {
      scratch.reset();
    }
    return n;
  }

  private int cross(long timeoutNanos) {
    if (broken < 0) {
      return broken;
    }
    if (waitingWords != 0) {
      refill();
    }
    completions.release();
    ring.publish();
    returns.publish();
    int n = engine.enter(waitingWords != 0 ? 0 : timeoutNanos);
    if (n < 0) {
      broken = n;
    }
    return n;
  }

  private void refill() {
    int w = 0;
    while (w < waitingWords) {
      long head = waiting[w];
      if (!ring.offer(
          (int) head & 0xff, (int) head >> 8 & 0xff, 0, (int) (head >>> 32), waiting[w + 1], waiting[w + 2],
          waiting[w + 3], waiting[w + 4], (int) waiting[w + 5], 0)) {
        break;
      }
      w += WORDS;
    }
    System.arraycopy(waiting, w, waiting, 0, waitingWords - w);
    waitingWords -= w;
  }
}
