package io.sluice.sctp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class SctpOptionsTest {
  private static void says(String what, Executable call) {
    String message = assertThrows(IllegalArgumentException.class, call).getMessage();
    assertTrue(message.contains(what), message);
  }

  @Test
  void theBoundsOfTheProfilesAreWhatTheirTableSays() {
    assertEquals(Duration.ofMillis(2850), SctpLiveness.FAST.bound());
    assertEquals(Duration.ofMillis(6500), SctpLiveness.DEFAULT.bound());
    assertEquals(Duration.ofSeconds(160), SctpLiveness.WAN.bound());
    assertEquals(Duration.ofSeconds(1140), SctpLiveness.RFC.bound());
  }

  @Test
  void valuesOutOfRangeAreRefusedWithTheirRange() {
    SctpLiveness l = SctpLiveness.DEFAULT;
    Duration ms = Duration.ofMillis(100);
    says("rto min PT0.001S is not within PT0.01S to PT1M", () -> l.withRto(Duration.ofMillis(1), ms, ms));
    says("min <= initial <= max", () -> l.withRto(ms, ms, ms.plusMillis(1)));
    says("heartbeat PT0.049S is not within PT0.05S to PT1H", () -> l.withHeartbeat(Duration.ofMillis(49)));
    says("path 5 is not within 1 to 4", () -> l.withRetransmissions(4, 5));
    says("association 256 is not within 1 to 255", () -> l.withRetransmissions(256, 1));
    says("attempts 0 is not within 1 to 255", () -> l.withConnect(0, ms));
    SctpOptions o = SctpOptions.defaults();
    says("streams out 0 is not within 1 to 1024", () -> o.withStreams(0, 1));
    says("streams in 1025 is not within 1 to 1024", () -> o.withStreams(1, 1025));
    says("0 < high <= limit", () -> o.withSendBounds(10, 9));
    SctpStackOptions s = SctpStackOptions.defaults();
    says("maxMessageBytes 0 is not within 1 to 16777216", () -> s.withMaxMessageBytes(0));
    says("maxAssociations 65537", () -> s.withMaxAssociations(65537));
    says("send buffer bytes 262143 is not within 262144", () -> s.withBuffers(4096, 262143));
    says("stream 1024 is not within 0 to 1023", () -> SctpSendOptions.stream(1024));
    says("lifetime PT0S", () -> SctpSendOptions.stream(0).withLifetime(Duration.ZERO));
    says("maxRetransmissions -1", () -> SctpSendOptions.stream(0).withMaxRetransmissions(-1));
    InetSocketAddress udp = new InetSocketAddress(InetAddress.getLoopbackAddress(), 9);
    says("sctpPort 0 is not within 1 to 65535", () -> SctpAddress.overUdp(udp, 0));
    says("is not resolved", () -> SctpAddress.overUdp(InetSocketAddress.createUnresolved("nowhere.invalid", 9), 1));
  }

  @Test
  void aCopyDiffersInThatOneThing() {
    SctpLiveness l = SctpLiveness.WAN.withHeartbeat(Duration.ofSeconds(1));
    assertEquals("custom", l.name());
    assertEquals(SctpLiveness.WAN.profile(), l.profile());
    assertEquals(SctpLiveness.WAN.rtoMax(), l.rtoMax());
    assertEquals(Duration.ofSeconds(1), l.heartbeat());
    SctpSendOptions s = SctpSendOptions.stream(3).withPpid(51).withUnordered(true).withMaxRetransmissions(2);
    assertEquals("stream 3 ppid 51 unordered with 2 retransmissions", s.toString());
    SctpStackOptions big = SctpStackOptions.defaults().withMaxMessageBytes(1 << 20);
    assertEquals(1 << 20, big.sendBufferBytes(), "the send buffer grows with the longest message");
  }

  @Test
  void addressesPrintAsTheyAreCalled() throws Exception {
    InetAddress six = InetAddress.getByName("::1");
    assertEquals("[0:0:0:0:0:0:0:1]:9899 sctp 5000", SctpAddress.overUdp(new InetSocketAddress(six, 9899), 5000).toString());
  }
}
