package io.sluice.api;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.CloseReason;
import io.sluice.ConnectOptions;
import io.sluice.Connection;
import io.sluice.SendResult;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;

/** Data goes there and comes back, whole and in order, and callbacks come in the promised order. */
class EchoIT {
  @OnEveryCell
  void echoesBetweenSluiceAndSluice(Cell cell) {
    try (Server<Recorder.Echo> server = new Server<>(cell.group(), Recorder.Echo::new)) {
      Recorder r = new Recorder();
      Connection c = Await.value(server.group.connect(server.address(), ConnectOptions.defaults(), r));
      assertEquals(SendResult.QUEUED, c.send(ByteBuffer.wrap("hello".getBytes(StandardCharsets.UTF_8))));
      Await.until("the echo", () -> r.text().equals("hello"));
      assertEquals(server.address(), c.remoteAddress());
      assertEquals(Await.next(server.connections).remoteAddress(), c.localAddress());
      assertEquals(CloseReason.Kind.LOCAL_CLOSE, Await.value(c.close()).kind());
      assertEquals(List.of("open", "data", "closed"), r.events);
      Recorder.Echo s = Await.next(server.handlers);
      assertEquals(CloseReason.Kind.PEER_CLOSE, Await.value(s.closed).kind());
      assertEquals(List.of("open", "inputClosed", "closed"), s.events);
      assertFalse(s.fault.isDone() || r.fault.isDone());
    }
  }

  @OnEveryCell
  void echoesMoreThanAllBuffersHold(Cell cell) throws Exception {
    byte[] sent = new byte[3 << 20];
    new Random(42).nextBytes(sent);
    try (Server<Recorder.Echo> server =
            new Server<>(cell.builder().receiveBuffers(1024, 16).build(), Recorder.Echo::new);
        Socket s = server.client()) {
      Thread writer =
          new Thread(
              () -> {
                try {
                  s.getOutputStream().write(sent);
                  s.shutdownOutput();
                } catch (java.io.IOException e) {
                  throw new AssertionError(e);
                }
              });
      writer.start();
      assertArrayEquals(sent, s.getInputStream().readAllBytes());
      writer.join();
      assertEquals(CloseReason.Kind.PEER_CLOSE, Await.value(Await.next(server.handlers).closed).kind());
    }
  }

  @OnEveryCell
  void keepsConnectionsApart(Cell cell) throws Exception {
    try (Server<Recorder.Echo> server = new Server<>(cell.builder().threads(2).build(), Recorder.Echo::new)) {
      Socket[] clients = new Socket[32];
      for (int i = 0; i < clients.length; i++) {
        clients[i] = server.client();
      }
      for (int round = 0; round < 20; round++) {
        for (int i = 0; i < clients.length; i++) {
          clients[i].getOutputStream().write(message(i, round));
        }
        for (int i = 0; i < clients.length; i++) {
          assertArrayEquals(message(i, round), clients[i].getInputStream().readNBytes(64));
        }
      }
      for (Socket s : clients) {
        s.close();
      }
      for (int i = 0; i < clients.length; i++) {
        assertTrue(Await.value(Await.next(server.handlers).closed).isExpected());
      }
    }
  }

  private static byte[] message(int connection, int round) {
    byte[] b = new byte[64];
    new Random(connection * 1000L + round).nextBytes(b);
    return b;
  }

  @OnEveryCell
  void coalescesTheSmallSendsOfOneTurnInOrder(Cell cell) throws Exception {
    try (Server<Recorder> server =
            new Server<>(
                cell.group(),
                () ->
                    new Recorder() {
                      @Override
                      public void onOpen(Connection c) {
                        super.onOpen(c);
                        for (int i = 0; i < 3000; i++) {
                          c.send(ByteBuffer.wrap((i + "\n").getBytes(StandardCharsets.UTF_8)));
                        }
                        c.close();
                      }
                    });
        Socket s = server.client()) {
      String text = new String(s.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      StringBuilder expected = new StringBuilder();
      for (int i = 0; i < 3000; i++) {
        expected.append(i).append('\n');
      }
      assertEquals(expected.toString(), text);
    }
  }
}
