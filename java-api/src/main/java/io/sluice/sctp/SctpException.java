package io.sluice.sctp;

import io.sluice.TransportException;

/** An association could not be set up, or an operation was asked of one that has ended. */
public class SctpException extends TransportException {
  private static final long serialVersionUID = 1L;
  private final transient SctpClose close;

  public SctpException(String message, SctpClose close) {
    super(message, close.reason());
    this.close = close;
  }

  /** The typed cause with what only SCTP knows; null only after deserialization. */
  public SctpClose close() {
    return close;
  }
}
