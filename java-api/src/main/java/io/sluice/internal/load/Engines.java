package io.sluice.internal.load;

import io.sluice.EngineUnavailableException;
import io.sluice.internal.bind.Bindings;
import io.sluice.internal.bind.UnavailableException;
import io.sluice.internal.engine.Engine;
import io.sluice.internal.engine.EngineConfig;
import io.sluice.internal.engine.NativeEngine;
import io.sluice.internal.log.Log;
import io.sluice.internal.nio.NioEngine;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Choosing and opening engines.
 *
 * <p>System properties: {@value #ENGINE_PROPERTY}, {@value #BINDING_PROPERTY}, {@value Features#OFF_PROPERTY}, and those
 * of {@link NativeLoader}.
 */
public final class Engines {
  public static final String ENGINE_PROPERTY = "sluice.engine";
  public static final String BINDING_PROPERTY = "sluice.binding";

  /** An open engine, and the selection as it came out in the end. */
  public record Opened(Engine engine, Selection selection) {}

  private Engines() {}

  /**
   * Chooses an engine and a binding by looking at what works here and now.
   *
   * @param engine {@code auto}, {@code io_uring}, {@code epoll}, {@code kqueue}, {@code nio}; null: property {@value #ENGINE_PROPERTY}, else
   *     auto
   * @param binding {@code auto}, {@code jni}, {@code ffm}, {@code jna}; null: property {@value #BINDING_PROPERTY}, else auto. The
   *     NIO engine needs none and ignores it.
   * @throws EngineUnavailableException what was asked for by name cannot be used
   * @throws IllegalArgumentException a name is unknown
   */
  public static Selection select(String engine, String binding) {
    return select(NativeLoader.shared(), engine, binding);
  }

  static Selection select(NativeLoader loader, String engine, String binding) {
    String e = choice("engine", engine, ENGINE_PROPERTY, loader, EngineSelector.ENGINES);
    String b = choice("binding", binding, BINDING_PROPERTY, loader, Bindings.NAMES);
    return new EngineSelector(loader, e, b, featuresOff(loader)).select();
  }

  /** Whether {@link #select} will answer the NIO engine without looking at another. */
  public static boolean isNioAsked(String engine) {
    String value = engine != null ? engine : System.getProperty(ENGINE_PROPERTY); // Without the loader: this is asked first of all.
    return value != null && value.trim().equalsIgnoreCase(EngineSelector.NIO);
  }

  private static String choice(String what, String value, String property, NativeLoader loader, List<String> known) {
    String source = what;
    if (value == null) {
      value = loader.property(property);
      source = "-D" + property;
    }
    if (value == null || value.isBlank()) {
      return EngineSelector.AUTO;
    }
    String name = value.trim().toLowerCase(Locale.ROOT);
    if (!name.equals(EngineSelector.AUTO) && !known.contains(name)) {
      throw new IllegalArgumentException(
          source + ": " + value + " is unknown; it must be " + EngineSelector.AUTO + ", " + String.join(", ", known));
    }
    return name;
  }

  private static int featuresOff(NativeLoader loader) {
    return Features.parse(loader.property(Features.OFF_PROPERTY));
  }

  /** Opens an engine; {@link #openWithReport} without the report. */
  public static Engine open(Selection selection, EngineConfig config) {
    return openWithReport(selection, config).engine();
  }

  /**
   * Opens the engine of a selection. When the system refuses although the probe passed (a limit was reached meanwhile), a
   * selection made by {@code auto} goes on to the next engine, which the returned selection then says, with the reason.
   *
   * @throws EngineUnavailableException the engine was asked for by name and cannot be opened
   * @throws IllegalArgumentException a value of {@code config} is out of range
   */
  public static Opened openWithReport(Selection selection, EngineConfig config) {
    return openWithReport(NativeLoader.shared(), selection, config);
  }

  static Opened openWithReport(NativeLoader loader, Selection selection, EngineConfig config) {
    EngineRanges.check(config);
    EngineConfig effective = withFeaturesOff(config, featuresOff(loader));
    Selection now = selection;
    while (!now.engine().equals(EngineSelector.NIO)) {
      try {
        Engine engine = openNative(loader, now, effective);
        return new Opened(engine, now.withFeatures(engine.features()));
      } catch (UnavailableException e) {
        if (now.engineAsked()) {
          throw EngineSelector.unavailable("engine " + now.engine(), e.getMessage(), now.candidates());
        }
        Selection next = without(loader, now, e.getMessage());
        Log.logger().log(
            System.Logger.Level.WARNING, "Engine {0} cannot be opened: {1}. Using {2}.", now.engine(), e.getMessage(), next.engine());
        now = next;
      }
    }
    return new Opened(new NioEngine(effective), now);
  }

  private static Engine openNative(NativeLoader loader, Selection selection, EngineConfig config)
      throws UnavailableException {
    return NativeEngine.open(loader.load(selection.binding()), EngineSelector.number(selection.engine()), config);
  }

  /** The selection with its engine struck out and the next usable one in its place. */
  private static Selection without(NativeLoader loader, Selection selection, String reason) throws EngineUnavailableException {
    List<Candidate> candidates = new ArrayList<>(selection.candidates());
    int failed = candidates.indexOf(selection.candidate(Candidate.ENGINE, selection.engine()));
    candidates.set(failed, new Candidate(Candidate.ENGINE, selection.engine(), false, reason));
    String next =
        candidates.stream()
            .filter(c -> c.kind().equals(Candidate.ENGINE) && c.usable())
            .map(Candidate::name)
            .findFirst()
            .orElse(EngineSelector.NIO);
    boolean nio = next.equals(EngineSelector.NIO);
    candidates.replaceAll(
        c -> {
          if (c.is(Candidate.ENGINE, next)) {
            return new Candidate(c.kind(), c.name(), true, "");
          }
          boolean idle = nio && c.is(Candidate.BINDING, selection.binding());
          return idle ? new Candidate(c.kind(), c.name(), true, "the NIO engine needs no binding") : c;
        });
    return new Selection(next, nio ? EngineSelector.NO_BINDING : selection.binding(), false, 0, candidates);
  }

  private static EngineConfig withFeaturesOff(EngineConfig c, int off) {
    return new EngineConfig(
        c.sqEntries(), c.cqEntries(), c.rqEntries(), c.scratchBytes(), c.maxHandles(), c.maxOps(), c.featuresOff() | off,
        c.throttleMillis(), c.readBudgetBytes(), c.uringEntries());
  }
}
