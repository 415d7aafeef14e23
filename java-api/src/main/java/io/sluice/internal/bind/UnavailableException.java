package io.sluice.internal.bind;

/**
 * A binding or an engine cannot be used here. The message is one sentence that names the cause and the remedy; it goes
 * into the engine report as it is.
 */
public final class UnavailableException extends Exception {
  private static final long serialVersionUID = 1L;

  private final boolean fileRelated;

  public UnavailableException(String reason) {
    this(reason, null, false);
  }

  /**
   * @param fileRelated the system refused this very file: a copy of it in another folder may do
   */
  public UnavailableException(String reason, Throwable cause, boolean fileRelated) {
    super(reason, cause);
    this.fileRelated = fileRelated;
  }

  public boolean isFileRelated() {
    return fileRelated;
  }
}
