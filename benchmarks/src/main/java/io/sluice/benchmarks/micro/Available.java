package io.sluice.benchmarks.micro;

import io.sluice.EngineUnavailableException;
import io.sluice.internal.bind.Bindings;
import io.sluice.internal.bind.UnavailableException;
import io.sluice.internal.load.Engines;
import io.sluice.internal.load.NativeLoader;
import java.util.ArrayList;
import java.util.List;

/**
 * The parameters that work on this machine and JVM, and why others do not.
 *
 * @param missing one line for each that was left out
 */
record Available(List<String> bindings, List<String> engines, List<String> missing) {
  private static final List<String> NATIVE_ENGINES = List.of("epoll", "io_uring");

  static Available here() {
    List<String> bindings = new ArrayList<>();
    List<String> engines = new ArrayList<>();
    List<String> missing = new ArrayList<>();
    for (String binding : Bindings.NAMES) {
      try {
        NativeLoader.shared().load(binding);
        bindings.add(binding);
      } catch (UnavailableException e) {
        missing.add("binding " + binding + ": " + e.getMessage());
      }
    }
    for (String engine : NATIVE_ENGINES) {
      try {
        Engines.select(engine, bindings.isEmpty() ? null : bindings.get(0));
        engines.add(engine);
      } catch (EngineUnavailableException e) {
        missing.add("engine " + engine + ": " + e.getMessage());
      }
    }
    return new Available(bindings, engines, missing);
  }
}
