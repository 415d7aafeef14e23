package io.sluice.internal.loop;

import io.sluice.BufferLease;

/** The lease of callbacks in checked mode: every callback gets a {@link CheckedLease} of its own in front of it. */
final class CheckedCallbackLease extends CallbackLease {
  private final LeaseChecks checks;
  private CheckedLease lent;

  CheckedCallbackLease(LeasePool pool, LeaseChecks checks) {
    super(pool);
    this.checks = checks;
  }

  @Override
  BufferLease forHandler() {
    lent = new CheckedLease(checks, this, LeasePlace.lent(owner));
    return lent;
  }

  @Override
  void take() {
    super.take();
    CheckedLease l = lent;
    lent = null;
    if (l != null) {
      l.callbackReturned();
    }
  }
}
