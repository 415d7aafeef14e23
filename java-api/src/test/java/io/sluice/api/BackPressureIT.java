package io.sluice.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.BufferLease;
import io.sluice.Connection;
import io.sluice.ConnectionOptions;
import io.sluice.ListenOptions;
import io.sluice.SendResult;
import io.sluice.TransportOption;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** A slow peer is answered SATURATED, then REJECTED, then the handler hears onWritable; paused reading loses nothing. */
class BackPressureIT {
  private static final int PIECE = 16 << 10;
  /** Both ends: what the kernel takes by itself stays far below the bounds of the queue, whatever it tunes. */
  private static final int KERNEL_BUFFER = 16 << 10;

  private static final ListenOptions SMALL =
      ListenOptions.defaults()
          .withConnections(
              ConnectionOptions.defaults()
                  .with(TransportOption.SO_SNDBUF, KERNEL_BUFFER)
                  .withSendBounds(64 << 10, 256 << 10, 512 << 10));

  @OnEveryCell
  void aSlowPeerIsAnsweredSaturatedThenRejectedThenWritable(Cell cell) throws Exception {
    try (Server<Recorder> server = new Server<>(cell.group(), SMALL, Recorder::new);
        Socket s = server.client(KERNEL_BUFFER)) {
      Recorder r = Await.next(server.handlers);
      Connection c = Await.value(r.opened);
      List<SendResult> answers = new ArrayList<>();
      long taken = 0;
      // Several turns, because the kernel's own buffers have to fill first, and they go on taking for a while.
      for (int rejected = 0; rejected < 100; ) {
        SendResult a = Await.on(c.loop(), () -> c.send(ByteBuffer.allocate(PIECE)));
        answers.add(a);
        rejected = a == SendResult.REJECTED ? rejected + 1 : 0;
        taken += a.accepted() ? PIECE : 0;
      }
      assertTrue(answers.contains(SendResult.SATURATED), answers::toString);
      long pending = c.pendingSendBytes();
      assertTrue(pending >= 256 << 10 && pending <= 512 << 10, () -> pending + " bytes pending");
      assertFalse(c.isWritable());
      ByteBuffer untouched = ByteBuffer.allocate(512 << 10);
      assertEquals(SendResult.REJECTED, Await.on(c.loop(), () -> c.send(untouched)));
      assertEquals(512 << 10, untouched.remaining(), "a rejected buffer is not consumed");
      assertEquals(taken, s.getInputStream().readNBytes((int) taken).length);
      Await.until("onWritable", () -> r.events.contains("writable"));
      Await.until("everything sent", () -> c.pendingSendBytes() == 0);
      assertTrue(c.isWritable());
    }
  }

  @OnEveryCell
  void aSlowPeerWithTinySendsDoesNotTakeAllMemory(Cell cell) throws Exception {
    try (Server<Recorder> server =
            new Server<>(cell.builder().sendMemoryLimit(2 << 20).build(), SMALL, Recorder::new);
        Socket s = server.client()) {
      Connection c = Await.value(Await.next(server.handlers).opened);
      while (Await.on(c.loop(), () -> c.send(ByteBuffer.allocate(PIECE))) != SendResult.SATURATED) {
        // The kernel's buffer fills.
      }
      int tiny = 0;
      while (tiny < 4000 && Await.on(c.loop(), () -> c.send(ByteBuffer.allocate(8))).accepted()) {
        tiny++;
      }
      assertEquals(4000, tiny, "8 bytes each, far below the limit of bytes");
    }
  }

  @OnEveryCell
  void pausedReadingKeepsDataAndTheEndOfTheStream(Cell cell) throws Exception {
    try (Server<Recorder> server = new Server<>(cell.builder().receiveBuffers(256, 16).build(), Recorder::new);
        Socket s = server.client()) {
      Recorder r = Await.next(server.handlers);
      Connection c = Await.value(r.opened);
      byte[] data = new byte[64 << 10];
      for (int i = 0; i < data.length; i++) {
        data[i] = (byte) (i * 31);
      }
      for (int round = 0; round < 8; round++) {
        int part = data.length / 8;
        c.pauseReading();
        s.getOutputStream().write(data, round * part, part);
        if (round == 7) {
          s.shutdownOutput();
        }
        Await.on(c.loop(), () -> null);
        c.resumeReading();
      }
      Await.value(r.closed);
      org.junit.jupiter.api.Assertions.assertArrayEquals(data, r.received());
      assertEquals(List.of("open", "data", "inputClosed", "closed"), r.events);
    }
  }

