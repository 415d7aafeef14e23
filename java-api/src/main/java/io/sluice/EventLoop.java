package io.sluice;

import java.time.Duration;
import java.util.concurrent.Executor;

/** One event loop: one thread, one engine, the connections that belong to it. */
public interface EventLoop extends Executor {
  /** 0 to {@code threads - 1} within the group. */
  int index();

  /** What this loop has counted since it was opened. Any thread, also after the loop has ended; takes no lock. */
  LoopStats stats();

  /** Whether the calling thread is this loop's. */
  boolean inLoop();

  /**
   * Runs a task on the loop's thread, in submission order. Any thread.
   *
   * @throws java.util.concurrent.RejectedExecutionException after the loop has ended
   */
  @Override
  void execute(Runnable task);

  /**
   * Runs a task on the loop's thread after a delay. Any thread.
   *
   * @param delay not negative; precision about one millisecond
   */
  Scheduled schedule(Duration delay, Runnable task);

  /** A scheduled task. */
  interface Scheduled {
    /** Any thread. The task will not run, unless it is running or has run. */
    void cancel();
  }

  /**
   * Drives a loop of a group that was built with {@link EventLoopGroup.Builder#callerDriven()}: one turn. The first call
   * makes the calling thread the loop's.
   *
   * @param timeout how long to wait at most when there is nothing to do; zero does not wait
   * @return whether anything was done
   * @throws IllegalStateException when the loop has its own thread, another thread drives it, or the call comes from
   *     within a turn (a callback or a task)
   */
  boolean turn(Duration timeout);
}
