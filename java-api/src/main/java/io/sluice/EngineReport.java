package io.sluice;

import java.util.List;

/**
 * Which engine and binding run, and for every other one why not. Prints well.
 *
 * @param engine {@code io_uring}, {@code epoll}, {@code kqueue} or {@code nio}
 * @param binding {@code jni}, {@code ffm}, {@code jna}, or {@code none} for the NIO engine
 * @param features optional kernel features in use, by name
 * @param candidates every engine and binding there is, in order of preference
 */
public record EngineReport(String engine, String binding, List<String> features, List<Candidate> candidates) {
  /**
   * One engine or binding.
   *
   * @param type {@code engine} or {@code binding}
   * @param name its name
   * @param chosen whether it runs
   * @param usable whether it could run
   * @param reason why it is not used, with the remedy; empty when it is chosen
   */
  public record Candidate(String type, String name, boolean chosen, boolean usable, String reason) {}

  public EngineReport {
    features = List.copyOf(features);
    candidates = List.copyOf(candidates);
  }

  /** Several lines, for a log or a terminal. */
  @Override
  public String toString() {
    StringBuilder s = new StringBuilder(256);
    s.append("engine=").append(engine).append(" binding=").append(binding);
    s.append(" features=").append(features.isEmpty() ? "none" : String.join(",", features));
    for (Candidate c : candidates) {
      s.append(System.lineSeparator()).append("  ").append(c.type()).append(' ').append(c.name()).append(": ");
      s.append(c.chosen() ? "in use" : (c.usable() ? "usable, not used: " : "unavailable: ") + c.reason());
    }
    return s.toString();
  }
}
