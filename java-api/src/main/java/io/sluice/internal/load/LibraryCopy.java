package io.sluice.internal.load;

import io.sluice.internal.abi.Abi;
import io.sluice.internal.bind.UnavailableException;
import java.io.File;
import java.util.Properties;

/**
 * A packaged library, by what its build wrote beside it.
 *
 * @param place of the properties, for messages
 */
record LibraryCopy(String place, Properties properties) {
  static final String PROPERTIES = "sluice.properties";
  static final long NO_CRC = -1;

  String get(String key) {
    return properties.getProperty(key, "");
  }

  String fileName(Platform platform) {
    String name = get("library");
    return name.isEmpty() ? platform.libraryName() : name;
  }

  /** Without a regular expression: a cold JVM needs 8 ms for its first digit class. */
  boolean speaksOurAbi() {
    String abi = get("abi");
    int dot = abi.indexOf('.');
    try {
      return dot > 0
          && Integer.parseUnsignedInt(abi.substring(0, dot)) == Abi.ABI_MAJOR
          && Integer.parseUnsignedInt(abi.substring(dot + 1)) >= Abi.ABI_MINOR;
    } catch (NumberFormatException e) {
      return false;
    }
  }

  /**
   * The library of this copy.
   *
   * @param crc of the jar's directory, or {@link #NO_CRC}
   * @throws UnavailableException the content is not what was built, or is not for this platform
   */
  LibraryFile with(byte[] content, long crc, Platform platform) throws UnavailableException {
    String fault = get("bytes").isEmpty() || crc == NO_CRC ? damage(content) : damageInJar(content, crc);
    if (fault == null) {
      fault = LibraryFile.fault(content, platform);
    }
    String fileName = fileName(platform);
    if (fault == null && !new File(fileName).getName().equals(fileName)) {
      fault = "is no name of a file";
    }
    if (fault != null) {
      throw new UnavailableException(fileName + " beside " + place + " " + fault + "; get the sluice-native jar again");
    }
    return new LibraryFile(toString(), get("version"), fileName, content, null);
  }

  private String damage(byte[] content) {
    String expected = get("buildId");
    String actual = LibraryFile.sha256(content);
    return expected.equalsIgnoreCase(actual)
        ? null : "is damaged (" + content.length + " bytes with SHA-256 " + actual + ", expected " + expected + ")";
  }

  /** In a jar it has its CRC-32, which zip streams do not look at. Java's SHA-256 takes 50 times as long on a cold JVM. */
  private String damageInJar(byte[] content, long crc) {
    long actual = LibraryFile.crc32(content);
    if (get("bytes").equals(Integer.toString(content.length)) && actual == crc) {
      return null;
    }
    return "is damaged (" + content.length + " bytes with CRC-32 " + Long.toHexString(actual) + ", expected " + get("bytes") + " and "
        + Long.toHexString(crc) + ")";
  }

  @Override
  public String toString() {
    return place + " (version " + get("version") + ", ABI " + get("abi") + ")";
  }
}
