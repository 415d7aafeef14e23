package io.sluice.soak;

import io.sluice.CloseReason.Kind;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One connection with its two sides. It is judged when everything that works for it has left: the dialer, the acceptor (where
 * it is certain that it gets to know whom it serves), tasks of other threads.
 */
final class Pair {
  final Round round;
  final Scenario scenario;
  private final AtomicInteger parts = new AtomicInteger(1);
  private final AtomicBoolean done = new AtomicBoolean();
  private volatile Side dialer;
  private volatile Side acceptor;

  Pair(Round round, Scenario scenario) {
    this.round = round;
    this.scenario = scenario;
    if (scenario.certain()) {
      parts.incrementAndGet();
    }
  }

  void dialer(Side side) {
    dialer = side;
  }

  /** The header has named this pair; false: another acceptor claims to have it, too. */
  synchronized boolean acceptor(Side side) {
    if (acceptor != null) {
      return false;
    }
    acceptor = side;
    if (!scenario.certain()) {
      parts.incrementAndGet();
    }
    return true;
  }

  void enter() {
    parts.incrementAndGet();
  }

  void leave() {
    round.progress.increment();
    if (parts.decrementAndGet() != 0) {
      return;
    }
    Side d = dialer;
    Side a = acceptor;
    if (d != null) {
      d.judge();
    }
    if (a != null) {
      a.judge();
    }
    if (d != null && a != null) {
      judge(d, a);
      judge(a, d);
    }
    if (done.compareAndSet(false, true)) {
      round.pairDone(this);
    }
  }

  /** A task of another thread, which this pair waits for. */
  void foreign(long lane, Runnable task) {
    enter();
    round.foreign.execute(
        scenario.number() + lane,
        () -> {
          try {
            task.run();
          } catch (Throwable t) {
            round.faults.add(this, "a foreign thread was thrown at: " + t);
          } finally {
            leave();
          }
        });
  }

  void fault(String what) {
    round.faults.add(this, what);
  }

  boolean isDone() {
    return done.get();
  }

  private void judge(Side x, Side y) {
    if (x.received() > y.accepted()) {
      fault(x + " received more than was sent by " + y);
    }
    if (x.sawEnd() && x.received() != y.accepted() - y.unsent()) {
      fault(x + " saw the end of the stream, but not all bytes of " + y);
    }
    if (x.kind() == Kind.PEER_CLOSE && !x.sawEnd()) {
      fault(x + " ended with PEER_CLOSE without the end of the stream");
    }
  }

  @Override
  public String toString() {
    return scenario.number() + " " + scenario.dial() + " at " + scenario.door() + ", waits for " + parts.get() + " parts\n      dialer   " + scenario.dialer()
        + "\n               " + dialer + "\n      acceptor " + scenario.acceptor() + "\n               " + acceptor;
  }
}
