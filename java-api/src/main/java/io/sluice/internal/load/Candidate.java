package io.sluice.internal.load;

/**
 * How one engine or binding stands in a selection.
 *
 * @param kind {@link #ENGINE} or {@link #BINDING}
 * @param name {@code io_uring}, {@code epoll}, {@code kqueue}, {@code nio}; {@code jni}, {@code ffm}, {@code jna}
 * @param usable false: it cannot be used here. True: nothing is known against it; a binding that was not needed was not
 *     loaded for this answer.
 * @param reason why it is not used; "" for what is used
 */
public record Candidate(String kind, String name, boolean usable, String reason) {
  public static final String ENGINE = "engine";
  public static final String BINDING = "binding";

  boolean is(String kind, String name) {
    return this.kind.equals(kind) && this.name.equals(name);
  }

  @Override
  public String toString() {
    String state = reason.isEmpty() ? "in use" : (usable ? "usable, " : "unavailable, ") + reason;
    return kind + " " + name + ": " + state;
  }
}
