package io.sluice.internal.load;

import io.sluice.internal.bind.Binding;
import io.sluice.internal.bind.Bindings;
import io.sluice.internal.bind.UnavailableException;
import io.sluice.internal.log.Log;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * Brings the native library into the process, or says in one sentence why not.
 *
 * <pre>
 *   the file that {@value #PATH_PROPERTY} names    in place; it or none
 *   {@code java.library.path}                        in place; passed over with a warning when it does not fit
 *   class path or module path                  a temporary copy
 * </pre>
 *
 * <p>Each binding maps its own temporary copy, which is deleted as soon as it is mapped: no file is left behind, unless the
 * process is killed in the milliseconds between, and a second class loader (which the JVM denies the same file) has no difficulty.
 *
 * <p>System properties: {@value #ENABLED_PROPERTY}={@code false} keeps all native code out. {@value #PATH_PROPERTY} names
 * a library file to be loaded in place; only where the system refuses that very file, a copy is loaded. {@value #DIR_PROPERTY} names the folder for the temporary copy.
 * {@value #KEEP_PROPERTY}={@code true} keeps the copy until the JVM ends, for profilers that want to read its symbols.
 */
public class NativeLoader {
  public static final String ENABLED_PROPERTY = "sluice.native";
  public static final String PATH_PROPERTY = "sluice.native.path";
  public static final String DIR_PROPERTY = "sluice.native.dir";
  public static final String KEEP_PROPERTY = "sluice.native.keep";

  private static final String LIBRARY_PATH = "java.library.path";
  private static final NativeLoader SHARED =
      new NativeLoader(NativeLoader.class.getClassLoader(), new SystemProperties(), new EnvironmentVariables(), Platform.current());

  private record Outcome(Binding binding, UnavailableException failure) {}

  /** @param cause of the system, or null */
  private record Refusal(String text, UnavailableException cause) {}

  // No method references and lambdas where every start comes by: a cold JVM links each in a millisecond.

  private static final class SystemProperties implements UnaryOperator<String> {
    @Override
    public String apply(String name) {
      return System.getProperty(name);
    }
  }

  private static final class EnvironmentVariables implements UnaryOperator<String> {
    @Override
    public String apply(String name) {
      return System.getenv(name);
    }
  }

  private final ClassLoader resources;
  private final UnaryOperator<String> properties;
  private final UnaryOperator<String> environment;
  private final Platform platform;
  private final Map<String, Outcome> outcomes = new HashMap<>();
  private LibraryCopy foundByName; // until the others were looked for

  NativeLoader(
      ClassLoader resources, UnaryOperator<String> properties, UnaryOperator<String> environment, Platform platform) {
    this.resources = resources;
    this.properties = properties;
    this.environment = environment;
    this.platform = platform;
  }

  /** The loader of this copy of Sluice. */
  public static NativeLoader shared() {
    return SHARED;
  }

  Platform platform() {
    return platform;
  }

  /** A property as this loader sees it. */
  String property(String name) {
    return properties.apply(name);
  }

  /**
   * Why a binding is out of the question, or null: a look that loads nothing, unless {@link #load} was here before.
   */
  public synchronized String obstacle(String binding) {
    String switchedOff = switchedOff();
    if (switchedOff != null) {
      return switchedOff;
    }
    Outcome outcome = outcomes.get(binding);
    if (outcome != null) {
      return outcome.failure == null ? null : outcome.failure.getMessage();
    }
    return Bindings.obstacle(binding);
  }

  /**
   * Loads the library through a binding. The first outcome, good or bad, is final; only the switch {@value
   * #ENABLED_PROPERTY} is looked at every time.
   */
  public synchronized Binding load(String binding) throws UnavailableException {
    String switchedOff = switchedOff();
    if (switchedOff != null) {
      throw new UnavailableException(switchedOff);
    }
    Outcome outcome = outcomes.get(binding);
    if (outcome == null) {
      outcome = tryToLoad(binding);
      outcomes.put(binding, outcome);
    }
    if (outcome.failure != null) {
      // A new one: a shared exception would collect the suppressed exceptions of strangers.
      throw new UnavailableException(outcome.failure.getMessage(), outcome.failure, false);
    }
    return outcome.binding;
  }

  private String switchedOff() {
    String value = properties.apply(ENABLED_PROPERTY);
    return "false".equalsIgnoreCase(value) ? "switched off by -D" + ENABLED_PROPERTY + "=" + value : null;
  }

  private Outcome tryToLoad(String binding) {
    try {
      String obstacle = Bindings.obstacle(binding);
      if (obstacle != null) {
        throw new UnavailableException(obstacle);
      }
      Binding loaded = findAndLoad(binding);
      return new Outcome(loaded, null);
    } catch (UnavailableException e) {
      return new Outcome(null, e);
    } catch (RuntimeException e) {
      // For instance a path in a property that this JVM's file name encoding cannot express.
      return new Outcome(null, new UnavailableException("loading the library failed: " + e, e, false));
    }
  }

  /** In this order: the file that a property names, {@code java.library.path}, the class path. */
  private Binding findAndLoad(String binding) throws UnavailableException {
    String named = properties.apply(PATH_PROPERTY);
    if (named != null && !named.isBlank()) {
      return loadInPlace(binding, LibraryFile.named(NamedPath.of(PATH_PROPERTY, named), platform));
    }
    List<String> passedOver = new ArrayList<>();
    Binding loaded = loadInstalled(binding, passedOver);
    if (loaded != null) {
      return loaded;
    }
    String also = passedOver.isEmpty() ? "" : "; on " + LIBRARY_PATH + ": " + String.join("; ", passedOver);
    try {
      loaded = loadCopy(binding, packaged());
    } catch (UnavailableException e) {
      throw also.isEmpty() ? e : new UnavailableException(e.getMessage() + also, e, false);
    }
    if (!also.isEmpty()) {
      Log.logger().log(System.Logger.Level.WARNING, "Sluice took the library of the class path{0}.", also);
    }
    return loaded;
  }

  private LibraryFile packaged() throws UnavailableException {
    NativeJar jar = NativeJar.find(resources, platform);
    if (jar == null) {
      return ClassPathSearch.find(resources, platform);
    }
    foundByName = jar.copy();
    return jar.library();
  }

  /**
   * Warns when the class path has another library than the one that was found there by the name of its jar. Looks through the whole class
   * path, which no start waits for. Does so once.
   */
  public void warnOfOtherCopies() {
    LibraryCopy loaded;
    synchronized (this) {
      loaded = foundByName;
      foundByName = null;
    }
    if (loaded != null) {
      ClassPathSearch.warnOfOthers(resources, platform, loaded);
    }
  }

  private Binding loadInstalled(String binding, List<String> passedOver) {
    LibraryFile library = LibraryFile.onLibraryPath(properties.apply(LIBRARY_PATH), platform, passedOver);
    if (library == null) {
      return null;
    }
    try {
      return loadInPlace(binding, library);
    } catch (UnavailableException e) {
      passedOver.add(library.origin() + ": " + e.getMessage());
      return null;
    }
  }

  /** Where the system refuses this very file (noexec, or another class loader has it), a copy may do. */
  private Binding loadInPlace(String binding, LibraryFile library) throws UnavailableException {
    try {
      return Bindings.load(binding, library.inPlace());
    } catch (UnavailableException e) {
      if (!e.isFileRelated()) {
        throw e;
      }
      try {
        return loadCopy(binding, library);
      } catch (UnavailableException ofCopy) {
        throw new UnavailableException(e.getMessage() + "; and of a copy: " + ofCopy.getMessage(), ofCopy, false);
      }
    }
  }

  private Binding loadCopy(String binding, LibraryFile library) throws UnavailableException {
    List<Refusal> refusals = new ArrayList<>();
    List<Path> first = TemporaryFolders.first(properties);
    Binding loaded = loadCopy(first, binding, library, refusals);
    if (loaded == null) { // Only now: a cold JVM takes a millisecond for its first look at the environment.
      List<Path> others = TemporaryFolders.candidates(properties, environment);
      others.removeAll(first);
      loaded = loadCopy(others, binding, library, refusals);
    }
    if (loaded == null) {
      throw noFolder(library, refusals);
    }
    return loaded;
  }

  /** Null: refused in each of these folders. */
  private Binding loadCopy(List<Path> folders, String binding, LibraryFile library, List<Refusal> refusals) throws UnavailableException {
    for (Path folder : folders) {
      if (!Files.isDirectory(folder)) {
        refusals.add(new Refusal(folder + ": no such folder", null));
      } else {
        try {
          return loadCopyIn(folder, binding, library);
        } catch (IOException | UnsupportedOperationException e) {
          String why = e.getClass() == IOException.class ? e.getMessage() : "not writable (" + e + ")";
          refusals.add(new Refusal(folder + ": " + why, null));
        } catch (UnavailableException e) {
          if (!e.isFileRelated()) {
            throw e;
          }
          // Looked up only now: reading the mounts is not for every start.
          boolean noexec = platform.isLinux() && TemporaryFolders.isNoexec(folder);
          refusals.add(new Refusal(folder + ": " + (noexec ? "mounted noexec" : e.getMessage()), e));
        }
      }
    }
    return null;
  }

  private static UnavailableException noFolder(LibraryFile library, List<Refusal> refusals) {
    List<String> texts = new ArrayList<>();
    UnavailableException last = null;
    for (Refusal r : refusals) {
      texts.add(r.text);
      last = r.cause != null ? r.cause : last;
    }
    return new UnavailableException(
        "no folder to load " + library.fileName() + " from: " + String.join("; ", texts) + ". Name a writable folder that"
            + " allows execution and is its user's own with -D" + DIR_PROPERTY + "=FOLDER, or an unpacked library with -D" + PATH_PROPERTY
            + "=FILE",
        last,
        false);
  }

  private Binding loadCopyIn(Path folder, String binding, LibraryFile library) throws IOException, UnavailableException {
    Path file = TemporaryFolders.write(folder, library.fileName(), library.content());
    try {
      return Bindings.load(binding, file);
    } finally {
      if (Boolean.parseBoolean(properties.apply(KEEP_PROPERTY))) {
        TemporaryFolders.deleteOnExit(file);
      } else {
        TemporaryFolders.delete(file);
      }
    }
  }
}
