package io.sluice;

/**
 * An engine or a binding that was asked for by name cannot be used on this machine. The message says why, what helps, and
 * how the other engines and bindings stand.
 *
 * <p>Asking for {@code auto} never leads here: it falls back to the next engine, at last to NIO.
 */
public class EngineUnavailableException extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  public EngineUnavailableException(String message) {
    super(message);
  }

  public EngineUnavailableException(String message, Throwable cause) {
    super(message, cause);
  }
}
