package io.sluice.internal.load;

import io.sluice.EngineUnavailableException;
import io.sluice.internal.abi.Abi;
import io.sluice.internal.bind.Binding;
import io.sluice.internal.bind.Bindings;
import io.sluice.internal.bind.UnavailableException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Chooses a binding, then with its help an engine, and knows a reason for everything it did not choose. One object per
 * choice. What comes behind the choice is looked at when somebody wants to know: that takes as long as choosing.
 *
 * <pre>
 *   binding:  jni -> ffm -> jna               the first that loads
 *   engine:   io_uring -> epoll, or kqueue    the first whose live probe passes
 *             -> nio                          needs nothing
 * </pre>
 */
final class EngineSelector implements Selection.Standing {
  static final String AUTO = "auto";
  static final String NIO = "nio";
  static final String IO_URING = "io_uring";
  static final String EPOLL = "epoll";
  static final String KQUEUE = "kqueue";
  static final String NO_BINDING = "none";

  private static final String NEEDS_NONE = "the NIO engine needs no binding";

  /** All there are, in the order of preference on Linux. */
  static final List<String> ENGINES = List.of(IO_URING, EPOLL, KQUEUE, NIO);

  /** The same elsewhere: what the system may have comes first. */
  private static final List<String> ENGINES_ELSEWHERE = List.of(KQUEUE, IO_URING, EPOLL, NIO);

  private final NativeLoader loader;
  private final String engineWanted;
  private final String bindingWanted;
  private final int featuresOff;
  private final List<String> order;
  private final Map<String, Candidate> engines = new TreeMap<>();
  private final Map<String, Candidate> bindings = new TreeMap<>();

  private Binding binding;
  private String bindingFailure;
  private String engine;

  /** The names must have been checked: one of {@link #ENGINES}, {@link Bindings#NAMES} or {@link #AUTO}. */
  EngineSelector(NativeLoader loader, String engineWanted, String bindingWanted, int featuresOff) {
    this.loader = loader;
    this.engineWanted = engineWanted;
    this.bindingWanted = bindingWanted;
    this.featuresOff = featuresOff;
    this.order = loader.platform().isLinux() ? ENGINES : ENGINES_ELSEWHERE;
  }

  static int number(String engine) {
    return switch (engine) {
      case IO_URING -> Abi.ENGINE_IO_URING;
      case EPOLL -> Abi.ENGINE_EPOLL;
      case KQUEUE -> Abi.ENGINE_KQUEUE;
      default -> throw new IllegalArgumentException("engine: " + engine + " is not native");
    };
  }

  synchronized Selection select() {
    if (!engineWanted.equals(NIO)) {
      chooseBinding();
    }
    int features = chooseEngine();
    if (!engineWanted.equals(NIO) && !bindingWanted.equals(AUTO) && binding == null) {
      throw unavailable("binding " + bindingWanted, bindingFailure, all());
    }
    if (!engineWanted.equals(AUTO) && !engine.equals(engineWanted)) {
      throw unavailable("engine " + engineWanted, engines.get(engineWanted).reason(), all());
    }
    return new Selection(engine, engine.equals(NIO) ? NO_BINDING : binding.name(), !engineWanted.equals(AUTO), features, this);
  }

  // ---- binding ----

  private void chooseBinding() {
    for (String name : Bindings.NAMES) {
      if (bindingWanted.equals(AUTO) ? binding == null : name.equals(bindingWanted)) {
        tryBinding(name);
      } else if (binding == null) {
        bindings.put(name, unneeded(name)); // It comes before the one that was asked for, so the log will say why it is not used.
      }
    }
  }

  private void tryBinding(String name) {
    try {
      binding = loader.load(name);
      bindings.put(name, new Candidate(Candidate.BINDING, name, true, ""));
    } catch (UnavailableException e) {
      bindings.put(name, new Candidate(Candidate.BINDING, name, false, e.getMessage()));
      bindingFailure = e.getMessage();
    }
  }

