package io.sluice.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.internal.abi.Abi;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** C10: a socket that came too late for its ACCEPT or CONNECT is closed. The census of descriptors is the judge. */
class LateAcceptIT extends ContractTest {
  LateAcceptIT(EngineCell cell) {
    super(cell);
  }

  @Test
  void c10CancelRacesConnections() throws Exception {
    long listener = d.listen();
    InetSocketAddress address = d.inetAddress(listener);
    for (int i = 0; i < 200; i++) {
      long accept = Peers.submitAccept(d, listener, i % 2 == 0 ? Abi.SQE_MULTISHOT : 0);
      if (i % 3 != 0) {
        d.turn(0);
      }
      Socket s = Peers.connect(address);
      d.submitCancel(listener, accept);
      d.awaitCondition(() -> !d.oracle.isOpen(accept), "the ACCEPT has ended");
      s.close();
      endAccepted();
    }
    assertEveryHandleIsKnown(1);
  }

  @Test
  void c10CloseOfTheListenerRacesConnections() throws Exception {
    for (int i = 0; i < 100; i++) {
      long listener = d.listen();
      Peers.submitAccept(d, listener, Abi.SQE_MULTISHOT);
      d.turn(0);
      List<Socket> sockets = new ArrayList<>();
      for (int k = 0; k < 3; k++) {
        sockets.add(Peers.connect(d.inetAddress(listener)));
      }
      d.close(listener);
      for (Socket s : sockets) {
        s.close();
      }
      endAccepted();
    }
    assertEveryHandleIsKnown(0);
  }

  @Test
  void c10CancelRacesTheConnect() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 50, Peers.ANY_PORT.getAddress())) {
      for (int i = 0; i < 200; i++) {
        long connect = d.submitConnect(server.getLocalSocketAddress());
        if (i % 2 == 0) {
          d.enterOnly(0);
        }
        d.submitCancel(0, connect);
        Completion c = d.await(connect);
        assertTrue(c.result() == 0 || c.result() == -Abi.ECANCELED, "" + c);
        if (c.result() == 0) {
          d.close(c.handle());
        }
        // A connection that never came into being is not in the backlog; one that did ends at once.
        server.setSoTimeout(1);
        try (Socket s = server.accept()) {
          s.setSoTimeout(Peers.TIMEOUT_MILLIS);
          s.getInputStream().read();
        } catch (java.io.IOException expected) {
          // Nobody came, or it was reset.
        }
        d.unclaimed.clear();
      }
    }
    assertEveryHandleIsKnown(0);
  }

  /** Closes every connection that was delivered. */
  private void endAccepted() {
    d.settle();
    for (Completion c = accepted(); c != null; c = accepted()) {
      assertEquals(0, d.close(c.handle()).result());
    }
    d.unclaimed.clear();
  }

  private Completion accepted() {
    return d.poll(c -> c.op() == Abi.OP_ACCEPT && c.result() == 0 && !c.isNote());
  }

  private void assertEveryHandleIsKnown(int live) {
    assertEquals(live, d.oracle.liveHandles().size());
    assertEquals(live, d.counter(Abi.CTR_OPENED) - d.counter(Abi.CTR_CLOSED));
  }
}
