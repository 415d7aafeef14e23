import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Verifies the libraries of all platforms and prints a table; run by ci/natives.
 *
 * <pre>
 *   --libraries=DIR     a folder for each platform, as in the jars
 *   --again=DIR         the same from a second build in another place: every byte must be equal
 *   --headers=DIR --imports=DIR --paths=A:B:C     see {@link LibraryCheck}
 *   --platforms=A,B     which; all when left out
 *   --report=FILE       the table once more
 * </pre>
 */
final class CheckNatives {
  private static final String HEADER =
      "| platform | format | oldest system | depends on | imports | bytes | signature | verdict |\n|---|---|---|---|--:|--:|---|---|\n";
  private static final String SCTP_LIBRARY = "libusrsctp.so.2";

  private CheckNatives() {}

  public static void main(String[] args) throws IOException {
    Map<String, String> options = new LinkedHashMap<>();
    for (String arg : args) {
      if (!arg.matches("--[a-z]+=.*")) {
        throw new IllegalArgumentException("expected --name=value, got: " + arg);
      }
      options.put(arg.substring(2, arg.indexOf('=')), arg.substring(arg.indexOf('=') + 1));
    }
    System.exit(check(options) ? 0 : 1);
  }

  private static boolean check(Map<String, String> options) throws IOException {
    List<String> names = Arrays.asList(options.getOrDefault("platforms", "").split(","));
    List<Target> targets = Target.all().stream().filter(t -> names.equals(List.of("")) || names.contains(t.platform)).toList();
    if (!names.equals(List.of("")) && targets.size() != names.size()) {
      throw new IllegalArgumentException("platforms: " + names + ", known are " + Target.all().stream().map(t -> t.platform).toList());
    }
    LibraryCheck check =
        new LibraryCheck(
            Path.of(options.get("headers")), Path.of(options.get("imports")), List.of(options.get("paths").split(":")));
    Path libraries = Path.of(options.get("libraries"));
    Path again = Path.of(options.get("again"));
    StringBuilder table = new StringBuilder(HEADER);
    boolean good = true;
    for (Target target : targets) {
      byte[] file = Files.readAllBytes(libraries.resolve(target.platform).resolve(target.libraryName()));
      List<String> faults = new ArrayList<>(check.faults(target, file));
      if (Files.mismatch(library(libraries, target), library(again, target)) >= 0) {
        faults.add("differs from a second build");
      }
      faults.addAll(Damage.unnoticed(check, target, file));
      Path sctp = libraries.resolve(target.platform).resolve(SCTP_LIBRARY);
      if (Files.exists(sctp)) {
        check.faultsOfCompanion(target, Files.readAllBytes(sctp)).forEach(f -> faults.add("has a " + SCTP_LIBRARY + " that " + f));
      }
      table.append(row(target, file, faults));
      faults.forEach(f -> System.out.println(target.platform + ": " + target.libraryName() + " " + f));
      good &= faults.isEmpty();
    }
    System.out.print(table);
    if (options.containsKey("report")) {
      try (PrintStream out = new PrintStream(options.get("report"), StandardCharsets.UTF_8)) {
        out.print(table);
      }
    }
    return good;
  }

  private static Path library(Path folder, Target target) {
    return folder.resolve(target.platform).resolve(target.libraryName());
  }

  private static String row(Target target, byte[] file, List<String> faults) {
    String verdict = faults.isEmpty() ? "as promised" : faults.size() + " faults";
    NativeLibrary l;
    try {
      l = NativeLibrary.parse(file);
    } catch (IllegalArgumentException | IndexOutOfBoundsException | ArithmeticException e) {
      return "| " + target.platform + " | | | | | " + file.length + " | | " + verdict + " |\n";
    }
    String oldest = switch (target.libc) {
      case GLIBC -> "glibc " + l.floor();
      case MUSL -> "musl";
      case DARWIN -> "macOS " + l.floor();
    };
    String signature = target.libc != Target.Libc.DARWIN ? "-" : target.architecture.equals("aarch_64") ? "ad hoc, valid" : "none, none needed";
    return String.join(" | ", "| " + target.platform, l.format(), oldest, String.join(" ", l.needed()),
        Integer.toString(l.imports().size()), Integer.toString(file.length), signature, verdict) + " |\n";
  }
}
