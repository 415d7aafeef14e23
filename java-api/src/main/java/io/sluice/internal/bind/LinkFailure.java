package io.sluice.internal.bind;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the system's dynamic linker said about a library, turned into one sentence with cause and remedy. Its messages are no
 * interface: what is not known here is passed on as it is, and a copy of the file is then tried in another folder.
 */
final class LinkFailure {
  private static final Pattern LATER_GLIBC = Pattern.compile("version [`']?(GLIBC_[0-9.]+)'? not found");
  private static final Pattern ABSENT_LIBRARY =
      Pattern.compile("(?:Error loading shared library )?([A-Za-z0-9._+-]+\\.so[0-9.]*): (?:cannot open shared object file|invalid ELF header|No such file)");
  private static final Pattern ABSENT_SYMBOL =
      Pattern.compile("(?:undefined symbol: |Error relocating [^:]+: )([A-Za-z0-9_]+)");

  private LinkFailure() {}

  static UnavailableException of(Throwable e) {
    String said = String.valueOf(e.getMessage());
    if (said.contains("already loaded in another classloader")) {
      return new UnavailableException("another class loader of this JVM has loaded the file (" + said + ")", e, true);
    }
    Matcher m = LATER_GLIBC.matcher(said);
    if (m.find()) {
      return general(e, "the library needs a later C library, " + m.group(1) + " (" + said
          + "); use the sluice-native jar of a release, which needs glibc 2.17, or build it on this system");
    }
    m = ABSENT_LIBRARY.matcher(said);
    if (m.find() && m.group(1).startsWith("libc.")) {
      return general(e, "the library is built for another C library, " + m.group(1) + " (" + said
          + "); use the sluice-native jar whose classifier ends in -musl on musl, and the one without on glibc");
    }
    if (said.contains("incompatible architecture") || said.contains("wrong ELF class")) {
      return general(e, "the library is built for another processor (" + said + "); use the sluice-native jar of this platform");
    }
    if (said.contains("code signature")) {
      return general(e, "the library's signature is not valid (" + said + "); get the sluice-native jar again, and change nothing in it");
    }
    m = ABSENT_SYMBOL.matcher(said);
    if (m.find()) {
      return general(e, "the library does not fit: " + m.group(1) + " is missing (" + said
          + "); use sluice and sluice-native of the same version");
    }
    return new UnavailableException("the library cannot be loaded: " + said, e, true);
  }

  private static UnavailableException general(Throwable e, String reason) {
    return new UnavailableException(reason, e, false);
  }
}
