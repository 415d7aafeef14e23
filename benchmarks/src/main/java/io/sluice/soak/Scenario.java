package io.sluice.soak;

import java.util.SplittableRandom;

/** Everything that is decided about a connection: a function of the seed and its number, and of nothing else. */
record Scenario(long number, Dial dial, Door door, SidePlan dialer, SidePlan acceptor) {
  /** What becomes of the attempt to connect. */
  enum Dial {
    CONNECT,
    /** Nobody listens. */
    REFUSED,
    /** The caller gives the attempt up, at once or a moment later; it may be too late for that. */
    CANCELLED
  }

  /** The share of connections that stay open until the groups are shut down: one of so many. */
  private static final int STAY_ONE_OF = 400;
  /** A stream that fits into the buffers of the kernel whoever reads: for blocking peers. */
  private static final int RAW_TOTAL_BYTES = 12 << 10;
  /** Below what the kernel buffers of a tight socket and the queue hold. */
  private static final int LARGE_TOTAL_BYTES = 60 << 10;

  static Scenario of(long seed, long number) {
    Scenario s = new Draft(new SplittableRandom(Content.mix(seed, number)), number).scenario();
    SidePlan dialer = !s.unix() && s.acceptor.mayReset() ? s.dialer.roomy() : s.dialer;
    return new Scenario(number, s.dial, s.door, dialer, s.door.raw() ? s.acceptor : s.acceptor.behind(s.door));
  }

  boolean unix() {
    return door.unix();
  }

  /** The header reaches the acceptor whatever the timing, so that the acceptor knows which connection it is. */
  boolean certain() {
    return dial == Dial.CONNECT && !door.actsOnOpen() && !dialer.headless() && dialer.endsInGoodOrder();
  }

  /** The choices, drawn in a fixed order. */
  private static final class Draft {
    private static final Act[] ACTS = {
      Act.CLOSE, Act.CLOSE, Act.CLOSE, Act.CLOSE, Act.SHUT, Act.SHUT, Act.SHUT, Act.ABORT, Act.ABORT, Act.ABORT,
      Act.CLOSE_BY_MANY, Act.CLOSE_DEADLINE, Act.CLOSE_UNREAD, Act.CLOSE_THEN_ABORT, Act.IDLE, Act.HEARTBEAT, Act.THROW,
    };
    private static final Trigger[] TRIGGERS = {
      Trigger.START, Trigger.DATA, Trigger.DATA, Trigger.ALL_SENT, Trigger.ALL_SENT, Trigger.SENT, Trigger.TIMER,
      Trigger.FOREIGN, Trigger.FOREIGN, Trigger.WRITABLE, Trigger.INPUT_ENDING, Trigger.IDLE, Trigger.HEARTBEAT,
    };
    private static final Trigger[] THROWING = {Trigger.START, Trigger.DATA, Trigger.SENT, Trigger.IDLE};
    private static final Act[] RAW_ACTS = {Act.NONE, Act.NONE, Act.CLOSE, Act.CLOSE, Act.ABORT, Act.SHUT};

    private final SplittableRandom dice;
    private final long number;

    Draft(SplittableRandom dice, long number) {
      this.dice = dice;
      this.number = number;
    }

    Scenario scenario() {
      boolean unix = percent(25);
      int kind = dice.nextInt(100);
      if (kind < 3) {
        return new Scenario(number, Dial.REFUSED, plainDoor(unix), side(Act.CLOSE, 0, 16), none());
      }
      if (kind < 6) {
        SidePlan d = side(percent(50) ? Act.CLOSE : Act.ABORT, 0, 16);
        return new Scenario(number, Dial.CANCELLED, plainDoor(unix), with(d, Trigger.START, percent(50)), none());
      }
      if (kind < 11) {
        return atActingDoor();
      }
      if (kind < 18) {
        return withRaw(unix, kind < 14);
      }
      return amongSluice(unix);
    }

    private Scenario amongSluice(boolean unix) {
      long up = Content.HEADER_BYTES + total();
      boolean echo = percent(15);
      long down = echo ? up : total();
      if (dice.nextInt(STAY_ONE_OF) == 0) {
        SidePlan d = side(Act.STAY, down, up);
        return new Scenario(number, Dial.CONNECT, plainDoor(unix), d, side(Act.STAY, up, down));
      }
      int who = dice.nextInt(4);
      SidePlan d = side(who == 1 ? Act.NONE : act(), down, up);
      SidePlan a = side(who == 0 || who == 2 ? Act.NONE : act(), up, down);
      if (d.act() != Act.NONE && percent(8)) {
        d = with(d, d.act() == Act.IDLE || d.act() == Act.HEARTBEAT ? d.trigger() : Trigger.START, true);
        return new Scenario(number, Dial.CONNECT, plainDoor(unix), d, none());
      }
      if (echo) {
        return new Scenario(number, Dial.CONNECT, plainDoor(unix), d, echoing(a));
      }
      Door door = plainDoor(unix);
      if (a.tight() && (unix || !d.mayReset())) {
        door = unix ? Door.UNIX_TIGHT : Door.TCP_TIGHT;
      } else if (a.noLinger()) {
        door = Door.TCP_NO_LINGER;
      } else if (a.startsPaused()) {
        door = Door.TCP_PAUSED;
      }
      return new Scenario(number, Dial.CONNECT, door, d, a);
    }

