package io.sluice.examples;

import io.sluice.CloseReason;

/** How the examples print a close reason: one line. */
final class CloseReasons {
  private CloseReasons() {}

  static String line(CloseReason reason) {
    return reason.kind() + " initiator=" + reason.initiator() + " expected=" + reason.isExpected() + " osError="
        + reason.osError() + " bytesUnsent=" + reason.bytesUnsent() + " \"" + reason.detail() + '"';
  }
}
