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
   * The SHUTDOWN as pion makes it acknowledges numbers of the wrong direction. When they are ahead of ours, that is a violation of
   * the protocol, which is answered with an ABORT; else it goes unnoticed. Which one depends on what both stacks drew by lot.
   */
  @OnEverySctpEngine
  void aShutdownThatAcknowledgesWhatWasNeverSentEndsTheAssociationToo(SctpCell cell) {
    bothWays(cell, m -> {
      m.peer().make("unrepaired");
      m.peer().tell("close");
      SctpClose close = Await.value(m.end().closed);
      assertTrue(close.kind() == Kind.PEER_CLOSE || close.kind() == Kind.PROTOCOL_ERROR, close.toString());
      assertTrue(close.isByPeer(), close.toString());
      isOver(m);
    });
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
