package io.sluice.contract;

import io.sluice.internal.abi.Abi;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Watches every completion of a driver for what must always hold, whatever the test is about: C1 (exactly one terminal
 * completion per submission), C2 (nothing mentions a handle after its terminal), C5 (a buffer is with one owner).
 */
final class CompletionOracle {
  /** Submissions without a terminal completion yet, by token, with their operation. */
  private final Map<Long, Integer> open = new HashMap<>();
  private final Set<Long> ended = new HashSet<>();
  private final Set<Long> live = new HashSet<>();
  private final Set<Integer> buffersOut = new HashSet<>();

  void submitted(long token, int op) {
    if (open.put(token, op) != null) {
      throw new AssertionError("test fault: token " + token + " submitted twice");
    }
  }

  void completed(Completion c) {
    Integer op = open.get(c.token());
    if (op == null) {
      throw new AssertionError("C1: completion without submission, or after the terminal one: " + c);
    }
    if (op != c.op()) {
      throw new AssertionError("C1: submitted operation " + op + ", completed as " + c);
    }
    if (c.isTerminal()) {
      open.remove(c.token());
    }
    // A refused submission names the old handle; nothing else may.
    boolean refusal = c.result() == -Abi.ESTALE || c.result() == -Abi.EINVAL;
    if (c.handle() != 0 && ended.contains(c.handle()) && !refusal) {
      throw new AssertionError("C2: the handle has ended: " + c);
    }
    if (c.hasBuffer() && !buffersOut.add(c.buffer())) {
      throw new AssertionError("C5: the buffer is the caller's already: " + c);
    }
    follow(c);
  }

  private void follow(Completion c) {
    switch (c.op()) {
      case Abi.OP_LISTEN, Abi.OP_ACCEPT, Abi.OP_CONNECT, Abi.OP_ADOPT, Abi.OP_DATAGRAM -> {
        if (c.result() == 0 && !c.isNote() && (!live.add(c.handle()) || ended.contains(c.handle()))) {
          throw new AssertionError("C3: a new handle must be new: " + c);
        }
      }
      case Abi.OP_CLOSE, Abi.OP_DETACH -> {
        if (c.result() >= 0) {
          if (!live.remove(c.handle())) {
            throw new AssertionError("C2: the handle ended twice: " + c);
          }
          ended.add(c.handle());
        }
      }
      default -> { }
    }
  }

  void bufferReturned(int buffer) {
    buffersOut.remove(buffer);
  }

  boolean isOpen(long token) {
    return open.containsKey(token);
  }

  Set<Long> liveHandles() {
    return Set.copyOf(live);
  }

  Set<Integer> buffersOut() {
    return Set.copyOf(buffersOut);
  }

  Map<Long, Integer> openSubmissions() {
    return open;
  }
}
