package io.sluice.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.api.RefusingPort;
import io.sluice.internal.abi.Abi;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** C1: every consumed submission yields exactly one terminal completion. (The driver's oracle watches it in every test.) */
class CompletionsIT extends ContractTest {
  CompletionsIT(EngineCell cell) {
    super(cell);
  }

  @Test
  void headerDescribesTheRegion() {
    assertEquals(Abi.MAGIC, d.shared.getInt(Abi.HDR_MAGIC));
    assertEquals(Abi.ABI_MAJOR, d.shared.getInt(Abi.HDR_ABI) >>> 16);
    assertEquals(d.shared.capacity(), d.shared.getLong(Abi.HDR_TOTAL_BYTES));
    assertEquals(Abi.CTR_COUNT, d.shared.getInt(Abi.HDR_COUNTER_COUNT));
    int engine = cell.isNio() ? Abi.ENGINE_NIO : cell.isUring() ? Abi.ENGINE_IO_URING : cell.isKqueue() ? Abi.ENGINE_KQUEUE : Abi.ENGINE_EPOLL;
    assertEquals(engine, d.shared.getInt(Abi.HDR_ENGINE));
    assertEquals(d.engine.features(), d.shared.getInt(Abi.HDR_FEATURES));
  }

  @Test
  void c01NopCompletesWithItsToken() {
    Completion c = d.await(d.submit(Abi.OP_NOP, 0, 0));
    assertEquals(0, c.result());
    assertEquals(0, c.flags());
    assertEquals(0, c.handle());
  }

  @Test
  void c01FullRingsOfSubmissionsAreAllAnswered() {
    List<Long> tokens = new ArrayList<>();
    for (int i = 0; i < 10_000; i++) {
      tokens.add(d.submit(Abi.OP_NOP, 0, 0));
    }
    for (long t : tokens) {
      assertEquals(0, d.await(t).result());
    }
    assertTrue(d.unclaimed.isEmpty());
  }

  @Test
  void c01MultishotAcceptYieldsOneTerminalAfterManyConnections() throws Exception {
    long listener = d.listen();
    long accept = Peers.submitAccept(d, listener, Abi.SQE_MULTISHOT);
    for (int i = 0; i < 20; i++) {
      closing(Peers.connect(d.inetAddress(listener)));
      Completion c = d.next(accept);
      assertEquals(Abi.CQE_MORE, c.flags());
      assertEquals(0, c.result());
      assertNotEquals(0, c.handle());
    }
    assertEquals(0, d.await(d.submitCancel(listener, accept)).result());
    assertEquals(-Abi.ECANCELED, d.await(accept).result());
  }

  @Test
  void acceptOnceIsTerminalAndLeavesOthersInTheBacklog() throws Exception {
    long listener = d.listen();
    closing(Peers.connect(d.inetAddress(listener)));
    closing(Peers.connect(d.inetAddress(listener)));
    Completion first = d.next(Peers.submitAccept(d, listener, 0));
    assertEquals(0, first.flags());
    d.settle();
    assertTrue(d.unclaimed.isEmpty());
    Completion second = d.next(Peers.submitAccept(d, listener, 0));
    assertEquals(0, second.result());
    assertNotEquals(first.handle(), second.handle());
  }

  @Test
  void connectTellsTheNewHandleAndBothAddresses() throws Exception {
    try (java.net.ServerSocket server = new java.net.ServerSocket(0, 5, Peers.ANY_PORT.getAddress())) {
      Completion c = d.await(d.submitConnect(server.getLocalSocketAddress()));
      assertEquals(0, c.result());
      try (java.net.Socket s = server.accept()) {
        assertEquals(server.getLocalSocketAddress(), d.peerAddress(c.handle()));
        assertEquals(s.getRemoteSocketAddress(), d.localAddress(c.handle()));
      }
    }
  }

  @Test
  void connectToAClosedPortIsRefused() throws Exception {
    try (RefusingPort port = new RefusingPort()) {
      Completion c = d.await(d.submitConnect(port.address()));
      assertEquals(-Abi.ECONNREFUSED, c.result());
      assertEquals(0, c.handle());
      assertEquals(111, c.detail());
    }
  }

  @Test
  void listenOnAUsedPortSaysSo() {
    long listener = d.listen();
    Completion c = d.await(d.submitListen(d.localAddress(listener), 5));
    assertEquals(-Abi.EADDRINUSE, c.result());
    assertEquals(0, c.handle());
    assertEquals(98, c.detail());
  }

  @Test
  void ipv6Works() throws Exception {
    java.net.InetAddress loopback = java.net.InetAddress.getByName("::1");
    Completion c = d.await(d.submitListen(new java.net.InetSocketAddress(loopback, 0), 5));
    org.junit.jupiter.api.Assumptions.assumeTrue(c.result() == 0, "no IPv6 loopback here: LISTEN answered " + c);
    long accept = Peers.submitAccept(d, c.handle(), 0);
    Completion connected = d.await(d.submitConnect(d.localAddress(c.handle())));
    Completion accepted = d.await(accept);
    assertEquals(d.localAddress(connected.handle()), d.peerAddress(accepted.handle()));
  }
}
