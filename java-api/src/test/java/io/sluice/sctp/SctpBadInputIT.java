package io.sluice.sctp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.CloseReason.Kind;
import io.sluice.api.Await;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import java.util.function.UnaryOperator;

/**
 * Real datagrams that no honest peer sends: what must end nothing although it comes from the peer's own address, what ends an
 * association in another way than the peer meant, and that all is counted.
 */
class SctpBadInputIT {
  private static final int TIMES = 50;
  private static final int OUT_OF_RANGE = 999;

  /** An association through a wire that can be tampered with. */
  private static final class Victim implements AutoCloseable {
    final SctpPair pair;
    final UdpRelay wire;
    final SctpRecorder client = new SctpRecorder();
    final SctpRecorder server;
    final SctpAssociation near;
    final SctpAssociation far;
    private int talks;

    Victim(SctpCell cell) {
      pair = new SctpPair(cell);
      wire = new UdpRelay(pair.address().udp());
      SctpAddress through = SctpAddress.overUdp(wire.address(), SctpPair.PORT);
      SctpOptions fast = SctpOptions.defaults().withLiveness(SctpLiveness.FAST);
      near = Await.value(pair.clientSide.connect(through, fast, client));
      server = Await.next(pair.accepted);
      far = Await.value(server.opened);
    }

    long count(SctpMetric m) {
      return pair.serverSide.stats().value(m);
    }

    /** Messages pass in both directions, and nobody heard of an end. */
    void isAlive() {
      String text = "still here " + talks++;
      near.send(SctpPair.text(text), 0, 0);
      assertEquals("0/0 " + text, Await.next(server.messages));
      far.send(SctpPair.text(text), 0, 0);
      assertEquals("0/0 " + text, Await.next(client.messages));
      assertFalse(client.closed.isDone() || server.closed.isDone());
      assertEquals(SctpState.OPEN, near.state());
      assertEquals(SctpState.OPEN, far.state());
    }

    /** Injected from the peer's own address, all of them counted by one of these. */
    void absorbs(int times, UnaryOperator<byte[]> made, SctpMetric... by) {
      isAlive();
      long before = sum(by);
      byte[] seen = wire.last();
      for (int i = 1; i <= times; i++) {
        try {
          wire.inject(made.apply(seen.clone()));
        } catch (IOException e) {
          throw new AssertionError(e);
        }
        long expected = before + i;
        Await.until(Arrays.toString(by) + " " + expected, () -> sum(by) >= expected);
      }
      isAlive();
    }

    private long sum(SctpMetric... by) {
      return Arrays.stream(by).mapToLong(this::count).sum();
    }

    @Override
    public void close() {
      pair.close();
      wire.close();
    }
  }

  private static UnaryOperator<byte[]> cutChunk(Random dice) {
    return seen -> {
      byte[] p = SctpPacket.like(seen, SctpPacket.chunk(dice.nextInt(15), 0, new byte[20]));
      ByteBuffer.wrap(p).putShort(SctpPacket.HEADER_BYTES + 2, (short) (25 + dice.nextInt(1000))); // Longer than what is there.
      return SctpPacket.sealed(Arrays.copyOf(p, p.length - dice.nextInt(4)));
    };
  }

  @OnEverySctpCell
  void truncatedChunksAndWrongChecksumsTagsAndCookiesOfThePeersOwnAddressEndNothingAndAreCounted(SctpCell cell) {
    Random dice = new Random(11);
    int[] types = {
      SctpPacket.DATA, SctpPacket.ABORT, SctpPacket.SHUTDOWN, SctpPacket.SHUTDOWN_ACK, 3, 4, 5, 9, 14, 130, 192
    };
    try (Victim v = new Victim(cell)) {
      v.absorbs(TIMES, cutChunk(dice), SctpMetric.GARBAGE);
      v.absorbs(TIMES, seen -> {
        byte[] p = SctpPacket.like(seen, SctpPacket.abort(12, new byte[dice.nextInt(30)]));
        p[8 + dice.nextInt(4)] ^= (byte) (1 + dice.nextInt(255));
        return p;
      }, SctpMetric.BAD_CHECKSUMS);
      v.absorbs(TIMES, seen -> {
        byte[] p = SctpPacket.like(seen, SctpPacket.chunk(types[dice.nextInt(types.length)], 0, new byte[16]));
        p[4 + dice.nextInt(4)] ^= (byte) (1 + dice.nextInt(255));
        return SctpPacket.sealed(p);
      }, SctpMetric.BAD_TAGS, SctpMetric.OUT_OF_THE_BLUE);
      v.absorbs(TIMES, seen -> {
        byte[] cookie = new byte[16 + dice.nextInt(300)];
        dice.nextBytes(cookie);
        return SctpPacket.like(seen, SctpPacket.chunk(SctpPacket.COOKIE_ECHO, 0, cookie));
      }, SctpMetric.BAD_COOKIES);
    }
  }

  /** A genuine packet: the client's stack sent it on a stream that the server has. */
  private static byte[] onAStreamThatDoesNotExist(byte[] p) {
    int stream = SctpPacket.HEADER_BYTES + 8;
    if (SctpPacket.type(p) == SctpPacket.DATA) {
      ByteBuffer.wrap(p).putShort(stream, (short) OUT_OF_RANGE);
      SctpPacket.sealed(p);
    }
    return p;
  }

