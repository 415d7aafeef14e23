import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Holds one library against what {@link Target} promises. */
final class LibraryCheck {
  private static final Pattern DECLARATION = Pattern.compile("SLUICE_API[^;(]*?\\b(sluice_[a-z0-9_]+)\\s*\\(");
  private static final Set<String> JNI_ENTRY_POINTS = Set.of("JNI_OnLoad", "JNI_OnUnload");

  private final SortedSet<String> abi = new TreeSet<>();
  private final Path importLists;
  private final List<String> buildPaths;

  /**
   * @param headers folder of the public headers, whose functions are what may be exported
   * @param importLists folder with one list for each kind of system
   * @param buildPaths folders of this machine whose names must not be in any library
   */
  LibraryCheck(Path headers, Path importLists, List<String> buildPaths) throws IOException {
    this.importLists = importLists;
    this.buildPaths = buildPaths;
    try (Stream<Path> files = Files.list(headers)) {
      for (Path header : files.filter(f -> f.toString().endsWith(".h")).toList()) {
        Matcher m = DECLARATION.matcher(Files.readString(header));
        while (m.find()) {
          abi.add(m.group(1));
        }
      }
    }
    if (abi.isEmpty()) {
      throw new IllegalArgumentException(headers + " declares no function with SLUICE_API");
    }
  }

  /** Everything that is wrong with the library; empty when it is as promised. */
  List<String> faults(Target target, byte[] file) throws IOException {
    NativeLibrary library;
    try {
      library = NativeLibrary.parse(file);
    } catch (IllegalArgumentException | IndexOutOfBoundsException | ArithmeticException e) {
      return List.of("is damaged: " + e.getMessage());
    }
    List<String> faults = new ArrayList<>(library.faults());
    if (!library.architecture().equals(target.architecture)) {
      faults.add("is built for " + library.architecture());
    }
    checkFloor(target, library, faults);
    checkNames(target, library, faults);
    checkExports(library, faults);
    checkImports(target, library, faults);
    checkPaths(file, faults);
    if (file.length >= Target.SIZE_LIMIT_BYTES) {
      faults.add("has " + file.length + " bytes, the limit is " + Target.SIZE_LIMIT_BYTES);
    }
    return faults;
  }

  /** The same for a library of others that lies beside it: where it runs, and that it says nothing of this machine. */
  List<String> faultsOfCompanion(Target target, byte[] file) {
    NativeLibrary library = NativeLibrary.parse(file);
    List<String> faults = new ArrayList<>(library.faults());
    if (!library.architecture().equals(target.architecture)) {
      faults.add("is built for " + library.architecture());
    }
    checkFloor(target, library, faults);
    checkNeeded(target, library, faults);
    checkPaths(file, faults);
    return faults;
  }

  private static void checkFloor(Target target, NativeLibrary library, List<String> faults) {
    String floor = library.floor();
    if (target.floor.isEmpty() ? !floor.isEmpty() : floor.isEmpty()) {
      faults.add("needs \"" + floor + "\" as the oldest system, expected \"" + target.floor + "\"");
    } else if (!floor.isEmpty() && NativeLibrary.compareVersions(floor, target.floor) > 0) {
      faults.add("needs " + target.libc + " " + floor + ", promised is " + target.floor);
    }
  }

  private static void checkNames(Target target, NativeLibrary library, List<String> faults) {
    String expected = (target.libc == Target.Libc.DARWIN ? "@rpath/" : "") + target.libraryName();
    if (!library.name().equals(expected)) {
      faults.add("calls itself \"" + library.name() + "\", not \"" + expected + "\"");
    }
    checkNeeded(target, library, faults);
  }

  private static void checkNeeded(Target target, NativeLibrary library, List<String> faults) {
    for (String needed : library.needed()) {
      if (!target.libc.provides(needed)) {
        faults.add("depends on " + needed + ", which is not " + target.libc);
      }
    }
  }

  private void checkExports(NativeLibrary library, List<String> faults) {
    for (String symbol : library.exports()) {
      if (!abi.contains(symbol) && !JNI_ENTRY_POINTS.contains(symbol)) {
        faults.add("exports " + symbol + ", which is neither in a header nor an entry point of JNI");
      }
    }
    SortedSet<String> absent = new TreeSet<>(abi);
    absent.add("JNI_OnLoad");
    absent.removeAll(library.exports());
    if (!absent.isEmpty()) {
      faults.add("does not export " + String.join(", ", absent));
    }
  }

  private void checkImports(Target target, NativeLibrary library, List<String> faults) throws IOException {
    Path list = importLists.resolve(target.importList());
    SortedSet<String> unknown = new TreeSet<>(library.imports());
    for (String line : Files.readAllLines(list)) {
      unknown.remove(line.replaceFirst("#.*", "").trim());
    }
    if (!unknown.isEmpty()) {
      faults.add("imports " + String.join(", ", unknown) + ": make sure that " + target.libc + " "
          + (target.floor.isEmpty() ? "" : target.floor + " ") + "has it and add it to cmake/imports/" + target.importList());
    }
  }

  private void checkPaths(byte[] file, List<String> faults) {
    String text = new String(file, StandardCharsets.ISO_8859_1);
    for (String path : buildPaths) {
      if (text.contains(path)) {
        faults.add("contains the path " + path + " of the machine that built it");
      }
    }
  }
}
