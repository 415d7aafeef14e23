import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The signature that the kernel of Apple silicon checks page by page when it maps a library (cs_blobs.h of XNU). An ad-hoc
 * signature has no certificate: it is a table of hashes, so everything about it can be verified here. All numbers in it are
 * big-endian.
 */
final class CodeSignature {
  private static final int SUPER_BLOB = 0xfade0cc0;
  private static final int CODE_DIRECTORY = 0xfade0c02;
  private static final int FLAG_ADHOC = 0x2;
  private static final int HASH_SHA256 = 2;
  private static final int SHA256_BYTES = 32;

  private final byte[] file;
  private final Bytes b;
  private final int start;
  private final int bytes;

  CodeSignature(byte[] file, int start, int bytes) {
    this.file = file;
    this.b = Bytes.of(file).bigEndian();
    this.start = start;
    this.bytes = bytes;
  }

  /** What the kernel would object to. */
  List<String> faults() {
    List<String> faults = new ArrayList<>();
    if ((long) start + bytes > file.length || b.u32(start) != SUPER_BLOB) {
      faults.add("has a signature that is no signature");
      return faults;
    }
    boolean found = false;
    for (int i = 0; i < b.u32(start + 8); i++) {
      int blob = start + b.u32(start + 12 + 8 * i + 4);
      if (b.u32(blob) == CODE_DIRECTORY) {
        found = true;
        checkDirectory(blob, faults);
      }
    }
    if (!found) {
      faults.add("has a signature without hashes");
    }
    return faults;
  }

  private void checkDirectory(int at, List<String> faults) {
    int flags = b.u32(at + 12);
    int hashes = at + b.u32(at + 16);
    int slots = b.u32(at + 28);
    int limit = b.u32(at + 32);
    int pageBytes = 1 << b.u8(at + 39);
    if ((flags & FLAG_ADHOC) == 0) {
      faults.add("has a signature that is not ad hoc, flags 0x" + Integer.toHexString(flags));
    }
    if (b.u8(at + 36) != SHA256_BYTES || b.u8(at + 37) != HASH_SHA256) {
      faults.add("has a signature with hashes that are not SHA-256");
      return;
    }
    if (limit != start || slots != (limit + pageBytes - 1) / pageBytes) {
      faults.add("has a signature over " + limit + " bytes, the file has " + start + " before it");
      return;
    }
    int wrong = 0;
    for (int i = 0; i < slots; i++) {
      byte[] page = Arrays.copyOfRange(file, i * pageBytes, Math.min((i + 1) * pageBytes, limit));
      byte[] expected = b.slice(hashes + (long) i * SHA256_BYTES, hashes + (long) (i + 1) * SHA256_BYTES);
      wrong += Arrays.equals(sha256(page), expected) ? 0 : 1;
    }
    if (wrong > 0) {
      faults.add("has " + wrong + " of " + slots + " pages that do not match its signature");
    }
  }

  private static byte[] sha256(byte[] content) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(content);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
