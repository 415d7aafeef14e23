package io.sluice.sctp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sluice.CloseReason.Kind;
import io.sluice.EventLoopGroup;
import io.sluice.ListenerState;
import io.sluice.TransportException;
import io.sluice.api.Await;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** What only one of the backends does, and what each says of calls that only the other one knows. */
class SctpBackendsIT {
  private static final SctpOptions FAST = SctpOptions.defaults().withLiveness(SctpLiveness.FAST);
  private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

  private static void kernelOnly(SctpCell cell) {
    assumeTrue(cell.backend() == SctpBackend.KERNEL, "the other backend");
  }

  private static void says(String what, Executable call) {
    String message = assertThrows(IllegalArgumentException.class, call).getMessage();
    assertTrue(message.contains(what), message);
  }

  // ------------------------------------------------------------------------------------------- availability

  @Test
  void withoutSctpInTheKernelTheAnswerNamesCauseAndRemedy() {
    SctpAvailability found = SctpTransport.availability(SctpBackend.KERNEL);
    assumeFalse(found.usable(), "this kernel has SCTP");
    assertTrue(found.toString().startsWith("SCTP of the kernel unavailable, because "), found.toString());
    assumeTrue(found.reason().contains("this kernel has no SCTP"), found.reason());
    assertTrue(found.reason().contains("modprobe sctp"), found.reason());
    assertTrue(found.reason().contains("use SCTP over UDP"), found.reason());
  }

  @Test
  void overFailsWithWhatAvailabilitySays() {
    try (EventLoopGroup group = EventLoopGroup.builder().threads(1).build()) {
      SctpAvailability found = SctpTransport.availability(SctpBackend.KERNEL);
      assumeFalse(found.usable(), "this kernel has SCTP");
      SctpUnavailableException e =
          assertThrows(
              SctpUnavailableException.class,
              () -> SctpTransport.over(group, SctpBackend.KERNEL, SctpStackOptions.defaults()));
      assertEquals(SctpBackend.KERNEL, e.availability().backend());
      assertFalse(e.availability().usable());
    }
  }

  @Test
  void theNioEngineCannotCarrySocketsOfTheKernelAndSaysSo() {
    try (EventLoopGroup group = EventLoopGroup.builder().engine("nio").threads(1).build()) {
      SctpUnavailableException e =
          assertThrows(
              SctpUnavailableException.class,
              () -> SctpTransport.over(group, SctpBackend.KERNEL, SctpStackOptions.defaults()));
      assertTrue(e.getMessage().contains("the group runs on nio"), e.getMessage());
    }
  }

  // ------------------------------------------------------------------------------------------- wrong for this backend

  @OnEverySctpEngine
  void anAddressOverIpIsRefusedByTheBackendOverUdp(SctpCell cell) {
    try (EventLoopGroup group = cell.group()) {
      SctpTransport t = SctpTransport.over(group);
      says("has no UDP port", () -> t.listen(SctpAddress.overIp(LOOPBACK, 5000), FAST, a -> new SctpRecorder()));
      says("has no UDP port", () -> t.connect(SctpAddress.overIp(LOOPBACK, 5000), FAST, new SctpRecorder()));
      SctpEndpoint e = Await.value(t.bind(SctpPair.loopback(0)));
      says("has no UDP port", () -> e.connect(SctpAddress.overIp(LOOPBACK, 5000), FAST, new SctpRecorder()));
    }
  }

  @OnEverySctpBackendEngine
  void whatTheKernelCannotDoFailsAtTheCall(SctpCell cell) {
    kernelOnly(cell);
    try (EventLoopGroup group = cell.group()) {
      says("silent", () -> cell.transport(group, SctpStackOptions.defaults().withSilent(true)));
      SctpTransport t = cell.transport(group, SctpStackOptions.defaults());
      SctpAddress udp = SctpAddress.overUdp(SctpPair.loopback(9899), 5000);
      says("net.sctp.udp_port", () -> t.listen(udp, FAST, a -> new SctpRecorder()));
      says("net.sctp.udp_port", () -> t.bind(SctpPair.loopback(9899)));
      says("closeOnIcmp", () -> t.connect(cell.local(5000), FAST.withCloseOnIcmp(true), new SctpRecorder()));
      says("closeOnIcmp", () -> t.listen(cell.local(5000), FAST.withCloseOnIcmp(true), a -> new SctpRecorder()));
      says("wildcard", () -> t.connect(
          SctpAddress.overIp(new InetSocketAddress(0).getAddress(), 5000), FAST, new SctpRecorder()));
    }
  }

