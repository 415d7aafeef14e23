import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Does to a good library what must not go unnoticed: a check that finds nothing in any file proves nothing. */
final class Damage {
  private Damage() {}

  /** The kinds of damage that the check did not see. */
  static List<String> unnoticed(LibraryCheck check, Target target, byte[] good) throws IOException {
    List<String> unnoticed = new ArrayList<>();
    boolean elf = NativeLibrary.parse(good).format().equals("ELF");
    int machine = elf ? 18 : 4;
    // In a trie the name begins in another place than where it ends.
    byte[] foreignExport = elf ? replace(good, "sluice_wake\0", "sluice_walk\0") : replace(good, "wake\0", "walk\0");
    expect(unnoticed, check, target, flip(good, machine), "is built for", "another processor");
    expect(unnoticed, check, target, Arrays.copyOf(good, good.length / 2), "is ", "its end missing");
    expect(unnoticed, check, target, Arrays.copyOf(good, Target.SIZE_LIMIT_BYTES), "the limit is", "too large a size");
    expect(unnoticed, check, target, foreignExport, "exports", "a foreign export");
    expect(unnoticed, check, target, replace(good, "sigaddset\0", "sigaddsel\0", "kqueue\0", "kqueux\0"), "imports", "an unknown import");
    if (target.libc == Target.Libc.GLIBC) {
      String floor = "GLIBC_" + target.floor;
      String later = floor.substring(0, floor.length() - 1) + "8";
      expect(unnoticed, check, target, replace(good, floor, later), "promised is", "a later C library");
    }
    if (target == Target.OSX_AARCH_64) {
      expect(unnoticed, check, target, flip(good, good.length / 2), "do not match its signature", "a page changed after signing");
    }
    return unnoticed;
  }

  private static void expect(
      List<String> unnoticed, LibraryCheck check, Target target, byte[] damaged, String sign, String damage) throws IOException {
    if (damaged == null || check.faults(target, damaged).stream().noneMatch(f -> f.contains(sign))) {
      unnoticed.add("with " + damage + " would pass");
    }
  }

  private static byte[] flip(byte[] file, int at) {
    byte[] copy = file.clone();
    copy[at] ^= 0x40;
    return copy;
  }

  /** Replaces the first text that occurs, everywhere; null when none does. */
  private static byte[] replace(byte[] file, String... pairs) {
    String text = new String(file, StandardCharsets.ISO_8859_1);
    for (int i = 0; i < pairs.length; i += 2) {
      if (text.contains(pairs[i])) {
        return text.replace(pairs[i], pairs[i + 1]).getBytes(StandardCharsets.ISO_8859_1);
      }
    }
    return null;
  }
}
