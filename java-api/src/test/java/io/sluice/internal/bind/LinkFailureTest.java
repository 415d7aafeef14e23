package io.sluice.internal.bind;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What dynamic linkers say, and what Sluice makes of it. */
class LinkFailureTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/t/libsluice.so: /lib/x86_64-linux-gnu/libc.so.6: version `GLIBC_2.34' not found (required by /t/libsluice.so)"
            + "|needs a later C library, GLIBC_2.34|false",
        "/t/libsluice.so: libc.so: invalid ELF header|built for another C library, libc.so |false",
        "/t/libsluice.so: libc.musl-x86_64.so.1: cannot open shared object file: No such file or directory"
            + "|built for another C library, libc.musl-x86_64.so.1|false",
        "Error loading shared library libc.so.6: No such file or directory (needed by /t/libsluice.so)"
            + "|built for another C library, libc.so.6|false",
        "Error relocating /t/libsluice.so: __isoc99_sscanf: symbol not found|__isoc99_sscanf is missing|false",
        "/t/libsluice.so: undefined symbol: sluice_abi|sluice_abi is missing|false",
        "dlopen(/t/libsluice.dylib, 0x0001): tried: '/t/libsluice.dylib' (mach-o file, but is an incompatible architecture"
            + " (have 'x86_64', need 'arm64'))|built for another processor|false",
        "dlopen(/t/libsluice.dylib, 0x0001): code signature in '/t/libsluice.dylib' not valid for use in process"
            + "|signature is not valid|false",
        "/t/libsluice.so: failed to map segment from shared object|cannot be loaded: /t/libsluice.so: failed|true",
        "Native Library /t/libsluice.so already loaded in another classloader|another class loader of this JVM|true",
        "Cannot open library: /t/libsluice.so|cannot be loaded: Cannot open|true",
      })
  void everyKnownMessageGetsACauseAndARemedy(String said, String part, boolean tryElsewhere) {
    UnavailableException e = LinkFailure.of(new UnsatisfiedLinkError(said));
    assertTrue(e.getMessage().contains(part), e.getMessage());
    assertTrue(e.getMessage().contains(said), e.getMessage());
    assertEquals(tryElsewhere, e.isFileRelated(), e.getMessage());
  }
}