    /** The acceptor acts in onOpen, before anybody can tell it which connection it is. */
    private Scenario atActingDoor() {
      Door door = Door.ACTING[dice.nextInt(Door.ACTING.length)];
      return new Scenario(
          number, Dial.CONNECT, door, side(percent(60) ? Act.NONE : act(), 0, 16 + total()), side(door.act(), 0, 0));
    }

    private Scenario withRaw(boolean unix, boolean rawDials) {
      Act rawAct = RAW_ACTS[dice.nextInt(RAW_ACTS.length)];
      boolean early = percent(40);
      long rawTotal = dice.nextInt(RAW_TOTAL_BYTES) + (rawDials ? Content.HEADER_BYTES : 0);
      long total = total() + (rawDials ? 0 : Content.HEADER_BYTES);
      Act act = rawAct == Act.NONE ? act() : rawAct != Act.CLOSE && percent(20) ? act() : Act.NONE;
      SidePlan s = side(act, rawTotal, total);
      SidePlan r =
          new SidePlan(
              true, rawAct, Trigger.ALL_SENT, 0, 0, Reaction.CLOSE, rawTotal, 0, false, false, false, false, 0, 0,
              rawAct == Act.CLOSE && early, false, false, false, false, dice.nextLong());
      if (rawAct == Act.CLOSE && !early) {
        s = sendingAllAtOnce(s); // The raw side closes when it has everything.
      }
      Door door = rawDials ? plainDoor(unix) : unix ? Door.RAW_UNIX : Door.RAW_TCP;
      return new Scenario(number, Dial.CONNECT, door, rawDials ? r : s, rawDials ? s : r);
    }

    private Door plainDoor(boolean unix) {
      return unix ? Door.UNIX : Door.TCP;
    }

    private boolean percent(int p) {
      return dice.nextInt(100) < p;
    }

    private Act act() {
      return ACTS[dice.nextInt(ACTS.length)];
    }

    private long total() {
      int size = dice.nextInt(10);
      return dice.nextInt(size < 6 ? 200 : size < 9 ? 5000 : LARGE_TOTAL_BYTES);
    }

    private SidePlan none() {
      return side(Act.NONE, 0, 0);
    }

    /** {@code arriving}: what the peer would send, {@code total} what this side would. */
    private SidePlan side(Act act, long arriving, long total) {
      Trigger trigger = trigger(act, arriving, total);
      int r = dice.nextInt(20);
      Reaction reaction =
          r == 0 ? Reaction.ABORT : r == 1 ? Reaction.THROW : r < 4 ? Reaction.CLOSE_BY_OTHER : r < 6 ? Reaction.CLOSE_LATER
              : Reaction.CLOSE;
      long atEnd = percent(30) && act == Act.NONE && !reaction.resets() ? total / 2 : 0;
      boolean tight = percent(20);
      boolean noLinger = percent(6);
      return new SidePlan(
          false, act, trigger, 1 + (arriving > 0 ? dice.nextLong(arriving) / 2 : 0), dice.nextInt(4), reaction, total, atEnd, false,
          percent(20), percent(10), percent(30), percent(40) ? dice.nextInt(40) : 0, percent(30) && act != Act.STAY ? dice.nextInt(50) : 0,
          noLinger, tight, percent(5), false, percent(1), dice.nextLong());
    }

    private Trigger trigger(Act act, long arriving, long total) {
      Trigger[] from = act == Act.THROW ? THROWING : TRIGGERS;
      Trigger t = from[dice.nextInt(from.length)];
      if (t == Trigger.DATA && arriving == 0 || t == Trigger.SENT && total <= Content.HEADER_BYTES) {
        t = act == Act.THROW ? Trigger.START : Trigger.TIMER;
      }
      return act == Act.CLOSE_UNREAD ? Trigger.TIMER : t;
    }

    private static SidePlan with(SidePlan p, Trigger trigger, boolean headless) {
      return p.with(trigger, p.atEnd(), headless);
    }

    private static SidePlan echoing(SidePlan p) {
      boolean bySends = p.trigger() == Trigger.SENT || p.trigger() == Trigger.ALL_SENT;
      return p.with(bySends ? Trigger.START : p.trigger(), 0, false).echoing();
    }

    private static SidePlan sendingAllAtOnce(SidePlan p) {
      return p.with(p.trigger(), 0, p.headless());
    }
  }
}
