package io.sluice;

/** An engine or binding that was asked for by name cannot be used here. The message names the cause and the remedy. */
public class EngineUnavailableException extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  public EngineUnavailableException(String message) {
    super(message);
  }

  public EngineUnavailableException(String message, Throwable cause) {
    super(message, cause);
  }
}
