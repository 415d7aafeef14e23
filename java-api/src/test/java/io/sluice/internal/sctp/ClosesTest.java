package io.sluice.internal.sctp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.CloseReason;
import io.sluice.CloseReason.Initiator;
import io.sluice.CloseReason.Kind;
import io.sluice.internal.abi.SctpAbi;
import io.sluice.sctp.SctpClose;
import io.sluice.sctp.SctpLiveness;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ClosesTest {
  private static final int PAYLOAD = 256;

  private static SctpClose event(int kind, int flags, int cause, byte[] reason, CloseReason instead) {
    ByteBuffer b = ByteBuffer.allocate(1024).order(ByteOrder.LITTLE_ENDIAN);
    b.put(64, (byte) SctpAbi.EV_CLOSED);
    b.put(64 + SctpAbi.EVENT_FLAGS, (byte) flags);
    b.putShort(64 + SctpAbi.EVENT_KIND, (short) kind);
    b.putInt(64 + SctpAbi.EVENT_VALUE, cause);
    b.putInt(64 + SctpAbi.EVENT_PAYLOAD_OFFSET, PAYLOAD);
    b.putInt(64 + SctpAbi.EVENT_PAYLOAD_BYTES, reason.length);
    b.put(PAYLOAD, reason);
    return Closes.ofEvent(b, 64, SctpLiveness.FAST, instead, 17);
  }

  @Test
  void everyKindOfTheHeaderHasAKindOfItsOwn() {
    Set<Kind> seen = EnumSet.noneOf(Kind.class);
    for (int k = SctpAbi.CLOSED_LOCAL; k <= SctpAbi.CLOSED_ERROR; k++) {
      SctpClose c = event(k, 0, 0, Closes.NO_REASON, null);
      assertTrue(seen.add(c.kind()), k + " is " + c.kind() + " like another one");
      assertFalse(c.reason().detail().isBlank());
      assertEquals(17, c.reason().bytesUnsent());
    }
    assertEquals(Kind.IO_ERROR, event(999, 0, 0, Closes.NO_REASON, null).kind(), "kinds of a later version");
  }

  @Test
  void aPeersAbortKeepsAnyCauseAndItsBytes() {
    byte[] reason = {0, 1, (byte) 0xff};
    for (int cause : new int[] {0, 1, 12, 255, 0xffff}) {
      SctpClose c = event(SctpAbi.CLOSED_PEER_ABORT, SctpAbi.CLOSE_HAS_CAUSE | SctpAbi.CLOSE_BY_PEER, cause, reason, null);
      assertEquals(cause, c.causeCode());
      assertEquals(cause, c.reason().code());
      assertArrayEquals(reason, c.abortReason());
      assertEquals(Initiator.PEER, c.reason().initiator());
    }
    SctpClose none = event(SctpAbi.CLOSED_PEER_ABORT, SctpAbi.CLOSE_BY_PEER, 0, Closes.NO_REASON, null);
    assertEquals(-1, none.causeCode());
    assertEquals(0, none.reason().code());
  }

  @Test
  void flagsAreWhatTheySay() {
    SctpClose c =
        event(
            SctpAbi.CLOSED_PEER_SHUTDOWN,
            SctpAbi.CLOSE_BY_PEER | SctpAbi.CLOSE_SHUTDOWN_SEEN | SctpAbi.CLOSE_REASON_TRUNCATED, 0, Closes.NO_REASON, null);
    assertTrue(c.isByPeer() && c.isPeerShutdownSeen() && c.isAbortReasonTruncated() && !c.isBeforeOpen());
    assertTrue(event(SctpAbi.CLOSED_REFUSED, SctpAbi.CLOSE_BEFORE_UP, 0, Closes.NO_REASON, null).isBeforeOpen());
  }

  @Test
  void anAbortForAReasonOfThisSideHasThatReasonUnlessThePeerWasFirst() {
    CloseReason failed = new CloseReason(Kind.HANDLER_FAILED, Initiator.LOOP, 0, 0, "onMessage threw", 0);
    assertEquals(Kind.HANDLER_FAILED, event(SctpAbi.CLOSED_LOCAL_ABORT, 0, 0, Closes.NO_REASON, failed).kind());
    assertEquals(Kind.PEER_ABORT, event(SctpAbi.CLOSED_PEER_ABORT, 0, 0, Closes.NO_REASON, failed).kind());
  }

  /** A log line must not be anybody's to write. */
  @Test
  void whatAPeerWritesIsPrintableInSentences() {
    Random dice = new Random(3);
    for (int i = 0; i < 2000; i++) {
      byte[] b = new byte[dice.nextInt(504)];
      dice.nextBytes(b);
      String s = event(SctpAbi.CLOSED_PEER_ABORT, SctpAbi.CLOSE_HAS_CAUSE, 12, b, null).toString();
      assertTrue(s.codePoints().noneMatch(Character::isISOControl), s);
      assertTrue(s.length() < 300, s);
    }
    byte[] sly = "a\nb\u202ec\u0007".getBytes(StandardCharsets.UTF_8);
    assertEquals("cause 12 (user-initiated abort) \"a?b?c?\"", Closes.describe(12, sly));
    assertEquals("cause 13", Closes.describe(13, Closes.NO_REASON));
    assertEquals("without a cause", Closes.describe(-1, Closes.NO_REASON));
  }

  @Test
  void aReasonIsCopiedInAndOut() {
    byte[] reason = "bye".getBytes(StandardCharsets.US_ASCII);
    SctpClose c = Closes.localAbort(reason);
    reason[0] = 'x';
    assertEquals("bye", c.abortReasonText());
    c.abortReason()[0] = 'y';
    assertEquals("bye", c.abortReasonText());
    assertEquals(c, Closes.localAbort("bye".getBytes(StandardCharsets.US_ASCII)));
  }
}