  // ------------------------------------------------------------------------------------------- the kernel's

  @OnEverySctpBackendEngine
  void whereNobodyListensAConnectIsRefused(SctpCell cell) {
    kernelOnly(cell);
    try (EventLoopGroup group = cell.group()) {
      SctpTransport t = cell.transport(group, SctpStackOptions.defaults());
      SctpException e =
          assertInstanceOf(SctpException.class, Await.failure(t.connect(cell.local(4999), FAST, new SctpRecorder())));
      assertEquals(Kind.REFUSED, e.reason().kind());
      assertTrue(e.close().isBeforeOpen());
    }
  }

  @OnEverySctpBackendEngine
  void aPortThatIsTakenIsNamed(SctpCell cell) {
    kernelOnly(cell);
    try (SctpPair p = new SctpPair(cell)) {
      SctpListener second = p.clientSide.listen(cell.local(SctpPair.PORT), FAST, a -> new SctpRecorder());
      TransportException e = assertInstanceOf(TransportException.class, Await.failure(second.ready()));
      assertTrue(e.getMessage().contains("is in use"), e.getMessage());
      assertEquals(ListenerState.FAILED, second.state());
    }
  }

  @OnEverySctpBackendEngine
  void infoTellsThePathAndAddressesAreOverIp(SctpCell cell) {
    kernelOnly(cell);
    try (SctpPair p = new SctpPair(cell)) {
      SctpAssociation a = p.connect(new SctpRecorder());
      assertFalse(a.remoteAddress().isOverUdp());
      assertEquals(p.address(), a.remoteAddress());
      SctpInfo info = Await.on(a.loop(), a::info);
      assertTrue(info.peerWindowBytes() > 0 && info.congestionWindowBytes() > 0, info.toString());
      assertTrue(info.rto().compareTo(Duration.ZERO) > 0, info.toString());
    }
  }

  @OnEverySctpBackendEngine
  void aMessageAboveTheReceiversLimitEndsTheAssociationAndTheSenderIsTold(SctpCell cell) {
    kernelOnly(cell);
    try (EventLoopGroup here = cell.group(); EventLoopGroup there = cell.group()) {
      SctpRecorder server = new SctpRecorder();
      SctpListener l =
          cell.transport(there, SctpStackOptions.defaults().withMaxMessageBytes(1000))
              .listen(cell.local(SctpPair.PORT), FAST, a -> server);
      Await.value(l.ready());
      SctpRecorder client = new SctpRecorder();
      SctpAssociation a =
          Await.value(cell.transport(here, SctpStackOptions.defaults()).connect(l.addresses().get(0), FAST, client));
      a.send(ByteBuffer.allocate(1000), 0, 0);
      Await.next(server.messages);
      a.send(ByteBuffer.allocate(100_000), 0, 0);
      assertEquals("message too long", Await.value(client.closed).abortReasonText());
      assertEquals(Kind.RESOURCE_LIMIT, Await.value(server.closed).kind());
      assertEquals(0, server.messages.size());
    }
  }

  @OnEverySctpBackendEngine
  void aConnectThatIsGivenUpEndsInTheKernelToo(SctpCell cell) {
    kernelOnly(cell);
    try (SctpPair p = new SctpPair(cell)) {
      SctpEndpoint e = Await.value(p.clientSide.bind(SctpPair.loopback(0)));
      for (int i = 0; i < 20; i++) {
        e.connect(p.address(), FAST, new SctpRecorder()).toCompletableFuture().cancel(true);
      }
      Await.until("nothing is left", () -> p.clientSide.stats().live() == 0 && p.serverSide.stats().live() == 0);
      Await.value(e.close());
    }
  }
}
