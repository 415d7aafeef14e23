package io.sluice.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.CloseReason;
import io.sluice.CloseReason.Initiator;
import io.sluice.CloseReason.Kind;
import io.sluice.ConnectOptions;
import io.sluice.Connection;
import io.sluice.EventLoopGroup;
import io.sluice.ListenOptions;
import io.sluice.SendResult;
import io.sluice.api.Await;
import io.sluice.api.Cell;
import io.sluice.api.OnEveryCell;
import io.sluice.api.Recorder;
import io.sluice.api.Server;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * go-libp2p 0.36.1 over WebRTC: a dialer held two connections to one listener and closed one. The listener was not told, went on
 * believing in the dead connection and opened its next stream on it. The TCP form: the listener is told, each way of
 * ending, which connection it was, and a send on it fails with the reason.
 */
class PeerThatIsNeverToldReplayIT {
  private static ByteBuffer text(String s) {
    return ByteBuffer.wrap(s.getBytes(StandardCharsets.US_ASCII));
  }

  /** Both connections of the dialer, and what the listener has of each, in the same order. */
  private record Pair(List<Connection> dialled, List<Recorder> accepted) {}

  private static Pair connectTwice(Server<Recorder> server, EventLoopGroup dialer) {
    List<Connection> dialled = new ArrayList<>();
    List<Recorder> accepted = new ArrayList<>();
    for (String address : List.of("127.0.0.1", "127.0.0.2")) {
      dialled.add(
          Await.value(
              dialer.connect(
                  new InetSocketAddress(address, server.listener.port()), ConnectOptions.defaults(), new Recorder())));
      accepted.add(Await.next(server.handlers));
      Await.value(accepted.get(accepted.size() - 1).opened);
    }
    return new Pair(dialled, accepted);
  }

  private static Server<Recorder> listener(Cell cell) {
    return new Server<>(cell.group(), new InetSocketAddress("0.0.0.0", 0), ListenOptions.defaults(), Recorder::new);
  }

  @OnEveryCell
  void theListenerIsToldWhichOfTwoConnectionsEndedAndUsesTheOther(Cell cell) {
    for (boolean abort : new boolean[] {false, true}) {
      try (Server<Recorder> server = listener(cell);
          EventLoopGroup dialer = cell.group()) {
        Pair p = connectTwice(server, dialer);
        if (abort) {
          p.dialled.get(0).abort();
        } else {
          p.dialled.get(0).close();
        }
        CloseReason why = Await.value(p.accepted.get(0).closed);
        assertEquals(abort ? Kind.PEER_RESET : Kind.PEER_CLOSE, why.kind());
        assertEquals(Initiator.PEER, why.initiator());
        Connection dead = Await.value(p.accepted.get(0).opened);
        assertEquals(SendResult.CLOSED, dead.send(text("hello")), "a dead connection says so at once");
        assertEquals(why, dead.closeReason());
        Connection other = Await.value(p.accepted.get(1).opened);
        assertTrue(other.isOpen());
        assertFalse(p.accepted.get(1).closed.isDone());
        assertTrue(other.send(text("hello")).accepted());
        p.dialled.get(1).abort();
      }
    }
  }

  @OnEveryCell
  void theListenerIsToldWhenTheDialersLoopShutsDown(Cell cell) {
    try (Server<Recorder> server = listener(cell)) {
      Pair p;
      try (EventLoopGroup dialer = cell.group()) {
        p = connectTwice(server, dialer);
      }
      for (Recorder r : p.accepted) {
        assertEquals(Kind.PEER_CLOSE, Await.value(r.closed).kind());
      }
    }
  }
}
