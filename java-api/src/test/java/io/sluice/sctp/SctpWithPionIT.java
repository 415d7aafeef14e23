package io.sluice.sctp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.CloseReason.Kind;
import io.sluice.api.Await;

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

  /**
   * The SHUTDOWN as pion makes it acknowledges numbers of the wrong direction. When they are ahead of ours, as they are in every
   * other case, usrsctp answers with ABORT; it is pion's close all the same.
   */
  @OnEverySctpEngine
  void aShutdownThatAcknowledgesWhatWasNeverSentIsACloseToo(SctpCell cell) {
    for (int i = 0; i < 3; i++) {
      bothWays(cell, m -> {
        m.peer().make("unrepaired");
        m.peer().tell("close");
        isTheirClose(Await.value(m.end().closed));
        isOver(m);
      });
    }
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
