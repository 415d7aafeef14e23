package io.sluice.api;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.BufferLease;
import io.sluice.CloseReason;
import io.sluice.CloseReason.Initiator;
import io.sluice.CloseReason.Kind;
import io.sluice.ConnectOptions;
import io.sluice.Connection;
import io.sluice.ConnectionOptions;
import io.sluice.EventLoop;
import io.sluice.EventLoopGroup;
import io.sluice.ListenOptions;
import io.sluice.SendListener;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Wrong arguments fail at the call and change nothing; callbacks that throw end their own connection only. */
class BadInputIT {
  private static void refused(Executable call, String... named) {
    String message = assertThrows(IllegalArgumentException.class, call).getMessage();
    for (String n : named) {
      assertTrue(message.contains(n), () -> n + " is not in: " + message);
    }
  }

  @Test
  void boundsAreRefusedByNameAndValue() {
    ConnectionOptions o = ConnectionOptions.defaults();
    refused(() -> o.withSendBounds(-1, 2, 3), "low", "-1");
    refused(() -> o.withSendBounds(2, 2, 3), "high", "2");
    refused(() -> o.withSendBounds(0, 0, 0), "limit", "0");
    refused(() -> o.withSendBounds(1, Integer.MAX_VALUE, Integer.MAX_VALUE - 1), "limit", "" + (Integer.MAX_VALUE - 1));
    refused(() -> o.withMaxLeasedBuffers(0), "maxLeasedBuffers", "0");
    refused(() -> o.withMaxLeasedBuffers(32769), "maxLeasedBuffers", "32769");
    refused(() -> o.withZeroCopyThreshold(-1), "zeroCopyThreshold", "-1");
    refused(() -> ListenOptions.defaults().withBacklog(0), "backlog", "0");
    refused(() -> ListenOptions.defaults().withBacklog(65536), "backlog", "65536");
    refused(() -> EventLoopGroup.builder().threads(0), "threads", "0");
    refused(() -> EventLoopGroup.builder().threads(Integer.MAX_VALUE), "threads", "" + Integer.MAX_VALUE);
    refused(() -> EventLoopGroup.builder().receiveBuffers(255, 16), "255");
    refused(() -> EventLoopGroup.builder().receiveBuffers(256, 15), "15");
    refused(() -> EventLoopGroup.builder().receiveBuffers(1 << 20, 32768), "32768");
    refused(() -> EventLoopGroup.builder().sendMemoryLimit((1 << 20) - 1), "sendMemoryLimit", "1048575");
    refused(() -> EventLoopGroup.builder().sendMemoryLimit(Long.MAX_VALUE), "sendMemoryLimit", "" + Long.MAX_VALUE);
  }

  @OnEveryEngine
  void nullsAreRefusedAtTheCallAndTheConnectionGoesOn(Cell cell) throws Exception {
    ConnectionOptions o = ConnectionOptions.defaults();
    InetSocketAddress any = new InetSocketAddress(0);
    try (Server<Recorder.Echo> server = new Server<>(cell.group(), Recorder.Echo::new);
        Socket s = server.client()) {
      EventLoopGroup group = server.group;
      Connection c = Await.value(Await.next(server.handlers).opened);
      EventLoop loop = c.loop();
      Executable[] calls = {
        () -> group.listen(null, ListenOptions.defaults(), x -> new Recorder()),
        () -> group.listen(any, null, x -> new Recorder()),
        () -> group.listen(any, ListenOptions.defaults(), null),
        () -> group.connect(null, ConnectOptions.defaults(), new Recorder()),
        () -> group.connect(server.address(), null, new Recorder()),
        () -> group.connect(server.address(), ConnectOptions.defaults(), null),
        () -> group.shutdown(null),
        () -> loop.execute(null),
        () -> loop.schedule(Duration.ZERO, null),
        () -> loop.schedule(null, () -> {}),
        () -> c.close(null),
        () -> c.send((ByteBuffer) null),
        () -> c.send(ByteBuffer.allocate(1), null),
        () -> c.send((BufferLease) null),
        () -> c.send(new ByteBuffer[] {ByteBuffer.allocate(1), null}),
        () -> o.with(null, 1),
      };
      for (int i = 0; i < calls.length; i++) {
        int call = i;
        assertThrows(NullPointerException.class, calls[i], () -> "call " + call);
        Throwable onLoop = Await.on(loop, () -> assertThrows(NullPointerException.class, calls[call]));
        assertEquals(NullPointerException.class, onLoop.getClass());
      }
      Await.on(loop, () -> assertThrows(NullPointerException.class, () -> c.handler(null)));
      assertEquals(0, c.pendingSendBytes(), "nothing of it was taken");
      byte[] ping = {1, 2, 3};
      s.getOutputStream().write(ping);
      assertArrayEquals(ping, s.getInputStream().readNBytes(ping.length));
    }
  }

  private static class Throwing extends Recorder {
    final SendListener listener = (c, failure) -> {
      throw new IllegalStateException("onSent");
    };
  }

  private static final class ThrowsInWritable extends Throwing {
    @Override
    public void onOpen(Connection c) {
      super.onOpen(c);
      c.send(ByteBuffer.allocate(3000)); // SATURATED.
    }

    @Override
    public void onWritable(Connection c) {
      throw new IllegalStateException("onWritable");
    }
  }

  private static final class ThrowsInSent extends Throwing {
    @Override
    public void onOpen(Connection c) {
      super.onOpen(c);
      c.send(ByteBuffer.allocate(1), listener);
    }
  }

  private static final class ThrowsInEnding extends Throwing {
    @Override
    public void onOpen(Connection c) {
      super.onOpen(c);
      c.pauseReading();
    }

    @Override
    public void onInputEnding(Connection c) {
      throw new IllegalStateException("onInputEnding");
    }
  }

  private static <H extends Throwing> void endsItsConnection(Cell cell, Supplier<H> handlers, String callback) throws Exception {
    ListenOptions small =
        ListenOptions.defaults().withConnections(ConnectionOptions.defaults().withSendBounds(1 << 10, 2 << 10, 4 << 10));
    try (Server<H> server = new Server<>(cell.group(), small, handlers);
        Socket s = server.client()) {
      H h = Await.next(server.handlers);
      if (callback.equals("onInputEnding")) {
        Await.value(h.opened);
        s.shutdownOutput();
      }
      CloseReason why = Await.value(h.closed);
      assertEquals(Kind.HANDLER_FAILED, why.kind());
      assertEquals(Initiator.LOOP, why.initiator());
      assertTrue(why.detail().contains(callback), why.detail());
      Await.on(server.group.loops().get(0), () -> null); // The loop lives.
    }
  }

  @OnEveryEngine
  void onWritableThatThrowsEndsItsConnection(Cell cell) throws Exception {
    endsItsConnection(cell, ThrowsInWritable::new, "onWritable");
  }

  @OnEveryEngine
  void onSentThatThrowsEndsItsConnection(Cell cell) throws Exception {
    endsItsConnection(cell, ThrowsInSent::new, "onSent");
  }

  @OnEveryEngine
  void onInputEndingThatThrowsEndsItsConnection(Cell cell) throws Exception {
    endsItsConnection(cell, ThrowsInEnding::new, "onInputEnding");
  }
}
