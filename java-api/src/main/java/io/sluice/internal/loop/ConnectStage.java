package io.sluice.internal.loop;

import io.sluice.CloseReason;
import io.sluice.Connection;

/** The stage of one {@code connect()}: given up, the attempt is cancelled, and a socket that comes too late closed. */
final class ConnectStage extends AttemptStage<Connection> {
  /** Set before anybody else sees this stage. */
  private Connector connector;

  void connector(Connector c) {
    connector = c;
  }

  void fail(CloseReason why) {
    fail(CloseReasons.exception(why));
  }

  @Override
  protected void stopAttempt() {
    if (connector != null) {
      connector.giveUp();
    }
  }
}
