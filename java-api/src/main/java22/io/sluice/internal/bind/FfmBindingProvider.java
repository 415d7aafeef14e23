package io.sluice.internal.bind;

import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Path;

/** The door to the FFM binding on JDK 22 and later; see the twin of the same name for the earlier ones. */
final class FfmBindingProvider {
  /** Where {@link FfmBinding} finds its functions; set before that class is initialised. */
  private static SymbolLookup symbols;

  private static FfmBinding loaded;

  private FfmBindingProvider() {}

  static String obstacle() {
    return null;
  }

  /**
   * Loads the library once per class loader; later calls answer the first one's result. The file is opened here and not in
   * the initialiser of {@link FfmBinding}, which runs only once: a file that cannot be mapped may be tried elsewhere.
   */
  static synchronized Binding load(Path library) {
    if (loaded == null) {
      symbols = SymbolLookup.libraryLookup(library, Arena.global());
      loaded = new FfmBinding();
    }
    return loaded;
  }

  static SymbolLookup symbols() {
    return symbols;
  }
}
