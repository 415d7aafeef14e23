package io.sluice.internal.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.BufferLease;
import io.sluice.CloseReason;
import io.sluice.ConnectOptions;
import io.sluice.Connection;
import io.sluice.ConnectionHandler;
import io.sluice.EventLoopGroup;
import io.sluice.SendListener;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What applications were promised holds also when the engine gives no more completions. */
class BrokenLoopTest {
  private final List<String> events = new ArrayList<>();

  /** Sends again whenever a send failed, as a careless application might. */
  private final SendListener again =
      new SendListener() {
        @Override
        public void onSent(Connection c, CloseReason failure) {
          events.add("sent " + failure.kind());
          if (events.size() < 10) {
            events.add("again " + c.send(ByteBuffer.wrap(new byte[1]), this));
          }
        }
      };

  private final ConnectionHandler handler =
      new ConnectionHandler() {
        @Override
        public void onData(Connection connection, BufferLease data) {}

        @Override
        public void onClosed(Connection connection, CloseReason reason) {
          events.add("closed " + reason.kind());
        }
      };

  @Test
  void everySendListenerIsToldOnceBeforeOnClosedWhenTheLoopBreaks() throws Exception {
    try (ServerSocket peer = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        EventLoopGroup group = EventLoopGroup.builder().engine("nio").threads(1).callerDriven().build()) {
      Loop loop = (Loop) group.loops().get(0);
      CompletableFuture<Connection> opened =
          group.connect(peer.getLocalSocketAddress(), ConnectOptions.defaults(), handler).toCompletableFuture();
      while (!opened.isDone()) {
        loop.turn(Duration.ofSeconds(1));
      }
      opened.join().send(ByteBuffer.wrap(new byte[1]), again);
      loop.submissions.enter(0); // Nothing of the send was submitted yet.
      opened.join().shutdownOutput(); // Submits it; its completion is never seen.
      loop.submissions.enter(0);
      loop.shutdown().breakUp(CloseReasons.loopBroken(1));
      assertEquals(List.of("sent IO_ERROR", "again CLOSED", "closed IO_ERROR"), events);
    }
  }
}
