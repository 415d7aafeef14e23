package io.sluice.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.sluice.CloseReason;
import io.sluice.CloseReason.Initiator;
import io.sluice.CloseReason.Kind;
import io.sluice.Connection;
import io.sluice.ConnectionOptions;
import io.sluice.ListenOptions;
import io.sluice.TransportOption;
import java.io.File;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/** A peer that vanishes without FIN or RST: it lives in a {@link FarNetwork}. */
class NetworkTimeoutIT {
  private static final int ETIMEDOUT = 110;

  /** A process over there that connects and reads. */
  private static final class FarPeer implements AutoCloseable {
    final FarNetwork network;
    private Process process;

    FarPeer() throws Exception {
      Assumptions.assumeTrue(new File("/bin/bash").canExecute(), "no /bin/bash");
      network = new FarNetwork();
    }

    void connect(int port) throws Exception {
      List<String> command = new ArrayList<>(network.run());
      command.addAll(
          List.of("/bin/bash", "-c", "exec 3<>/dev/tcp/" + network.local + "/" + port + " && exec cat <&3 >/dev/null"));
      process = new ProcessBuilder(command).start();
    }

    void vanish() throws Exception {
      network.vanish();
    }

    @Override
    public void close() throws Exception {
      if (process != null) {
        process.destroyForcibly().waitFor(Await.LIMIT_SECONDS, TimeUnit.SECONDS);
      }
      network.close();
    }
  }

  private static Server<Recorder> server(Cell cell, FarPeer peer, ConnectionOptions options) {
    return new Server<>(
        cell.group(), new InetSocketAddress(peer.network.local, 0), ListenOptions.defaults().withConnections(options), Recorder::new);
  }

  @OnEveryEngine
  void aPeerThatAnswersNoKeepAliveProbeIsToldApart(Cell cell) throws Exception {
    cell.group().close();
    ConnectionOptions options =
        ConnectionOptions.defaults()
            .with(TransportOption.SO_KEEPALIVE, true)
            .with(TransportOption.TCP_KEEPIDLE, 1)
            .with(TransportOption.TCP_KEEPINTVL, 1)
            .with(TransportOption.TCP_KEEPCNT, 1);
    try (FarPeer peer = new FarPeer();
        Server<Recorder> server = server(cell, peer, options)) {
      peer.connect(server.listener.port());
      Recorder r = Await.next(server.handlers);
      Connection c = Await.value(r.opened);
      c.send(ByteBuffer.allocate(100));
      Await.until("the data is acknowledged", () -> cell.isNio() || Await.on(c.loop(), c::tcpInfo).bytesAcked() >= 100);
      peer.vanish();
      CloseReason why = Await.value(r.closed);
      assertEquals(cell.isNio() ? Kind.TIMED_OUT : Kind.KEEP_ALIVE_TIMEOUT, why.kind(), "NIO cannot ask the kernel");
      assertEquals(Initiator.NETWORK, why.initiator());
      assertEquals(ETIMEDOUT, why.osError());
      assertFalse(why.isExpected());
      assertEquals(List.of("open", "closed"), r.events);
    }
  }

  @OnEveryEngine
  void aPeerThatAcknowledgesNothingTimesOut(Cell cell) throws Exception {
    cell.group().close();
    Assumptions.assumeFalse(cell.isNio(), "the JDK has no TCP_USER_TIMEOUT; the system's own limit is a quarter of an hour");
    ConnectionOptions options = ConnectionOptions.defaults().with(TransportOption.TCP_USER_TIMEOUT, 1000);
    try (FarPeer peer = new FarPeer();
        Server<Recorder> server = server(cell, peer, options)) {
      peer.connect(server.listener.port());
      Recorder r = Await.next(server.handlers);
      Connection c = Await.value(r.opened);
      peer.vanish();
      c.send(ByteBuffer.allocate(100));
      CloseReason why = Await.value(r.closed);
      assertEquals(Kind.TIMED_OUT, why.kind());
      assertEquals(Initiator.NETWORK, why.initiator());
      assertEquals(ETIMEDOUT, why.osError());
    }
  }

  @OnEveryEngine
  void aPeerThatVanishesWhenItHasEverythingIsALocalClose(Cell cell) throws Exception {
    cell.group().close();
    ConnectionOptions options = ConnectionOptions.defaults().withLinger(Duration.ofMillis(500));
    try (FarPeer peer = new FarPeer();
        Server<Recorder> server = server(cell, peer, options)) {
      peer.connect(server.listener.port());
      Recorder r = Await.next(server.handlers);
      Connection c = Await.value(r.opened);
      peer.vanish();
      assertEquals(Kind.LOCAL_CLOSE, Await.value(c.close()).kind(), "only our FIN was not acknowledged");
    }
  }

  @OnEveryEngine
  void aPeerThatVanishesBeforeOurCloseIsACloseTimeout(Cell cell) throws Exception {
    cell.group().close();
    Assumptions.assumeFalse(cell.isNio(), "NIO cannot tell what was acknowledged");
    ConnectionOptions options = ConnectionOptions.defaults().withLinger(Duration.ofMillis(500));
    try (FarPeer peer = new FarPeer();
        Server<Recorder> server = server(cell, peer, options)) {
      peer.connect(server.listener.port());
      Recorder r = Await.next(server.handlers);
      Connection c = Await.value(r.opened);
      peer.vanish();
      c.send(ByteBuffer.allocate(100));
      CloseReason why = Await.value(c.close());
      assertEquals(Kind.CLOSE_TIMEOUT, why.kind());
      assertEquals(0, why.bytesUnsent(), "the kernel had accepted them");
    }
  }
}