  @OnEveryCell
  void noCallbackComesWhilePaused(Cell cell) throws Exception {
    AtomicInteger whilePaused = new AtomicInteger();
    class Pausing extends Recorder {
      @Override
      public void onData(Connection c, BufferLease lease) {
        if (c.isReadingPaused()) {
          whilePaused.incrementAndGet();
        }
        super.onData(c, lease);
        c.pauseReading();
        c.loop().execute(c::resumeReading);
      }
    }
    ListenOptions paused =
        ListenOptions.defaults().withConnections(ConnectionOptions.defaults().withReadingPaused(true));
    try (Server<Pausing> server = new Server<>(cell.builder().receiveBuffers(256, 16).build(), paused, Pausing::new);
        Socket s = server.client()) {
      Pausing r = Await.next(server.handlers);
      Connection c = Await.value(r.opened);
      assertTrue(c.isReadingPaused());
      s.getOutputStream().write(new byte[20_000]);
      s.shutdownOutput();
      Await.on(c.loop(), () -> null);
      assertEquals(0, r.bytes());
      c.resumeReading();
      Await.value(r.closed);
      assertEquals(20_000, r.bytes());
      assertEquals(0, whilePaused.get());
    }
  }

  @OnEveryCell
  void sendsOfOtherThreadsArriveInTheOrderOfEachThread(Cell cell) throws Exception {
    try (Server<Recorder> server = new Server<>(cell.group(), Recorder::new);
        Socket s = server.client()) {
      Connection c = Await.value(Await.next(server.handlers).opened);
      int threads = 4;
      int each = 2000;
      List<Thread> all = new ArrayList<>();
      AtomicInteger listened = new AtomicInteger();
      for (int t = 0; t < threads; t++) {
        int who = t;
        Thread thread =
            new Thread(
                () -> {
                  for (int i = 0; i < each; i++) {
                    ByteBuffer b = ByteBuffer.allocate(8).putInt(who).putInt(i).flip();
                    SendResult a;
                    do {
                      a = c.send(b, (x, failure) -> listened.incrementAndGet());
                    } while (a == SendResult.REJECTED);
                    if (!a.accepted()) {
                      throw new AssertionError(a);
                    }
                  }
                });
        all.add(thread);
        thread.start();
      }
      int[] next = new int[threads];
      for (int i = 0; i < threads * each; i++) {
        ByteBuffer b = ByteBuffer.wrap(s.getInputStream().readNBytes(8));
        int who = b.getInt();
        assertEquals(next[who]++, b.getInt());
      }
      for (Thread t : all) {
        t.join();
      }
      Await.until("all listeners", () -> listened.get() == threads * each);
    }
  }

  @OnEveryCell
  void everyAcceptedSendIsToldBeforeTheEnd(Cell cell) throws Exception {
    for (int round = 0; round < 10; round++) {
      AtomicInteger accepted = new AtomicInteger();
      AtomicInteger told = new AtomicInteger();
      AtomicInteger toldLate = new AtomicInteger();
      try (Server<Recorder> server = new Server<>(cell.group(), Recorder::new);
          Socket s = server.client()) {
        Recorder r = Await.next(server.handlers);
        Connection c = Await.value(r.opened);
        Thread sender =
            new Thread(
                () -> {
                  SendResult a;
                  do {
                    a =
                        c.send(
                            ByteBuffer.allocate(1000),
                            (x, failure) -> {
                              told.incrementAndGet();
                              if (r.closed.isDone()) {
                                toldLate.incrementAndGet();
                              }
                            });
                    if (a.accepted()) {
                      accepted.incrementAndGet();
                    }
                  } while (a != SendResult.CLOSED);
                });
        sender.start();
        s.getInputStream().readNBytes(50_000);
        c.abort();
        Await.value(c.closed());
        sender.join();
        assertEquals(accepted.get(), told.get());
        assertEquals(0, toldLate.get());
      }
    }
  }
}
