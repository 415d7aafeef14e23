package io.sluice.internal.load;

import io.sluice.EngineReport;
import io.sluice.internal.bind.Bindings;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * The outcome of choosing an engine and a binding.
 *
 * @param engine {@code io_uring}, {@code epoll}, {@code kqueue} or {@code nio}
 * @param binding {@code jni}, {@code ffm}, {@code jna}; {@code none} with the NIO engine
 * @param engineAsked true: the engine was asked for by name, so nothing else may take its place
 * @param features {@code FEAT_*}: what the probe found and {@code sluice.features.off} leaves on; once the engine is open,
 *     what it uses
 * @param standing of every engine and every binding
 */
public record Selection(String engine, String binding, boolean engineAsked, int features, Standing standing) {
  /** Engines and bindings, in the order of preference, with the reason why each is not used. From any thread. */
  interface Standing {
    /** Those that were looked at before the choice was made. */
    List<Candidate> examined();

    /** All; those that were passed over are looked at in the call. */
    List<Candidate> all();
  }

  private record Known(List<Candidate> all) implements Standing {
    @Override
    public List<Candidate> examined() {
      return all;
    }
  }

  public Selection {
    Objects.requireNonNull(standing);
  }

  Selection(String engine, String binding, boolean engineAsked, int features, List<Candidate> candidates) {
    this(engine, binding, engineAsked, features, new Known(List.copyOf(candidates)));
  }

  /** Every engine and every binding. May take milliseconds. */
  public List<Candidate> candidates() {
    return standing.all();
  }

  /** Those that come before the chosen ones, and these. */
  List<Candidate> examined() {
    return standing.examined();
  }

  /** The candidate of that kind and name. */
  public Candidate candidate(String kind, String name) {
    for (Candidate c : candidates()) {
      if (c.is(kind, name)) {
        return c;
      }
    }
    throw new IllegalArgumentException("no " + kind + " is called " + name + ": " + candidates());
  }

  /** Whether something better than what runs exists on this system, and nobody asked for what runs. */
  public boolean isDowngrade() {
    return isDowngradeOn(NativeLoader.shared().platform());
  }

  boolean isDowngradeOn(Platform platform) {
    String best = platform.isLinux() ? EngineSelector.IO_URING : EngineSelector.KQUEUE;
    return !engineAsked && !(engine.equals(best) && binding.equals(Bindings.JNI));
  }

  Selection withFeatures(int inUse) {
    return new Selection(engine, binding, engineAsked, inUse, standing);
  }

  /** The same for users. May take milliseconds. */
  public EngineReport report() {
    List<EngineReport.Candidate> told = new ArrayList<>();
    for (Candidate c : candidates()) {
      told.add(new EngineReport.Candidate(c.kind(), c.name(), c.reason().isEmpty(), c.usable(), c.reason()));
    }
    return new EngineReport(engine, binding, Features.names(features), told);
  }
}
