package io.sluice.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.sluice.BufferLease;
import io.sluice.CloseReason;
import io.sluice.ConnectOptions;
import io.sluice.Connection;
import io.sluice.ConnectionHandler;
import io.sluice.EventLoopGroup;
import java.nio.ByteBuffer;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Connections come and go while data flows, so that handles, descriptors, buffers and table slots are used again. Every
 * byte is a function of its connection: one byte of another connection is found.
 */
class ChurnIT {
  private static final int CONNECTIONS = 1500;
  private static final int AT_ONCE = 40;

  private static byte content(long key, int index) {
    long x = key * 0x9e3779b97f4a7c15L + index;
    return (byte) (x ^ x >>> 17 ^ x >>> 41);
  }

  @OnEveryCell
  void noByteReachesTheWrongConnection(Cell cell) {
    AtomicReference<String> wrong = new AtomicReference<>();
    AtomicInteger finished = new AtomicInteger();
    CompletableFuture<Void> all = new CompletableFuture<>();
    try (Server<Recorder.Echo> server =
            new Server<>(cell.builder().receiveBuffers(512, 32).build(), Recorder.Echo::new);
        EventLoopGroup clients = cell.builder().receiveBuffers(512, 32).build()) {
      AtomicInteger started = new AtomicInteger();
      class Client implements ConnectionHandler {
        final long key = started.incrementAndGet();
        final int length = 1 + new Random(key).nextInt(6000);
        final boolean abort = key % 3 == 0;
        int got;

        @Override
        public void onOpen(Connection c) {
          ByteBuffer b = ByteBuffer.allocate(length);
          for (int i = 0; i < length; i++) {
            b.put(content(key, i));
          }
          c.send(b.flip());
        }

        @Override
        public void onData(Connection c, BufferLease lease) {
          for (int i = 0; i < lease.length(); i++) {
            if (lease.get(i) != content(key, got + i)) {
              wrong.compareAndSet(null, "connection " + key + " byte " + (got + i));
            }
          }
          got += lease.length();
          if (got == length || abort && got > length / 2) {
            CompletableFuture<?> end = (abort ? c.abort() : c.close()).toCompletableFuture();
          }
        }

        @Override
        public void onClosed(Connection c, CloseReason why) {
          if (got != length && !abort) {
            wrong.compareAndSet(null, "connection " + key + " ended with " + got + " of " + length + ": " + why);
          }
          if (finished.incrementAndGet() == CONNECTIONS) {
            all.complete(null);
          } else {
            next();
          }
        }

        void next() {
          if (started.get() < CONNECTIONS) {
            Client n = new Client();
            clients
                .connect(server.address(), ConnectOptions.defaults(), n)
                .exceptionally(
                    t -> {
                      wrong.compareAndSet(null, "connect failed: " + t);
                      all.complete(null);
                      return null;
                    });
          }
        }
      }
      for (int i = 0; i < AT_ONCE; i++) {
        Client n = new Client();
        clients.connect(server.address(), ConnectOptions.defaults(), n);
      }
      Await.value(all);
      assertEquals(null, wrong.get());
      assertFalse(server.handlers.stream().anyMatch(h -> h.fault.isDone()));
    }
  }
}
