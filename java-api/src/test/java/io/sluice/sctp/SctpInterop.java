package io.sluice.sctp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.BufferLease;
import io.sluice.CloseReason.Kind;
import io.sluice.EventLoopGroup;
import io.sluice.SendResult;
import io.sluice.api.Await;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import java.util.zip.CRC32;

/** What holds with every other stack, whoever of both connects. Subclasses name the stack and add what is special with it. */
abstract class SctpInterop {
  static final SctpOptions FAST = SctpOptions.defaults().withLiveness(SctpLiveness.FAST);
  private static final int[] SIZES = {1, 2, 3, 1147, 1148, 1200, 4096, 16_384, 65_535, 65_536};
  private static final int[] STREAMS = {0, 1, 7, 15};
  private static final int[] PPIDS = {51, 53, 0xfffffff0};
  private static final int MANY = 50;

  /** A message as it can be compared on both sides. */
  record Content(int stream, int ppid, int bytes, String crc) {
    static Content of(int stream, int ppid, byte[] bytes) {
      CRC32 crc = new CRC32();
      crc.update(bytes);
      return new Content(stream, ppid, bytes.length, String.format("%08x", crc.getValue()));
    }

    /** The peer's line about it; ORDER is as the peer tells it. */
    static Content of(String line) {
      String[] f = line.split(" ");
      return new Content(Integer.parseInt(f[1]), Integer.parseUnsignedInt(f[2]), Integer.parseInt(f[4]), f[5]);
    }
  }

  /** Our end. */
  static final class End extends SctpRecorder {
    final BlockingQueue<Content> contents = new LinkedBlockingQueue<>();
    final BlockingQueue<Boolean> unordered = new LinkedBlockingQueue<>();

    @Override
    void messageDo(SctpAssociation a, BufferLease data, SctpMessageInfo info) {
      byte[] b = new byte[data.length()];
      data.copyTo(0, b, 0, b.length);
      contents.add(Content.of(info.stream(), info.ppid(), b));
      unordered.add(info.isUnordered());
    }
  }

  /** An association, our end of it, and the peer. */
  record Met(EventLoopGroup group, SctpAssociation association, End end, OtherStack peer) {}

  /** {@code pion} or {@code aiortc}. */
  abstract String stack();

  /** What we see when the peer ends by what its stack calls a close. */
  abstract void isTheirClose(SctpClose close);

  CompletionStage<SctpAssociation> connect(SctpTransport from, SctpAddress to, End end) {
    return from.connect(to, FAST, end);
  }

  OtherStack start(String... arguments) {
    return OtherStack.start(stack(), arguments);
  }

  static String at(int port) {
    return "127.0.0.1:" + port;
  }

  void weConnect(SctpCell cell, Consumer<Met> test) {
    try (EventLoopGroup group = cell.group(); OtherStack peer = start("accept", at(0))) {
      End end = new End();
      SctpAddress to = SctpAddress.overUdp(SctpPair.loopback(peer.port), SctpPair.PORT);
      SctpAssociation a = Await.value(connect(SctpTransport.over(group), to, end));
      peer.expect("up");
      test.accept(new Met(group, a, end, peer));
      ended(group, end);
    }
  }

  static SctpListener listen(EventLoopGroup group, BlockingQueue<End> accepted) {
    SctpListener listener = SctpTransport.over(group).listen(SctpAddress.overUdp(SctpPair.loopback(0), SctpPair.PORT), FAST, a -> {
      End end = new End();
      accepted.add(end);
      return end;
    });
    return Await.value(listener.ready());
  }

  Met theyConnect(EventLoopGroup group, SctpListener listener, BlockingQueue<End> accepted) {
    OtherStack peer = start("connect", at(listener.addresses().get(0).udp().getPort()));
    try {
      peer.expect("up");
      End end = Await.next(accepted);
      return new Met(group, Await.value(end.opened), end, peer);
    } catch (Throwable t) {
      peer.close();
      throw t;
    }
  }

