package io.sluice.internal.loop;

import io.sluice.BufferLease;
import io.sluice.Connection;
import io.sluice.ConnectionHandler;

/** Stands in until a connection has its handler, and for good when the handler factory failed. */
final class NoHandler implements ConnectionHandler {
  static final NoHandler INSTANCE = new NoHandler();

  private NoHandler() {}

  @Override
  public void onData(Connection connection, BufferLease data) {}
}
