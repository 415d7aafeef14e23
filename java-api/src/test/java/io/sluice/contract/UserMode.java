package io.sluice.contract;

import org.junit.jupiter.api.Assumptions;

/**
 * An emulator of a foreign processor that translates system calls one by one ({@code ci/arm64}). What it cannot translate it refuses as an
 * option that the kernel does not have; the kernel below has it.
 */
public final class UserMode {
  private static final boolean HERE = Boolean.getBoolean("sluice.test.userMode");

  private UserMode() {}

  public static boolean isHere() {
    return HERE;
  }

  /** Skips. */
  public static void lacks(String what) {
    Assumptions.assumeFalse(HERE, "the emulator's user mode does not translate " + what);
  }
}
