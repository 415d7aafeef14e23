package io.sluice.soak;

import io.sluice.CloseReason;
import io.sluice.Connection;
import io.sluice.EventLoop;
import io.sluice.IdleKind;
import io.sluice.IdlePolicy;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/** How one side ends its connection: its plan's act at its plan's trigger, or the reaction to the peer's end. */
final class Ending {
  private static final Duration FALLBACK = Duration.ofMillis(30);
  private static final Duration NEVER = Duration.ofHours(1);
  private static final int CLOSERS = 3;

  private final SluiceSide side;
  private final SidePlan plan;
  private final AtomicBoolean fired = new AtomicBoolean();
  private EventLoop.Scheduled timer;
  private volatile boolean shutOutput;
  private final AtomicLong sure = new AtomicLong(Long.MAX_VALUE);
  /** The end was asked for on the loop's thread: no callback but onSent and onClosed comes any more. */
  private boolean endAsked;

  Ending(SluiceSide side, SidePlan plan) {
    this.side = side;
    this.plan = plan;
  }

  boolean shutOutput() {
    return shutOutput;
  }

  /** Bytes that had been taken before anybody asked for an end in good order: those are not lost by it. */
  long sure() {
    long n = sure.get();
    return n == Long.MAX_VALUE ? 0 : n;
  }

  boolean endAsked() {
    return endAsked;
  }

  /** What has to be set up for the act to come. Loop thread. */
  void prepare(Connection c) {
    Duration quiet = IdlePolicy.SHORTEST.plusMillis(plan.delayMillis());
    IdleKind kind = IdleKind.values()[(int) (plan.dice() & 0xff) % IdleKind.values().length];
    switch (plan.act()) {
      case IDLE -> c.idlePolicy(IdlePolicy.none().withClose(kind, quiet).withNotify(kind, quiet));
      case HEARTBEAT -> c.idlePolicy(IdlePolicy.none().withHeartbeat(quiet, IdlePolicy.SHORTEST));
      case NONE, STAY -> {}
      default -> prepareTrigger(c, quiet);
    }
  }

  private void prepareTrigger(Connection c, Duration quiet) {
    switch (plan.trigger()) {
      case TIMER -> timer = c.loop().schedule(Duration.ofMillis(plan.delayMillis()), this::fire);
      case FOREIGN -> side.pair.foreign(3, this::fire);
      case IDLE -> c.idlePolicy(IdlePolicy.none().withNotify(IdleKind.WRITE, quiet));
      case HEARTBEAT -> {
        c.idlePolicy(IdlePolicy.none().withHeartbeat(quiet, NEVER));
        timer = c.loop().schedule(FALLBACK, this::fire);
      }
      case WRITABLE, INPUT_ENDING -> timer = c.loop().schedule(FALLBACK, this::fire);
      default -> {}
    }
  }

  void happened(Trigger what) {
    if (plan.trigger() == what) {
      fire();
    }
  }

  /** Any thread. */
  private void fire() {
    if (!fired.get() && fired.compareAndSet(false, true)) {
      act(side.connection());
    }
  }

  private void act(Connection c) {
    switch (plan.act()) {
      case CLOSE, CLOSE_UNREAD -> close(c, null);
      case CLOSE_DEADLINE -> close(c, Duration.ofMillis(plan.delayMillis() * 4L));
      case CLOSE_BY_MANY -> closeByMany(c);
      case CLOSE_THEN_ABORT -> {
        close(c, null);
        abort(c);
      }
      case ABORT -> abort(c);
      case SHUT -> {
        asking();
        shutOutput = true;
        c.shutdownOutput();
      }
      case THROW -> {
        endAsked = true;
        throw new Provoked("act of " + side.pair.scenario.number());
      }
      default -> {} // The loop does it.
    }
  }

  /** Null: without a deadline. */
  private void close(Connection c, Duration deadline) {
    asking();
    ended(c, deadline == null ? c.close() : c.close(deadline));
  }

  /** Any thread, before the call. */
  private void asking() {
    sure.accumulateAndGet(side.accepted(), Math::min);
  }

  private void abort(Connection c) {
    ended(c, c.abort());
  }

  private void ended(Connection c, CompletionStage<CloseReason> stage) {
    if (c.loop().inLoop()) {
      endAsked = true;
    }
    if (c.isOpen()) {
      side.fault("the connection is open after its end was asked for");
    }
    side.watch(stage);
  }

  private void closeByMany(Connection c) {
    for (int i = 0; i < CLOSERS; i++) {
      Duration deadline = i == 1 ? Duration.ofMinutes(1) : null;
      side.pair.foreign(i, () -> close(c, deadline));
    }
  }

  /** To the peer's end. */
  void react() {
    Connection c = side.connection();
    switch (plan.reaction()) {
      case CLOSE -> close(c, null);
      case CLOSE_BY_OTHER -> side.pair.foreign(1, () -> close(c, null));
      case CLOSE_LATER -> c.loop().schedule(Duration.ofMillis(1 + plan.delayMillis()), () -> close(c, null));
      case ABORT -> abort(c);
      case THROW -> {
        endAsked = true;
        throw new Provoked("reaction of " + side.pair.scenario.number());
      }
    }
  }

  /** The connection is over. */
  void cancel() {
    if (timer != null) {
      timer.cancel();
    }
  }
}
