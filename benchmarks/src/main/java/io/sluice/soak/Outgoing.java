package io.sluice.soak;

import io.sluice.CloseReason;
import io.sluice.Connection;
import io.sluice.FileRegion;
import io.sluice.SendListener;
import io.sluice.SendResult;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;

/** The stream that one side sends: in pieces of random kinds, by the loop or by one other thread, as far as it is let. */
final class Outgoing {
  private static final int MAX_PIECE_BYTES = 8 << 10;
  private static final Duration RETRY = Duration.ofMillis(1);

  private final SluiceSide side;
  private final SidePlan plan;
  private final Content.Stream stream;
  private final SplittableRandom dice;
  private final AtomicInteger receipts = new AtomicInteger();
  private volatile long accepted;
  private volatile boolean closed;
  private volatile long limit;
  private int told;
  private long lastTold = -1;
  private boolean allSentTold;

  Outgoing(SluiceSide side, SidePlan plan, Content.Stream stream) {
    this.side = side;
    this.plan = plan;
    this.stream = stream;
    this.dice = new SplittableRandom(plan.dice());
  }

  long accepted() {
    return accepted;
  }

  int receiptsMissing() {
    return receipts.get() - told;
  }

  /** On the loop's thread, so that nothing that comes later overtakes it. */
  void sendHeader() {
    limit = stream.headerBytes();
    pump();
  }

  /** Sends up to that position; loop thread. */
  void send(long upTo) {
    limit = Math.max(limit, upTo);
    goOn();
  }

  /** After onWritable, too. */
  void goOn() {
    if (plan.foreignSends()) {
      side.pair.foreign(0, this::pump);
    } else {
      pump();
    }
  }

  private void pump() {
    Connection c = side.connection();
    while (!closed && accepted < limit) {
      SendResult r = piece(c);
      if (r == SendResult.REJECTED) {
        if (plan.foreignSends()) {
          retryLater(c);
        }
        return; // On the loop onWritable is promised.
      }
      if (r == SendResult.SATURATED && !plan.ignoresSaturation() && accepted < limit) {
        return;
      }
    }
    if (accepted == plan.total() && !closed && !allSentTold) {
      allSentTold = true;
      side.happened(Trigger.ALL_SENT);
    }
  }

  private void retryLater(Connection c) {
    side.pair.enter();
    try {
      c.loop().schedule(
          RETRY,
          () -> {
            goOn();
            side.pair.leave();
          });
    } catch (RejectedExecutionException e) {
      side.pair.leave();
    }
  }

  private SendResult piece(Connection c) {
    long at = accepted;
    int length = (int) Math.min(limit - at, 1 + dice.nextInt(dice.nextInt(3) == 0 ? MAX_PIECE_BYTES : 700));
    if (at < stream.headerBytes()) {
      length = (int) Math.min(length, stream.headerBytes() - at);
    }
    boolean last = at + length == plan.total();
    int kind = dice.nextInt(6);
    Receipt receipt = last || kind == 1 ? new Receipt(at + length, last) : null;
    SendResult r;
    if (kind == 0 && plan.fileSends() && at >= stream.headerBytes()) {
      receipt = new Receipt(at + length, last);
      r = c.send(new FileRegion(side.pair.round.content.file, stream.at(at), length), receipt);
    } else if (kind == 2 && receipt == null && length > 2) {
      r = gathered(c, at, length);
    } else {
      ByteBuffer data = stream.part(at, length, kind == 3);
      r = receipt == null ? c.send(data) : c.send(data, receipt);
      expectPosition(r, data.remaining(), length);
    }
    if (r.accepted()) {
      accepted = at + length;
      if (receipt != null) {
        receipts.incrementAndGet();
      }
    } else if (r == SendResult.CLOSED) {
      closed = true;
      if (c.isOpen() && !side.shutOutput()) {
        side.fault("send answered CLOSED while the connection is open");
      }
    }
    return r;
  }

  private SendResult gathered(Connection c, long at, int length) {
    int first = 1 + dice.nextInt(length - 2);
    ByteBuffer a = stream.part(at, first, false);
    ByteBuffer b = stream.part(at + first, length - first, true);
    SendResult r = c.send(new ByteBuffer[] {a, b});
    expectPosition(r, a.remaining() + b.remaining(), length);
    return r;
  }

  private void expectPosition(SendResult r, int remaining, int length) {
    if (remaining != (r.accepted() ? 0 : length)) {
      side.fault("send answered " + r + " and left " + remaining + " of " + length + " bytes in the buffer");
    }
  }

  /** The echo: bytes that were sent by a lease. */
  void echoed(SendResult r, int length) {
    if (r.accepted()) {
      accepted += length;
    } else {
      closed = true;
      if (r == SendResult.REJECTED) {
        side.fault("an echo was rejected");
      }
    }
  }

  /** Told once for each send that was taken. Loop thread. */
  private final class Receipt implements SendListener {
    private final long end;
    private final boolean last;
    private boolean done;

    Receipt(long end, boolean last) {
      this.end = end;
      this.last = last;
    }

    @Override
    public void onSent(Connection c, CloseReason failure) {
      side.entered(c, "onSent");
      if (done) {
        side.fault("onSent called twice for the send that ends at " + end);
      }
      done = true;
      told++;
      if (failure == null) {
        if (end <= lastTold) {
          side.fault("onSent of " + end + " after that of " + lastTold);
        }
        lastTold = end;
        if (last) {
          side.happened(Trigger.SENT);
        }
      }
    }
  }
}
