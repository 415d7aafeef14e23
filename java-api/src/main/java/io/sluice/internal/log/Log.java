package io.sluice.internal.log;

/** Sluice's logger. It is made when something is first said: java.util.logging costs a start some 100 ms of processor time. */
public final class Log {
  private static final System.Logger LOGGER = System.getLogger("io.sluice");

  private Log() {}

  public static System.Logger logger() {
    return LOGGER;
  }
}
