package io.sluice.sctp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.CloseReason.Kind;

/** With pion/sctp, the stack of Go's WebRTC. */
class SctpWithPionIT extends SctpInterop {
  @Override
  String stack() {
    return "pion";
  }

  @Override
  void isTheirClose(SctpClose close) {
    assertEquals(Kind.PEER_CLOSE, close.kind(), close.toString());
    assertTrue(close.isPeerShutdownSeen());
    assertEquals(-1, close.causeCode());
  }

  /** pion's Close tells the peer nothing: only heartbeats find it. */
  @OnEverySctpEngine
  void aPeerThatDropsTheAssociationIsFound(SctpCell cell) {
    bothWays(cell, m -> {
      long since = System.nanoTime();
      m.peer().make("drop");
      isLostWithinTheBound(m, since);
    });
  }
}
