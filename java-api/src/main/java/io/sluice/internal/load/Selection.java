package io.sluice.internal.load;

import io.sluice.EngineReport;
import java.util.ArrayList;
import java.util.List;

/**
 * The outcome of choosing an engine and a binding.
 *
 * @param engine {@code io_uring}, {@code epoll}, {@code kqueue} or {@code nio}
 * @param binding {@code jni}, {@code ffm}, {@code jna}; {@code none} with the NIO engine
 * @param engineAsked true: the engine was asked for by name, so nothing else may take its place
 * @param features {@code FEAT_*}: what the probe found and {@code sluice.features.off} leaves on; once the engine is open,
 *     what it uses
 * @param candidates every engine and every binding, in the order of preference, with the reason why it is not used
 */
public record Selection(
    String engine, String binding, boolean engineAsked, int features, List<Candidate> candidates) {
  public Selection {
    candidates = List.copyOf(candidates);
  }

  /** The candidate of that kind and name. */
  public Candidate candidate(String kind, String name) {
    for (Candidate c : candidates) {
      if (c.is(kind, name)) {
        return c;
      }
    }
    throw new IllegalArgumentException("no " + kind + " is called " + name + ": " + candidates);
  }

  Selection withFeatures(int inUse) {
    return new Selection(engine, binding, engineAsked, inUse, candidates);
  }

  /** The same for users. */
  public EngineReport report() {
    List<EngineReport.Candidate> told = new ArrayList<>();
    for (Candidate c : candidates) {
      told.add(new EngineReport.Candidate(c.kind(), c.name(), c.reason().isEmpty(), c.usable(), c.reason()));
    }
    return new EngineReport(engine, binding, Features.names(features), told);
  }
}