  void theyConnect(SctpCell cell, Consumer<Met> test) {
    BlockingQueue<End> accepted = new LinkedBlockingQueue<>();
    try (EventLoopGroup group = cell.group()) {
      Met met = theyConnect(group, listen(group, accepted), accepted);
      try (OtherStack peer = met.peer) {
        test.accept(met);
        ended(group, met.end);
      }
    }
  }

  private static void ended(EventLoopGroup group, End end) {
    group.shutdown(Duration.ZERO);
    group.close();
    assertEquals(null, end.fault.getNow(null));
    assertEquals(1, end.count("closed"), "calls of onClosed: " + end.events);
  }

  void bothWays(SctpCell cell, Consumer<Met> test) {
    weConnect(cell, test);
    theyConnect(cell, test);
  }

  static byte[] bytes(int count) {
    byte[] b = new byte[count];
    new Random(count).nextBytes(b);
    return b;
  }

  static void isOver(Met m) {
    assertEquals(SctpState.CLOSED, m.association.state());
    assertEquals(SendResult.CLOSED, m.association.send(SctpPair.text("late"), 0, 0));
  }

  static String hex(String text) {
    return HexFormat.of().formatHex(text.getBytes(StandardCharsets.UTF_8));
  }

  // ------------------------------------------------------------------------------------------- messages

  @OnEverySctpEngine
  void messagesOfEverySizeGoAndComeOnTheirStreamsWithTheirPpids(SctpCell cell) {
    bothWays(cell, m -> {
      int n = 0;
      for (int size : SIZES) {
        int stream = STREAMS[n % STREAMS.length];
        int ppid = PPIDS[n % PPIDS.length];
        n++;
        byte[] data = bytes(size);
        assertTrue(m.association.send(ByteBuffer.wrap(data), stream, ppid).accepted());
        Content sent = Content.of(stream, ppid, data);
        assertEquals(sent, Content.of(m.peer.expect("message")));
        assertEquals(sent, Await.next(m.end.contents));
        assertFalse(Await.next(m.end.unordered));
      }
      m.peer.make("send 3 4294967280 from there");
      assertEquals(
          Content.of(3, 0xfffffff0, "from there".getBytes(StandardCharsets.UTF_8)), Await.next(m.end.contents));
    });
  }

  @OnEverySctpEngine
  void manyMessagesKeepTheOrderOfTheirStreams(SctpCell cell) {
    bothWays(cell, m -> {
      int[] next = new int[STREAMS.length];
      for (int i = 0; i < MANY * STREAMS.length; i++) {
        assertTrue(m.association.send(SctpPair.text("m" + i / STREAMS.length), STREAMS[i % STREAMS.length], 51).accepted());
      }
      for (int i = 0; i < MANY * STREAMS.length; i++) {
        String[] message = Await.next(m.end.messages).split("/51 m");
        int at = Arrays.binarySearch(STREAMS, Integer.parseInt(message[0]));
        assertEquals(next[at]++, Integer.parseInt(message[1]), "on stream " + message[0]);
      }
    });
  }

  @OnEverySctpEngine
  void unorderedMessagesAreUnorderedInBothDirections(SctpCell cell) {
    bothWays(cell, m -> {
      m.peer.make("unordered 2");
      for (int size : new int[] {5, 5000}) {
        byte[] data = bytes(size);
        SctpSendOptions how = SctpSendOptions.stream(2).withPpid(53).withUnordered(true);
        assertTrue(m.association.send(ByteBuffer.wrap(data), how).accepted());
        String line = m.peer.expect("message");
        assertEquals(Content.of(2, 53, data), Content.of(line));
        assertFalse(line.split(" ")[3].equals("o"), line);
        assertEquals(Content.of(2, 53, data), Await.next(m.end.contents));
        assertTrue(Await.next(m.end.unordered));
      }
    });
  }

  // ------------------------------------------------------------------------------------------- stream resets

  private static SctpStreamReset reset(SctpStreamReset.Direction direction, int stream) {
    return new SctpStreamReset(direction, SctpStreamReset.Outcome.DONE, List.of(stream));
  }

