package io.sluice;

import java.io.IOException;

/** A listen or connect failed, or an operation was asked of a connection that has ended. */
public class TransportException extends IOException {
  private static final long serialVersionUID = 1L;
  private final transient CloseReason reason;

  public TransportException(String message, CloseReason reason) {
    super(message);
    this.reason = reason;
  }

  /** The typed cause; null only after deserialization. */
  public CloseReason reason() {
    return reason;
  }
}
