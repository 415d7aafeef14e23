package io.sluice.internal.loop;

/**
 * Where a lease began or ended: never thrown, only carried as a cause, so that its stack is printed. Its own cause is the
 * place before it in the life of the same lease.
 */
final class LeasePlace extends Throwable {
  private static final long serialVersionUID = 1L;

  private final String what;
  private final String thread = Thread.currentThread().getName();
  private final transient ConnectionCore connection;

  private LeasePlace(String what, ConnectionCore connection, LeasePlace before, boolean located) {
    super(null, before, false, located);
    this.what = what;
    this.connection = connection;
  }

  /** Without a stack: it would only show the dispatcher, at every message. */
  static LeasePlace lent(ConnectionCore to) {
    return new LeasePlace("the lease was lent to onData", to, null, false);
  }

  static LeasePlace retained(ConnectionCore from) {
    return new LeasePlace("the lease was acquired by retain()", from, null, true);
  }

  static LeasePlace ended(String how, LeasePlace acquired, boolean located) {
    return new LeasePlace("the lease " + how, acquired.connection, acquired, located);
  }

  ConnectionCore connection() {
    return connection;
  }

  /** Put together when somebody reads it. */
  @Override
  public String getMessage() {
    return what + ", thread " + thread + ", data of connection " + connection.id + " with " + connection.remoteAddress();
  }

  @Override
  public String toString() {
    return getMessage();
  }
}