  @OnEverySctpEngine
  void theirResetIsAnsweredOnceAndTheStreamBeginsAnew(SctpCell cell) {
    bothWays(cell, m -> {
      m.association.send(SctpPair.text("before"), 5, 51);
      assertEquals("5/51 before", Await.next(m.end.messages));
      m.peer.tell("reset 5");
      m.peer.expect("reset 5");
      assertEquals(
          Set.of(reset(SctpStreamReset.Direction.INCOMING, 5), reset(SctpStreamReset.Direction.OUTGOING, 5)),
          Set.of(Await.next(m.end.resets), Await.next(m.end.resets)));
      m.association.send(SctpPair.text("after"), 5, 51);
      assertEquals("5/51 after", Await.next(m.end.messages));
      assertEquals(1, m.peer.seen("reset").size());
      assertTrue(m.end.resets.isEmpty());
    });
  }

  @OnEverySctpEngine
  void ourResetIsSeenAndTheStreamBeginsAnew(SctpCell cell) {
    bothWays(cell, m -> {
      m.peer.make("quiet"); // it does not reset its own direction, where the numbers go on
      m.association.send(SctpPair.text("before"), 7, 51);
      m.peer.expect("message 7");
      assertEquals(SendResult.QUEUED, m.association.resetStreams(7));
      m.peer.expect("reset 7");
      assertEquals(reset(SctpStreamReset.Direction.OUTGOING, 7), Await.next(m.end.resets));
      m.association.send(SctpPair.text("after"), 7, 51);
      m.peer.expect("message 7");
    });
  }

  // ------------------------------------------------------------------------------------------- our ends

  @OnEverySctpEngine
  void ourCloseIsAShutdownAfterAllMessages(SctpCell cell) {
    bothWays(cell, m -> {
      m.peer.make("quiet");
      for (int i = 0; i < MANY; i++) {
        assertTrue(m.association.send(SctpPair.text("m" + i), i % 16, 0).accepted());
      }
      SctpClose here = Await.value(m.association.close(Duration.ofSeconds(30)));
      assertEquals(Kind.LOCAL_CLOSE, here.kind(), here.toString());
      assertEquals("closed shutdown", m.peer.expect("closed"));
      assertEquals(MANY, m.peer.seen("message").size());
      isOver(m);
    });
  }

  @OnEverySctpEngine
  void ourAbortBringsCauseAndReason(SctpCell cell) {
    for (String reason : new String[] {"a", "four", "gr\u00fc\u00dfe, 5 bytes more", "x".repeat(SctpAssociation.MAX_REASON_BYTES)}) {
      weConnect(cell, m -> {
        assertEquals(Kind.LOCAL_ABORT, Await.value(m.association.abort(reason)).kind());
        assertEquals("closed abort 12 " + hex(reason), m.peer.expect("closed"));
        isOver(m);
      });
    }
    theyConnect(cell, m -> {
      assertEquals(Kind.LOCAL_ABORT, Await.value(m.association.abort(12, new byte[0])).kind());
      assertEquals("closed abort 12", m.peer.expect("closed"));
    });
  }

  @OnEverySctpEngine
  void aLoopThatEndsTellsThePeerWhy(SctpCell cell) {
    bothWays(cell, m -> {
      m.group.shutdown(Duration.ZERO);
      assertEquals("closed abort 12 " + hex(SctpTransport.SHUTDOWN_REASON), m.peer.expect("closed"));
      assertEquals(Kind.LOOP_SHUTDOWN, Await.value(m.end.closed).kind());
    });
  }

  @OnEverySctpEngine
  void weRefuseWhereNobodyListens(SctpCell cell) {
    try (EventLoopGroup group = cell.group()) {
      SctpEndpoint endpoint = Await.value(SctpTransport.over(group).bind(SctpPair.loopback(0)));
      Await.value(endpoint.listen(SctpPair.PORT + 1, FAST, a -> new End()).ready());
      try (OtherStack peer = start("connect", at(endpoint.udpAddress().getPort()))) {
        assertTrue(peer.expect("closed").startsWith("closed refused"));
      }
    }
  }

