package io.sluice.internal.loop;

/**
 * Where a lease began or ended: never thrown, only carried as a cause, so that its stack is printed. Its own cause is the
 * place before it in the life of the same lease.
 */
final class LeasePlace extends Throwable {
  private static final long serialVersionUID = 1L;

  private final String what;
  private final String thread = Thread.currentThread().getName();
  private final transient Endpoint owner;

  private LeasePlace(String what, Endpoint owner, LeasePlace before, boolean located) {
    super(null, before, false, located);
    this.what = what;
    this.owner = owner;
  }

  /** Without a stack: it would only show the dispatcher, at every message. */
  static LeasePlace lent(Endpoint to) {
    return new LeasePlace("the lease was lent to " + to.callback(), to, null, false);
  }

  static LeasePlace retained(Endpoint from) {
    return new LeasePlace("the lease was acquired by retain()", from, null, true);
  }

  static LeasePlace ended(String how, LeasePlace acquired, boolean located) {
    return new LeasePlace("the lease " + how, acquired.owner, acquired, located);
  }

  Endpoint owner() {
    return owner;
  }

  /** Put together when somebody reads it. */
  @Override
  public String getMessage() {
    return what + ", thread " + thread + ", data of " + owner.described();
  }

  @Override
  public String toString() {
    return getMessage();
  }
}
