package io.sluice.soak;

import io.sluice.BufferLease;
import io.sluice.Connection;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.SplittableRandom;

/** The stream that one side receives: every byte verified, some leases kept for a while, reading paused now and then. */
final class Incoming {
  private static final int MAX_KEPT = 6;
  private static final ThreadLocal<byte[]> COPY = ThreadLocal.withInitial(() -> new byte[64 << 10]);

  /** A retained lease: its bytes must not change before it is released. */
  private record Kept(BufferLease lease, long position) {}

  private final SluiceSide side;
  private final SidePlan plan;
  private final Content.Stream stream;
  private final SplittableRandom dice;
  private final ArrayDeque<Kept> kept = new ArrayDeque<>();
  private volatile long received;
  private boolean paused;
  private volatile boolean resumed;

  Incoming(SluiceSide side, SidePlan plan, Content.Stream stream) {
    this.side = side;
    this.plan = plan;
    this.stream = stream;
    this.dice = new SplittableRandom(~plan.dice());
  }

  long received() {
    return received;
  }

  /** Bytes that arrived before this side knew whom it serves. */
  void received(byte[] bytes) {
    verify(received, bytes, bytes.length);
    received += bytes.length;
  }

  void data(Connection c, BufferLease lease) {
    expectReading("onData");
    long at = received;
    int length = lease.length();
    byte[] copy = COPY.get();
    if (dice.nextBoolean()) {
      lease.copyTo(0, copy, 0, length);
    } else {
      lease.buffer().get(0, copy, 0, length);
    }
    verify(at, copy, length);
    received = at + length;
    if (plan.echo()) {
      side.echo(c.send(lease), length);
    } else if (dice.nextInt(100) < plan.retainPercent()) {
      keep(new Kept(lease.retain(), at));
    }
    if (dice.nextInt(100) < plan.pausePercent()) {
      pause(c);
    }
  }

  private void verify(long at, byte[] bytes, int length) {
    int wrong = stream.mismatch(at, bytes, length);
    if (wrong >= 0) {
      side.fault("byte " + (at + wrong) + " of the stream, " + wrong + " of " + length + " delivered together, is not this connection's");
    }
  }

  // ------------------------------------------------------------------------------------------- leases

  private void keep(Kept k) {
    kept.add(k);
    if (kept.size() > MAX_KEPT) {
      release(kept.poll());
    } else if (dice.nextInt(3) == 0) {
      Kept oldest = kept.poll();
      side.pair.foreign(1, () -> release(oldest));
    }
  }

  /** At the end of the connection: leases outlive it. */
  void releaseAll() {
    if (kept.isEmpty()) {
      return;
    }
    side.pair.foreign(
        2,
        () -> {
          for (Kept k = kept.poll(); k != null; k = kept.poll()) {
            release(k);
          }
        });
  }

  private void release(Kept k) {
    byte[] copy = COPY.get();
    int length = k.lease.length();
    k.lease.copyTo(0, copy, 0, length);
    int wrong = stream.mismatch(k.position, copy, length);
    if (wrong >= 0) {
      side.fault("retained byte " + (k.position + wrong) + " has changed");
    }
    k.lease.release();
    if (k.lease.isActive()) {
      side.fault("a released lease is active");
    }
    if ((k.position & 7) == 0) {
      try {
        k.lease.release();
        side.fault("a second release was not refused");
      } catch (IllegalStateException expected) {
        // The place of the mistake is told, and nothing is given back twice.
      }
    }
  }

  // ------------------------------------------------------------------------------------------- pauses

  /** The connection was opened so, or is not to be read at all. */
  void startPaused(Connection c, boolean forGood) {
    c.pauseReading();
    paused = true;
    resumed = false;
    if (!forGood) {
      resumeSoon(c);
    }
  }

  private void pause(Connection c) {
    if (!paused) {
      startPaused(c, false);
    }
  }

  private void resumeSoon(Connection c) {
    int millis = dice.nextInt(4);
    if (millis == 3) {
      side.pair.foreign(3, () -> resume(c));
    } else {
      c.loop().schedule(Duration.ofMillis(millis), () -> resume(c));
    }
  }

  private void resume(Connection c) {
    resumed = true;
    c.resumeReading();
  }

  void expectReading(String callback) {
    if (paused) {
      if (!resumed) {
        side.fault(callback + " while reading is paused");
      }
      paused = false;
    }
  }
}
