package io.sluice.soak;

import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** What Sluice logs: nothing from WARNING on but the exceptions that callbacks throw on purpose. */
final class LogWatch extends Handler implements AutoCloseable {
  /** Held, because the log manager forgets loggers that nobody holds. */
  private final Logger logger = Logger.getLogger("io.sluice");
  private final Faults faults;

  LogWatch(Faults faults) {
    this.faults = faults;
    logger.setUseParentHandlers(false);
    logger.addHandler(this);
  }

  @Override
  public void publish(LogRecord line) {
    if (line.getLevel().intValue() >= Level.WARNING.intValue() && !(line.getThrown() instanceof Provoked)) {
      faults.add("logged: " + line.getMessage() + (line.getThrown() == null ? "" : ", " + line.getThrown()));
      if (line.getThrown() != null) {
        line.getThrown().printStackTrace(System.out);
      }
    }
  }

  @Override
  public void flush() {}

  @Override
  public void close() {
    logger.removeHandler(this);
  }
}
