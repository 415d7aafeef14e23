package io.sluice.internal.sctp;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * What other threads have sent and the loop has not yet seen. The end of the association closes it, so that what was taken is either seen
 * by {@link #take} or told as failed.
 *
 * <pre>
 *                 push               push
 *   (nothing) ----------> [newest] --------> [newest, ..., oldest]
 *       ^                     |                        |
 *       +--------take---------+------------------------+--------close-------> CLOSED: push is refused
 * </pre>
 */
final class OutsideSends {
  /** Outcomes of {@link #push}. */
  static final int REFUSED = 0;
  /** Taken; the loop knows, or is being told by whoever was the first. */
  static final int BEHIND = 1;
  /** Taken; the loop has to be told. */
  static final int FIRST = 2;

  private static final PendingSend CLOSED = PendingSend.reset(new int[0]);
  private static final VarHandle LIST;
  private static final VarHandle BYTES;

  static {
    try {
      MethodHandles.Lookup l = MethodHandles.lookup();
      LIST = l.findVarHandle(OutsideSends.class, "list", PendingSend.class);
      BYTES = l.findVarHandle(OutsideSends.class, "bytes", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** Newest first. */
  private volatile PendingSend list;
  private volatile long bytes;

  long bytes() {
    return bytes;
  }

  /** Any thread: so many bytes are about to be pushed. Returns what it comes to. */
  long reserve(int n) {
    return (long) BYTES.getAndAdd(this, (long) n) + n;
  }

  /** They are not pushed, or the loop has them now. */
  void release(int n) {
    BYTES.getAndAdd(this, (long) -n);
  }

  /** Any thread. */
  int push(PendingSend p) {
    PendingSend head;
    do {
      head = list;
      if (head == CLOSED) {
        return REFUSED;
      }
      p.next = head;
    } while (!LIST.compareAndSet(this, head, p));
    return head == null ? FIRST : BEHIND;
  }

  /** Loop thread: all that was pushed, oldest first, linked by {@code next}; null when there is nothing. */
  PendingSend take() {
    if (list == null || list == CLOSED) {
      return null;
    }
    return PendingSend.reversed((PendingSend) LIST.getAndSet(this, null));
  }

  /** Loop thread, once: the last that was pushed, as {@link #take}. */
  PendingSend close() {
    return PendingSend.reversed((PendingSend) LIST.getAndSet(this, CLOSED));
  }
}