  // ------------------------------------------------------------------------------------------- their ends

  @OnEverySctpEngine
  void theirCloseIsSeen(SctpCell cell) {
    bothWays(cell, m -> {
      m.peer.tell("close");
      SctpClose close = Await.value(m.end.closed);
      isTheirClose(close);
      assertTrue(close.isByPeer() && !close.isBeforeOpen(), close.toString());
      isOver(m);
    });
  }

  @OnEverySctpEngine
  void theirAbortBringsCauseAndReasonAfterTheirMessages(SctpCell cell) {
    for (String reason : new String[] {"a", "four", "gr\u00fc\u00dfe, 5 bytes more", "x".repeat(SctpAssociation.MAX_REASON_BYTES)}) {
      theyConnect(cell, m -> isTheirAbort(m, reason, false));
    }
    weConnect(cell, m -> isTheirAbort(m, "x".repeat(SctpAssociation.MAX_REASON_BYTES + 100), true));
  }

  private static void isTheirAbort(Met m, String reason, boolean truncated) {
    m.peer.make("send 1 51 last words");
    assertEquals("1/51 last words", Await.next(m.end.messages));
    m.peer.tell("abort " + reason);
    SctpClose close = Await.value(m.end.closed);
    assertEquals(Kind.PEER_ABORT, close.kind(), close.toString());
    assertEquals(12, close.causeCode());
    assertEquals(truncated ? reason.substring(0, SctpAssociation.MAX_REASON_BYTES) : reason, close.abortReasonText());
    assertEquals(truncated, close.isAbortReasonTruncated());
    assertTrue(close.isByPeer());
    isOver(m);
  }

  // ------------------------------------------------------------------------------------------- silence

  /** Twice the bound: the machine may be busy. Without the profile it would take minutes. */
  static void isLostWithinTheBound(Met m, long since) {
    SctpClose close = Await.value(m.end.closed);
    Duration took = Duration.ofNanos(System.nanoTime() - since);
    assertEquals(Kind.PATH_LOST, close.kind(), close.toString());
    assertTrue(took.compareTo(SctpLiveness.FAST.bound().multipliedBy(2)) < 0, "took " + took);
    isOver(m);
  }

  @OnEverySctpEngine
  void aPeerThatExitsWithoutAWordIsFound(SctpCell cell) {
    bothWays(cell, m -> {
      long since = System.nanoTime();
      m.peer.tell("vanish");
      isLostWithinTheBound(m, since);
    });
  }

  @OnEverySctpEngine
  void aPeerThatHangsIsFoundAndWhatItDidNotAcknowledgeFails(SctpCell cell) {
    bothWays(cell, m -> {
      m.peer.make("mute");
      long since = System.nanoTime();
      assertTrue(m.association.send(SctpPair.text("unheard"), SctpSendOptions.stream(1), 77).accepted());
      isLostWithinTheBound(m, since);
      assertEquals(77, Await.next(m.end.failures).context());
    });
  }

  // ------------------------------------------------------------------------------------------- neighbours

  @OnEverySctpEngine
  void ofTwoPeersOfOneListenerOnlyTheOneThatEndedIsClosed(SctpCell cell) {
    BlockingQueue<End> accepted = new LinkedBlockingQueue<>();
    try (EventLoopGroup group = cell.group()) {
      SctpListener listener = listen(group, accepted);
      Met first = theyConnect(group, listener, accepted);
      try (OtherStack one = first.peer) {
        Met second = theyConnect(group, listener, accepted);
        try (OtherStack two = second.peer) {
          one.tell("abort gone");
          assertEquals("gone", Await.value(first.end.closed).abortReasonText());
          isOver(first);
          assertTrue(second.association.isOpen());
          second.association.send(SctpPair.text("still here"), 4, 51);
          assertEquals("4/51 still here", Await.next(second.end.messages));
          assertEquals(1, listener.associations());
        }
      }
    }
  }
}
