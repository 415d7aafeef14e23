package io.sluice.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.sctp.SctpAssociation;
import io.sluice.sctp.SctpAvailability;
import io.sluice.sctp.SctpBackend;
import io.sluice.sctp.SctpListener;
import io.sluice.sctp.SctpTransport;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SctpChatTest {
  private static final long LIMIT_SECONDS = 30;

  @BeforeAll
  static void sctpIsThere() {
    SctpAvailability a = SctpTransport.availability(SctpBackend.UDP);
    Assumptions.assumeTrue(a.usable(), a.toString());
  }

  /** What a room or a member printed. */
  private static final class Screen {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);

    void shows(String text) {
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
      while (!text().contains(text)) {
        assertTrue(System.nanoTime() < end, "no \"" + text + "\" in: " + text());
        LockSupport.parkNanos(1_000_000);
      }
    }

    String text() {
      return bytes.toString(StandardCharsets.UTF_8);
    }
  }

  private static InetSocketAddress loopback(int port) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  @ParameterizedTest
  @MethodSource("io.sluice.examples.Engines#all")
  void whatOneSaysTheOthersHearAndWhyOneLeft(GroupSettings group) throws Exception {
    Screen room = new Screen();
    Screen first = new Screen();
    Screen second = new Screen();
    try (SctpChat server = new SctpChat(group, room.out);
        SctpChat one = new SctpChat(group, first.out);
        SctpChat two = new SctpChat(group, second.out)) {
      SctpListener l = server.listen(loopback(0));
      InetSocketAddress udp = l.addresses().get(0).udp();
      SctpAssociation a = one.join(udp).toCompletableFuture().get(LIMIT_SECONDS, TimeUnit.SECONDS);
      room.shows("joined from");
      SctpAssociation b = two.join(udp).toCompletableFuture().get(LIMIT_SECONDS, TimeUnit.SECONDS);
      first.shows("* member ");
      a.send(ByteBuffer.wrap("hello".getBytes(StandardCharsets.UTF_8)), SctpChat.TALK, 0);
      second.shows(": hello");
      b.abort("had enough").toCompletableFuture().get(LIMIT_SECONDS, TimeUnit.SECONDS);
      first.shows("left: PEER_ABORT by PEER: the peer aborted, cause 12 (user-initiated abort) \"had enough\"");
      a.close().toCompletableFuture().get(LIMIT_SECONDS, TimeUnit.SECONDS);
      room.shows("left: PEER_CLOSE by PEER: the peer shut the association down");
      first.shows("* over: LOCAL_CLOSE");
      assertEquals(-1, first.text().indexOf("hello"), "nobody hears himself");
    }
  }

  @ParameterizedTest
  @MethodSource("io.sluice.examples.Engines#all")
  void aRoomThatIsNotThereIsATypedFailure(GroupSettings group) throws Exception {
    try (SctpChat server = new SctpChat(group, new Screen().out); SctpChat one = new SctpChat(group, new Screen().out)) {
      SctpListener l = server.listen(loopback(0));
      InetSocketAddress udp = l.addresses().get(0).udp();
      l.close().toCompletableFuture().get(LIMIT_SECONDS, TimeUnit.SECONDS);
      CompletionException e = assertThrows(CompletionException.class, () -> one.join(udp).toCompletableFuture().join());
      assertTrue(e.getMessage().contains("refused") || e.getMessage().contains("no answer"), e.getMessage());
    }
  }
}