  private Candidate unneeded(String name) {
    String obstacle = loader.obstacle(name);
    if (obstacle != null) {
      return new Candidate(Candidate.BINDING, name, false, obstacle);
    }
    boolean nio = engineWanted.equals(NIO);
    String reason = nio ? NEEDS_NONE : bindingWanted.equals(AUTO) ? binding.name() + " comes first" : bindingWanted + " was asked for";
    return new Candidate(Candidate.BINDING, name, true, reason);
  }

  // ---- engine ----

  /** Sets {@link #engine}, to NIO also where another is wanted and unusable. Answers its features. */
  private int chooseEngine() {
    for (String name : order) {
      if (engineWanted.equals(AUTO) || name.equals(engineWanted)) {
        EngineProbe probe = probe(name);
        engines.put(name, new Candidate(Candidate.ENGINE, name, probe.usable(), probe.usable() ? "" : probe.reason()));
        if (probe.usable()) {
          engine = name;
          return probe.features() & ~featuresOff;
        }
      }
    }
    engine = NIO;
    return 0;
  }

  private Candidate passedOver(String name) {
    if (engineWanted.equals(NIO)) {
      return new Candidate(Candidate.ENGINE, name, true, "nio was asked for; not probed");
    }
    EngineProbe probe = probe(name);
    String reason = engineWanted.equals(AUTO) ? engine + " comes first" : engineWanted + " was asked for";
    return new Candidate(Candidate.ENGINE, name, probe.usable(), probe.usable() ? reason : probe.reason());
  }

  private EngineProbe probe(String engine) {
    if (engine.equals(NIO)) {
      return new EngineProbe(true, 0, 0, "");
    }
    if (binding == null) {
      return new EngineProbe(false, 0, 0, "no binding to the native library: " + bindingReasons());
    }
    return EngineProbe.run(binding, number(engine));
  }

  /** The reasons of the bindings; one that is common to all is said once. */
  private String bindingReasons() {
    List<Candidate> unusable = bindings.values().stream().filter(c -> !c.usable()).toList();
    List<String> reasons = unusable.stream().map(Candidate::reason).distinct().toList();
    return reasons.size() == 1
        ? reasons.get(0)
        : unusable.stream().map(c -> c.name() + ": " + c.reason()).collect(Collectors.joining("; "));
  }

  // ---- results ----

  @Override
  public List<Candidate> all() {
    return standing(true);
  }

  @Override
  public List<Candidate> examined() {
    return standing(false);
  }

  /** What comes behind the choice is looked at each time: a reason against it may have been one of that moment. */
  private synchronized List<Candidate> standing(boolean all) {
    List<Candidate> candidates = new ArrayList<>();
    for (String name : order) {
      if (engines.containsKey(name)) {
        candidates.add(engines.get(name));
      } else if (all) {
        candidates.add(passedOver(name));
      }
    }
    for (String name : Bindings.NAMES) {
      if (bindings.containsKey(name)) {
        Candidate c = bindings.get(name);
        boolean idle = engine.equals(NIO) && c.usable() && c.reason().isEmpty();
        candidates.add(idle ? new Candidate(c.kind(), name, true, NEEDS_NONE) : c);
      } else if (all) {
        candidates.add(unneeded(name));
      }
    }
    return candidates;
  }

  @Override
  public String toString() {
    return examined().toString();
  }

  static EngineUnavailableException unavailable(String what, String reason, List<Candidate> candidates) {
    String others =
        candidates.stream()
            .filter(c -> !what.equals(c.kind() + " " + c.name()))
            .map(c -> c.kind() + " " + c.name() + " " + standing(c, reason))
            .collect(Collectors.joining("; "));
    return new EngineUnavailableException(what + " is unavailable: " + reason + ". Others: " + others);
  }

  private static String standing(Candidate c, String saidAlready) {
    if (c.usable()) {
      return "is usable";
    }
    return c.reason().contains(saidAlready) ? "is not, for the same reason" : "is not: " + c.reason();
  }
}
