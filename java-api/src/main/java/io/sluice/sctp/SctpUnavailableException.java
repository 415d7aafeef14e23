package io.sluice.sctp;

/** SCTP cannot be used here. The message names the cause and the remedy. */
public class SctpUnavailableException extends IllegalStateException {
  private static final long serialVersionUID = 1L;
  private final transient SctpAvailability availability;

  public SctpUnavailableException(SctpAvailability availability) {
    super(availability.toString());
    this.availability = availability;
  }

  /** What was found; null only after deserialization. */
  public SctpAvailability availability() {
    return availability;
  }
}