  @OnEverySctpCell
  void dataForAStreamThatDoesNotExistIsDroppedAndCounted(SctpCell cell) {
    try (Victim v = new Victim(cell)) {
      v.isAlive();
      v.wire.change(SctpBadInputIT::onAStreamThatDoesNotExist);
      v.near.send(SctpPair.text("lost"), SctpSendOptions.stream(1));
      Await.until("it is counted", () -> v.count(SctpMetric.BAD_STREAMS) == 1);
      v.wire.change(UnaryOperator.identity());
      v.isAlive();
      assertEquals(0, v.server.messages.size());
    }
  }

  private static SctpClose abortedBy(SctpCell cell, byte[] chunk) {
    try (Victim v = new Victim(cell)) {
      v.isAlive();
      v.wire.change(p -> SctpPacket.type(p) == SctpPacket.ABORT ? SctpPacket.like(p, chunk) : p);
      v.near.abort("in other words");
      SctpClose why = Await.value(v.server.closed);
      assertEquals(Kind.PEER_ABORT, why.kind());
      assertTrue(why.isByPeer());
      Await.until("it is counted", () -> v.pair.serverSide.stats().closes(Kind.PEER_ABORT) == 1);
      return why;
    }
  }

  @OnEverySctpCell
  void aReasonThatIsTooLongIsCutAndSaysSo(SctpCell cell) {
    byte[] reason = new byte[1000];
    Arrays.fill(reason, (byte) 'x');
    SctpClose why = abortedBy(cell, SctpPacket.abort(12, reason));
    assertEquals(12, why.causeCode());
    assertEquals(SctpAssociation.MAX_REASON_BYTES, why.abortReason().length);
    assertTrue(why.isAbortReasonTruncated());
  }

  @OnEverySctpEngine
  void causesThatNobodyKnowsAndOnesThatLieAboutTheirLengthEndTheAssociation(SctpCell cell) {
    for (int cause : new int[] {0, 14, 255, 256, 4711, 0xffff}) {
      SctpClose why = abortedBy(cell, SctpPacket.abort(cause, new byte[] {'w', 'h', 'y'}));
      assertEquals(cause, why.causeCode());
      assertEquals("why", why.abortReasonText());
    }
    for (int lie : new int[] {0, 3, 5, 9, 0xffff}) {
      byte[] chunk = SctpPacket.abort(12, new byte[] {'w', 'h', 'y', '!'});
      ByteBuffer.wrap(chunk).putShort(SctpPacket.CHUNK_HEADER_BYTES + 2, (short) lie);
      assertTrue(abortedBy(cell, chunk).abortReason().length <= 4);
    }
    assertEquals(-1, abortedBy(cell, SctpPacket.chunk(SctpPacket.ABORT, 0, new byte[0])).causeCode());
  }

  /** DATA without data is a violation: the peer is told, and it is not a close of the peer's. */
  @OnEverySctpEngine
  void aViolationOfTheProtocolIsCalledThat(SctpCell cell) {
    try (Victim v = new Victim(cell)) {
      v.isAlive();
      v.wire.change(
          p -> SctpPacket.type(p) == SctpPacket.DATA ? SctpPacket.like(p, SctpPacket.chunk(SctpPacket.DATA, 3, new byte[12])) : p);
      v.near.send(SctpPair.text("emptied"), 0, 0);
      assertEquals(Kind.PROTOCOL_ERROR, Await.value(v.server.closed).kind());
      assertEquals(Kind.PEER_ABORT, Await.value(v.client.closed).kind());
      assertEquals(1, v.pair.serverSide.stats().closes(Kind.PROTOCOL_ERROR));
    }
  }

  /** Answered by cookies, and forgotten. */
  @OnEverySctpCell
  void aFloodOfInitsBeginsNoAssociation(SctpCell cell) throws IOException {
    final int strangers = 20;
    final int rounds = 50;
    DatagramSocket[] sockets = new DatagramSocket[strangers];
    try (Victim v = new Victim(cell)) {
      for (int i = 0; i < strangers; i++) {
        sockets[i] = new DatagramSocket(SctpPair.loopback(0));
      }
      SctpStats before = v.pair.serverSide.stats();
      for (int round = 0; round < rounds; round++) {
        for (int i = 0; i < strangers; i++) {
          byte[] p = SctpPacket.of(1000 + round, SctpPair.PORT, 0, SctpPacket.init(1 + round * strangers + i));
          sockets[i].send(new DatagramPacket(p, p.length, v.pair.address().udp()));
        }
        long expected = (round + 1) * strangers;
        // An INIT is counted when it is read, its answer when it leaves: the counters of one turn are no snapshot.
        Await.until(
            "all " + expected + " were counted, and answered",
            () -> {
              SctpStats so = v.pair.serverSide.stats().minus(before);
              return so.value(SctpMetric.INITS_ANSWERED) == expected && so.value(SctpMetric.DATAGRAMS_OUT) >= expected;
            });
      }
      SctpStats flood = v.pair.serverSide.stats().minus(before);
      assertEquals(0, flood.value(SctpMetric.ASSOCIATIONS_BEGUN));
      assertEquals(1, flood.live());
      v.isAlive();
    } finally {
      for (DatagramSocket s : sockets) {
        if (s != null) {
          s.close();
        }
      }
    }
  }
}
