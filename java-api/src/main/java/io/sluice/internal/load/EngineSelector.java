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
 * Chooses a binding, then with its help an engine, and keeps a reason for everything it did not choose. One object per
 * choice.
 *
 * <pre>
 *   binding:  jni -> ffm -> jna               the first that loads
 *   engine:   io_uring -> epoll, or kqueue    the first whose live probe passes
 *             -> nio                          needs nothing
 * </pre>
 */
final class EngineSelector {
  static final String AUTO = "auto";
  static final String NIO = "nio";
  static final String IO_URING = "io_uring";
  static final String EPOLL = "epoll";
  static final String KQUEUE = "kqueue";
  static final String NO_BINDING = "none";

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

  Selection select() {
    if (engineWanted.equals(NIO)) {
      return nioOnly();
    }
    chooseBinding();
    Selection selection = chooseEngine();
    if (!bindingWanted.equals(AUTO) && binding == null) {
      throw unavailable("binding " + bindingWanted, bindingFailure, selection.candidates());
    }
    if (!engineWanted.equals(AUTO) && !selection.engine().equals(engineWanted)) {
      throw unavailable("engine " + engineWanted, engines.get(engineWanted).reason(), selection.candidates());
    }
    return selection;
  }

  // ---- binding ----

  private void chooseBinding() {
    for (String name : Bindings.NAMES) {
      if (bindingWanted.equals(AUTO) ? binding == null : name.equals(bindingWanted)) {
        tryBinding(name);
      } else {
        bindings.put(name, unneeded(name));
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
    String reason = bindingWanted.equals(AUTO) ? binding.name() + " comes first" : bindingWanted + " was asked for";
    return new Candidate(Candidate.BINDING, name, true, reason);
  }

  // ---- engine ----

  private Selection chooseEngine() {
    String chosen = null;
    int features = 0;
    for (String name : order) {
      boolean wanted = engineWanted.equals(AUTO) ? chosen == null : name.equals(engineWanted);
      EngineProbe probe = probe(name);
      String reason = "";
      if (!probe.usable()) {
        reason = probe.reason();
      } else if (wanted) {
        chosen = name;
        features = probe.features() & ~featuresOff;
      } else {
        reason = engineWanted.equals(AUTO) ? chosen + " comes first" : engineWanted + " was asked for";
      }
      engines.put(name, new Candidate(Candidate.ENGINE, name, probe.usable(), reason));
    }
    // Without a match the caller throws; its message needs the candidates only.
    String engine = chosen == null ? NIO : chosen;
    return selection(engine, engine.equals(NIO) ? NO_BINDING : binding.name(), features);
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

  private Selection nioOnly() {
    for (String name : Bindings.NAMES) {
      String obstacle = loader.obstacle(name);
      bindings.put(
          name,
          new Candidate(
              Candidate.BINDING, name, obstacle == null, obstacle != null ? obstacle : "the NIO engine needs no binding"));
    }
    for (String name : order) {
      engines.put(name, new Candidate(Candidate.ENGINE, name, true, name.equals(NIO) ? "" : "nio was asked for; not probed"));
    }
    return selection(NIO, NO_BINDING, 0);
  }

  // ---- results ----

  private Selection selection(String engine, String bindingName, int features) {
    List<Candidate> candidates = new ArrayList<>();
    for (String name : order) {
      candidates.add(engines.get(name));
    }
    for (String name : Bindings.NAMES) {
      Candidate c = bindings.get(name);
      boolean idle = engine.equals(NIO) && c.usable() && c.reason().isEmpty();
      candidates.add(idle ? new Candidate(c.kind(), name, true, "the NIO engine needs no binding") : c);
    }
    return new Selection(engine, bindingName, !engineWanted.equals(AUTO), features, candidates);
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
