package io.sluice.internal.bind;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
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
  static synchronized Binding load(Path library) throws UnavailableException {
    if (loaded == null) {
      SymbolLookup found = SymbolLookup.libraryLookup(library, Arena.global());
      Bindings.checkAbi(abi(found), library);
      symbols = found;
      loaded = new FfmBinding();
    }
    return loaded;
  }

  /** Asked before {@link FfmBinding} is initialised, whose handles are final. */
  private static int abi(SymbolLookup library) {
    MemorySegment function =
        library.find("sluice_abi").orElseThrow(() -> new UnsatisfiedLinkError("undefined symbol: sluice_abi"));
    try {
      return (int) Linker.nativeLinker().downcallHandle(function, FunctionDescriptor.of(ValueLayout.JAVA_INT)).invokeExact();
    } catch (Throwable t) {
      throw new IllegalStateException("calling sluice_abi failed", t);
    }
  }

  static SymbolLookup symbols() {
    return symbols;
  }
}
