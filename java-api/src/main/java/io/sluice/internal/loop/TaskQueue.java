package io.sluice.internal.loop;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Tasks for a loop: pushed by any thread, run by the loop in submission order. A stack that the consumer takes as a whole
 * and turns round: one compare-and-set for a producer, one swap for a whole batch, and an end that no task slips past. The
 * first task of a batch carries the time it was pushed: the clock is read twice per batch, not per task.
 */
final class TaskQueue {
  /** One task. */
  private static class Node {
    final Runnable task;
    Node next;

    Node(Runnable task) {
      this.task = task;
    }
  }

  /** The first task of a batch. */
  private static final class FirstNode extends Node {
    final long pushedNanos = System.nanoTime();

    FirstNode(Runnable task) {
      super(task);
    }
  }

  private static final Node CLOSED = new Node(null);
  private static final VarHandle HEAD;

  static {
    try {
      HEAD = MethodHandles.lookup().findVarHandle(TaskQueue.class, "head", Node.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final LoopCounters counters;
  private volatile Node head;
  /** Taken, turned round, not yet run. Loop thread only. */
  private Node batch;

  TaskQueue(LoopCounters counters) {
    this.counters = counters;
  }

  /** Any thread. False when the queue is closed. */
  boolean push(Runnable task) {
    Node node = head == null ? new FirstNode(task) : new Node(task);
    Node h;
    do {
      h = head;
      if (h == CLOSED) {
        return false;
      }
      if (h == null && !(node instanceof FirstNode)) {
        node = new FirstNode(task); // The batch before was taken just now.
      }
      node.next = h;
    } while (!HEAD.compareAndSet(this, h, node));
    return true;
  }

  /** The next task, or null. */
  Runnable poll() {
    Node b = batch;
    if (b == null) {
      Node h = head;
      if (h == null || h == CLOSED) {
        return null;
      }
      b = reversed((Node) HEAD.getAndSet(this, null));
      countDelay(b);
    }
    batch = b.next;
    return b.task;
  }

  private void countDelay(Node oldest) {
    if (oldest instanceof FirstNode first) {
      long nanos = System.nanoTime() - first.pushedNanos;
      counters.add(LoopCounters.TASK_BATCHES, 1);
      counters.add(LoopCounters.TASK_DELAY_NANOS, nanos);
      counters.atLeast(LoopCounters.LONGEST_TASK_DELAY_NANOS, nanos);
    }
  }

  boolean isEmpty() {
    Node h;
    return batch == null && ((h = head) == null || h == CLOSED);
  }

  /** No push succeeds from here on; what was pushed before can still be polled. */
  void close() {
    Node h = (Node) HEAD.getAndSet(this, CLOSED);
    if (h == null || h == CLOSED) {
      return;
    }
    Node rest = reversed(h);
    if (batch == null) {
      batch = rest;
      return;
    }
    Node last = batch;
    while (last.next != null) {
      last = last.next;
    }
    last.next = rest;
  }

  boolean isClosed() {
    return head == CLOSED;
  }

  private static Node reversed(Node h) {
    Node r = null;
    while (h != null) {
      Node next = h.next;
      h.next = r;
      r = h;
      h = next;
    }
    return r;
  }
}
