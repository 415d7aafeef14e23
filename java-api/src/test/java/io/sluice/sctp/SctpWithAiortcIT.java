package io.sluice.sctp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.CloseReason.Kind;
import io.sluice.EventLoopGroup;
import io.sluice.api.Await;
import java.util.concurrent.CompletionStage;

/** With the stack of aiortc, Python's WebRTC. */
class SctpWithAiortcIT extends SctpInterop {
  @Override
  String stack() {
    return "aiortc";
  }

  /** aiortc sends to the SCTP port that it was told, whatever port an INIT comes from. */
  @Override
  CompletionStage<SctpAssociation> connect(SctpTransport from, SctpAddress to, End end) {
    return Await.value(from.bind(SctpPair.loopback(0))).connect(SctpPair.PORT, to, FAST, end);
  }

  /** aiortc has no graceful close: it sends ABORT without a cause. */
  @Override
  void isTheirClose(SctpClose close) {
    assertEquals(Kind.PEER_ABORT, close.kind(), close.toString());
    assertEquals(-1, close.causeCode());
    assertEquals("", close.abortReasonText());
  }

  @OnEverySctpEngine
  void aRefusalFailsTheConnect(SctpCell cell) {
    try (EventLoopGroup group = cell.group(); OtherStack peer = start("refuse", at(0))) {
      SctpAddress to = SctpAddress.overUdp(SctpPair.loopback(peer.port), SctpPair.PORT);
      SctpException e =
          assertInstanceOf(SctpException.class, Await.failure(SctpTransport.over(group).connect(to, FAST, new End())));
      assertEquals(Kind.REFUSED, e.close().kind(), e.toString());
      assertTrue(e.close().isByPeer() && e.close().isBeforeOpen(), e.toString());
    }
  }
}
