package io.sluice.internal.sctp;

import io.sluice.SendResult;
import io.sluice.internal.abi.Abi;
import io.sluice.internal.abi.SctpAbi;
import io.sluice.sctp.SctpSendOptions;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;

/**
 * The sending half of an association.
 *
 * <pre>
 *  loop thread -------------------------------> stack's send buffer --> wire
 *                       |  full                      ^
 *                       +--------> waiting ----------+  WRITABLE
 *  other threads --> outside --task--> ^
 * </pre>
 *
 * The end of the association closes {@code outside} and empties both lists, so that every message that was taken is sent or told as failed
 * before {@code onClosed}.
 */
final class AssociationSends {
  private final Association a;
  /** Null until something had to wait. */
  private Queue<PendingSend> waiting;
  /** Written by the loop. */
  private volatile long waitingBytes;
  private final OutsideSends outside = new OutsideSends();
  /** Somebody was answered SATURATED or REJECTED. */
  private volatile boolean tellWritable;

  AssociationSends(Association a) {
    this.a = a;
  }

  long pendingBytes() {
    return waitingBytes + outside.bytes();
  }

  boolean isWritable() {
    return pendingBytes() < a.options.sendHighWaterBytes();
  }

  boolean hasWaiting() {
    return waiting != null && !waiting.isEmpty();
  }

  private SendResult taken(long pending) {
    if (pending < a.options.sendHighWaterBytes()) {
      return SendResult.QUEUED;
    }
    tellWritable = true;
    return SendResult.SATURATED;
  }

  // ------------------------------------------------------------------------------------------- loop thread

  /** @param how null: ordered and reliable */
  SendResult send(ByteBuffer data, int stream, int ppid, SctpSendOptions how, int context) {
    if (!a.isOpen()) {
      return SendResult.CLOSED;
    }
    if (hasWaiting()) {
      return enqueue(data, stream, ppid, how, context);
    }
    int code = how == null
        ? a.home.calls.send(a, data, stream, ppid, 0, SctpAbi.PR_NONE, 0, context)
        : a.home.calls.send(
            a, data, stream, ppid, PendingSend.flags(how), PendingSend.policy(how), how.reliabilityValue(), context);
    if (code == 1) {
      data.position(data.limit());
      a.home.sent();
      return SendResult.QUEUED;
    }
    if (code == -SctpAbi.EAGAIN) {
      return enqueue(data, stream, ppid, how, context);
    }
    return refused(code);
  }

  private SendResult refused(int code) {
    if (a.ended(code)) {
      return SendResult.CLOSED;
    }
    if (code == -Abi.ENOMEM) {
      tellWritable = true;
      a.home.later(this::tell);
      return SendResult.REJECTED;
    }
    throw new IllegalStateException("send: " + a.home.calls.text(code) + " (code " + code + ")");
  }

  private SendResult enqueue(ByteBuffer data, int stream, int ppid, SctpSendOptions how, int context) {
    int n = data.remaining();
    if (waitingBytes + n > a.options.sendLimitBytes()) {
      tellWritable = true; // WRITABLE will come: the stack has refused something.
      return SendResult.REJECTED;
    }
    SctpSendOptions options = how != null ? how : SctpSendOptions.stream(stream).withPpid(ppid);
    add(PendingSend.message(copy(data), options, context));
    data.position(data.limit());
    return taken(waitingBytes);
  }

  private static byte[] copy(ByteBuffer data) {
    byte[] bytes = new byte[data.remaining()];
    data.get(data.position(), bytes);
    return bytes;
  }

  private void add(PendingSend p) {
    if (waiting == null) {
      waiting = new ArrayDeque<>();
    }
    waiting.add(p);
    waitingBytes += p.data.length;
  }

  /** After what was sent before. */
  void reset(int[] streams) {
    if (hasWaiting()) {
      add(PendingSend.reset(streams));
    } else {
      a.resetNow(streams);
    }
  }

  /** The stack has room again. */
  void writable() {
    while (hasWaiting() && sendWaiting(waiting.peek())) {
      waitingBytes -= waiting.remove().data.length;
    }
    if (!hasWaiting()) {
      a.nothingWaits();
      tell();
    }
  }

  private void tell() {
    if (tellWritable && !hasWaiting() && a.isOpen()) {
      tellWritable = false;
      a.tellWritable();
    }
  }

  /** False: it has to wait. */
  private boolean sendWaiting(PendingSend p) {
    if (!p.isMessage()) {
      a.resetNow(p.resets);
      return true;
    }
    SctpSendOptions how = p.how;
    int code =
        a.home.calls.send(
            a, ByteBuffer.wrap(p.data), how.stream(), how.ppid(), PendingSend.flags(how), PendingSend.policy(how),
            how.reliabilityValue(), p.context);
    if (code == 1) {
      a.home.sent();
      return true;
    }
    if (code == -SctpAbi.EAGAIN || a.ended(code)) {
      return false; // Of one that has ended, all that wait are told when CLOSED is read.
    }
    a.tellSendFailed(p.neverSent());
    return true;
  }

  /** Before {@code onClosed}: what waits here will not be sent. */
  void end() {
    for (PendingSend p = outside.close(); p != null; p = p.next) {
      outside.release(p.data.length);
      add(p);
    }
    Queue<PendingSend> lost = waiting;
    waiting = null;
    waitingBytes = 0;
    if (lost != null) {
      lost.stream().filter(PendingSend::isMessage).forEach(p -> a.tellSendFailed(p.neverSent()));
    }
  }

  // ------------------------------------------------------------------------------------------- other threads

  /** Decided at the call: what is taken reaches the stack, or is told as failed. */
  SendResult sendFromOutside(ByteBuffer data, SctpSendOptions how, int context) {
    if (!a.isOpen()) {
      return SendResult.CLOSED;
    }
    int n = data.remaining();
    long load = outside.reserve(n);
    if (waitingBytes + load > a.options.sendLimitBytes()) {
      outside.release(n);
      tellWritable = true;
      wakeLoop();
      return SendResult.REJECTED;
    }
    SendResult result = taken(waitingBytes + load);
    if (!push(PendingSend.message(copy(data), how, context))) {
      outside.release(n);
      return SendResult.CLOSED;
    }
    data.position(data.limit());
    return result;
  }

  SendResult resetFromOutside(int[] streams) {
    return a.isOpen() && push(PendingSend.reset(streams)) ? SendResult.QUEUED : SendResult.CLOSED;
  }

  private boolean push(PendingSend p) {
    int outcome = outside.push(p);
    if (outcome == OutsideSends.FIRST) {
      wakeLoop();
    }
    return outcome != OutsideSends.REFUSED;
  }

  private void wakeLoop() {
    try {
      a.loop().execute(this::take);
    } catch (RejectedExecutionException ended) {
      // The end of the loop has told what was there.
    }
  }

  /** Loop thread, in a task. */
  void take() {
    for (PendingSend p = outside.take(); p != null; p = p.next) {
      outside.release(p.data.length);
      if (hasWaiting() || !sendWaiting(p)) {
        add(p);
      }
    }
    tell();
  }
}
