package io.sluice.internal.loop;

import io.sluice.BufferLease;
import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * A lease in checked mode: stands in front of the lease that it would be otherwise, and knows where it was acquired and where
 * it ended. Never used twice.
 *
 * <pre>
 *  ACTIVE --release, retain, send, callback returned--> ENDED: every access is a mistake, thrown with both places
 *     |
 *     +--unreachable, retained--> lost: reported and given back by {@link LeaseChecks}
 * </pre>
 *
 * The bytes that {@code buffer()} hands out are a copy, see {@link LeaseView}; from then on it is the contents of this lease,
 * and goes back into the receive buffer when that is retained or sent. Every method holds the lock, so an access on one thread
 * and the end on another do not overlap; and nobody can lose a lease while one of its methods runs.
 */
final class CheckedLease implements BufferLease {
  private final LeaseChecks checks;
  private final BufferLease inner;
  private final LeasePlace acquired;
  /** Null for the lease of a callback: it cannot be lost. */
  private LeaseChecks.Held held;
  private LeaseView view;
  private LeasePlace ended;

  CheckedLease(LeaseChecks checks, BufferLease inner, LeasePlace acquired) {
    this.checks = checks;
    this.inner = inner;
    this.acquired = acquired;
  }

  /** Before anybody else has it. */
  void heldAs(LeaseChecks.Held h) {
    held = h;
  }

  // ------------------------------------------------------------------------------------------- the end

  private void checkUse(String what) {
    if (ended != null) {
      throw checks.misused(what, ended);
    }
    inner.length(); // Throws on the wrong thread.
  }

  /**
   * Ends this lease.
   *
   * @return what stands behind it, now the caller's to end
   */
  private BufferLease end(String what, String how, boolean contentsWanted) {
    checkUse(what);
    if (contentsWanted && view != null) {
      view.copyTo(inner.buffer());
    }
    ended(LeasePlace.ended(how, acquired, true));
    return inner;
  }

  private void ended(LeasePlace place) {
    ended = place;
    if (held != null) {
      checks.let(held);
    }
    if (view != null) {
      checks.viewEnded(view, place);
      view = null;
    }
  }

  synchronized void callbackReturned() {
    if (ended == null) {
      ended(LeasePlace.ended("ended: its " + acquired.owner().callback() + " returned", acquired, false));
    }
  }

  /** The send has to end what is returned. */
  synchronized BufferLease send(String to) {
    return end("send", "was sent to " + to, true);
  }

  @Override
  public synchronized void release() {
    end("release", "was released", false).release();
  }

  @Override
  public synchronized BufferLease retain() {
    return checks.hold(end("retain", "was ended by retain()", true).retain(), acquired.owner());
  }

  // ------------------------------------------------------------------------------------------- access

  @Override
  public synchronized boolean isActive() {
    return ended == null && inner.isActive();
  }

  @Override
  public synchronized int length() {
    checkUse("length");
    return inner.length();
  }

  @Override
  public synchronized byte get(int index) {
    checkUse("get");
    Objects.checkIndex(index, inner.length());
    return view != null ? view.buffer().get(index) : inner.get(index);
  }

  @Override
  public synchronized void copyTo(int index, byte[] target, int targetOffset, int count) {
    checkUse("copyTo");
    Objects.checkFromIndexSize(index, count, inner.length());
    if (view != null) {
      view.buffer().get(index, target, targetOffset, count);
    } else {
      inner.copyTo(index, target, targetOffset, count);
    }
  }

  @Override
  public synchronized ByteBuffer buffer() {
    checkUse("buffer");
    if (view == null) {
      view = LeaseView.of(inner);
      if (held != null) {
        held.view = view;
      }
    }
    return view.buffer();
  }

  @Override
  public synchronized String toString() {
    return "checked " + (ended != null ? "lease (ended)" : inner.toString());
  }
}
