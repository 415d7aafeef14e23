package io.sluice.internal.loop;

import io.sluice.BufferLease;
import io.sluice.CloseReason;
import io.sluice.Connection;
import io.sluice.ConnectionHandler;
import io.sluice.ConnectionOptions;
import io.sluice.EventLoopGroup;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import org.openjdk.jcstress.infra.results.IIL_Result;

/**
 * One loop for all states of a test, because a loop is much too large to be made a million times. What belongs to its thread is
 * done by whichever actor or arbiter holds the lock, and is the loop's thread meanwhile; the actors that stand for other
 * threads never take the lock.
 */
final class StressLoop {
  private static final int BUFFER_BYTES = 256;
  private static final int BUFFERS = 16;

  /** Only for its name: nobody drives it. */
  private static final EventLoopGroup GROUP =
      EventLoopGroup.builder().engine("nio").callerDriven().threads(1).stallThreshold(Duration.ZERO).build();
  static final Loop LOOP =
      new Loop((LoopGroup) GROUP, 1, new StandInEngine(), new LoopMemory(BUFFER_BYTES, BUFFERS, 1 << 20, false));
  private static final Settings SETTINGS = new Settings(ConnectionOptions.defaults().withLinger(Duration.ZERO), false);
  /** Never used again as a handle of a table: connections of these tests are in none. */
  private static final long HANDLE = 1L << 32 | 1;

  private StressLoop() {}

  /** As the loop's thread. */
  static synchronized void asLoop(Runnable work) {
    LOOP.ownedBy(Thread.currentThread());
    try {
      work.run();
    } finally {
      LOOP.ownedBy(null);
    }
  }

  /** A connection that counts its ends. */
  static StreamConnection connection(Ends ends) {
    StreamConnection c = new StreamConnection(LOOP, HANDLE, SETTINGS);
    c.handler = ends;
    return c;
  }

  /** A pool of its own, so that leases of different states do not meet. */
  static LeasePool pool() {
    return new LeasePool(LOOP, LOOP.submissions, LOOP.pool.slab, BUFFER_BYTES, BUFFERS, 0);
  }

  /** A buffer that its connection holds, as after {@code retain()} in a callback. */
  static RetainedLease retained(LeasePool pool, StreamConnection owner, int buffer) {
    pool.took();
    owner.heldBuffers++;
    return new RetainedLease(pool, owner, buffer, 0, BUFFER_BYTES);
  }

  /** Whether the calling thread was the one to end it. */
  static int ended(Runnable end) {
    try {
      end.run();
      return 1;
    } catch (IllegalStateException endedBefore) {
      return 0;
    }
  }

  /** Carries out what was asked for, ends the connection, and notes: the same stage twice, and complete; ends; the kind. */
  static void judgeEnd(
      StreamConnection connection, Ends ends, CompletionStage<CloseReason> one, CompletionStage<CloseReason> two, IIL_Result r) {
    asLoop(() -> {
      while (LOOP.runTasks() > 0) {
        // Until the wishes of this connection have been carried out, and those of others that are under way.
      }
      connection.ended();
    });
    r.r1 = one == two && one.toCompletableFuture().isDone() ? 1 : 0;
    r.r2 = ends.closed;
    r.r3 = connection.closeReason().kind();
  }

  static final class Ends implements ConnectionHandler {
    int closed;

    @Override
    public void onData(Connection c, BufferLease data) {}

    @Override
    public void onClosed(Connection c, CloseReason why) {
      closed++;
    }
  }
}
