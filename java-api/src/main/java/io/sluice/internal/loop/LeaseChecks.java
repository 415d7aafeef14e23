package io.sluice.internal.loop;

import io.sluice.BufferLease;
import io.sluice.internal.jfr.Events;
import java.lang.ref.PhantomReference;
import java.lang.ref.ReferenceQueue;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The checked mode of one loop: knows every retained lease, so that a lost one is noticed, and the views of ended leases, so
 * that a late write is. Looked through by the watch's thread once per period, and a last time when the loop ends.
 */
final class LeaseChecks implements Watch.Watched {
  /** How often lost leases and late writes are looked for. */
  static final long PERIOD_NANOS = 500_000_000L;
  /** Views of ended leases that are kept to be looked at; older ones are looked at a last time and let go. */
  static final int MAX_WATCHED_VIEWS = 256;

  private record EndedView(LeaseView view, LeasePlace ended) {}

  /** What is left of a retained lease that nobody can reach. */
  static final class Held extends PhantomReference<CheckedLease> {
    private final BufferLease inner;
    private final LeasePlace acquired;
    volatile LeaseView view;

    private Held(CheckedLease lease, ReferenceQueue<CheckedLease> lost, BufferLease inner, LeasePlace acquired) {
      super(lease, lost);
      this.inner = inner;
      this.acquired = acquired;
    }
  }

  private final Loop loop;
  private final ReferenceQueue<CheckedLease> lost = new ReferenceQueue<>();
  private final Set<Held> held = ConcurrentHashMap.newKeySet();
  private final Deque<EndedView> endedViews = new ArrayDeque<>();

  LeaseChecks(Loop loop) {
    this.loop = loop;
  }

  CallbackLease callbackLease(LeasePool pool) {
    return new CheckedCallbackLease(pool, this);
  }

  // ------------------------------------------------------------------------------------------- of leases, any thread

  /** A retained lease goes to the application. */
  CheckedLease hold(BufferLease inner, Endpoint owner) {
    LeasePlace place = LeasePlace.retained(owner);
    CheckedLease lease = new CheckedLease(this, inner, place);
    Held h = new Held(lease, lost, inner, place);
    held.add(h);
    lease.heldAs(h);
    return lease;
  }

  /** It ended as it should. */
  void let(Held h) {
    held.remove(h);
    h.clear();
  }

  IllegalStateException misused(String what, LeasePlace ended) {
    IllegalStateException e =
        new IllegalStateException(
            what + " after the lease has ended; the causes say where it ended before, and where it was acquired", ended);
    tell("misuse: " + what + " after the end", e);
    return e;
  }

  void viewEnded(LeaseView view, LeasePlace ended) {
    String wrong = view.end();
    if (wrong != null) {
      tell(wrong, ended);
      FaultLog.log(FaultLog.Fault.LEASE_IN_USE, loop.name(), ended);
    }
    if (view.watched()) {
      EndedView oldest = null;
      synchronized (endedViews) {
        endedViews.add(new EndedView(view, ended));
        if (endedViews.size() > MAX_WATCHED_VIEWS) {
          oldest = endedViews.poll();
        }
      }
      if (oldest != null) {
        checkView(oldest);
      }
    }
  }

  // ------------------------------------------------------------------------------------------- looking

  @Override
  public long periodNanos() {
    return PERIOD_NANOS;
  }

  @Override
  public boolean look(long passedNanos) {
    for (Held h; (h = (Held) lost.poll()) != null; ) {
      if (held.remove(h)) {
        lost(h);
      }
    }
    lookAtViews();
    return !loop.hasEnded();
  }

  /** Nobody can end it any more, so this is its only end; the inner lease sees to the way back to the loop. */
  private void lost(Held h) {
    FaultLog.log(FaultLog.Fault.LEASE_LOST, loop.name(), h.acquired);
    Events.INSTANCE.leaseMisused(loop.name(), "lost without release", h.acquired);
    count(LoopCounters.LEASES_LOST);
    if (h.view != null) {
      h.view.abandon();
    }
    h.inner.release();
  }

  private void lookAtViews() {
    synchronized (endedViews) {
      for (Iterator<EndedView> i = endedViews.iterator(); i.hasNext(); ) {
        EndedView e = i.next();
        if (checkView(e) || !e.view.watched()) {
          i.remove();
        }
      }
    }
  }

  /** True: something was wrong, and was told. */
  private boolean checkView(EndedView e) {
    String wrong = e.view.look();
    if (wrong == null) {
      return false;
    }
    FaultLog.log(FaultLog.Fault.LEASE_WRITTEN, loop.name() + ": " + wrong, e.ended);
    tell(wrong, e.ended);
    return true;
  }

  /** Loop thread: the last look. */
  void loopEnds() {
    look(0);
    Held any = null;
    int n = 0;
    for (Held h : held) {
      any = h;
      n++;
      Events.INSTANCE.leaseMisused(loop.name(), "outstanding when the loop ended", h.acquired);
    }
    if (n > 0) {
      FaultLog.log(FaultLog.Fault.LEASES_OUTSTANDING, loop.name() + ": " + n + ", one of them", any.acquired);
    }
  }

  private void tell(String what, Throwable place) {
    Events.INSTANCE.leaseMisused(loop.name(), what, place);
    count(LoopCounters.LEASES_MISUSED); // Last: whoever sees the count finds the event.
  }

  /** Cells have one writer: of these two it is whoever holds the lock. */
  private synchronized void count(int cell) {
    loop.counters.add(cell, 1);
  }

  @Override
  public String toString() {
    return "leases of " + loop.name();
  }
}
