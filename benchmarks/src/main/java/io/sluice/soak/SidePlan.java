package io.sluice.soak;

/**
 * What one side of a connection does.
 *
 * @param raw a JDK socket channel in place of a Sluice connection
 * @param triggerBytes for {@link Trigger#DATA}
 * @param delayMillis of timers and deadlines
 * @param total length of the stream this side would send
 * @param atEnd how much of it is sent only when the peer has ended
 * @param echo sends back what it receives, by leases
 * @param foreignSends all sends come from another thread
 * @param fileSends some sends are regions of a file
 * @param ignoresSaturation goes on after SATURATED, until REJECTED
 * @param pausePercent of its data callbacks pause reading for a while
 * @param retainPercent of its data callbacks retain the lease
 * @param noLinger closes without waiting for the peer's end
 * @param tight small bounds of the send queue and small socket buffers
 * @param startsPaused opens with reading paused
 * @param headless a dialer that acts before it sent its header
 * @param throwsInClosed {@code onClosed} throws
 * @param dice seed of the decisions along the way
 */
record SidePlan(
    boolean raw, Act act, Trigger trigger, long triggerBytes, int delayMillis, Reaction reaction, long total, long atEnd,
    boolean echo, boolean foreignSends, boolean fileSends, boolean ignoresSaturation, int pausePercent, int retainPercent,
    boolean noLinger, boolean tight, boolean startsPaused, boolean headless, boolean throwsInClosed, long dice) {

  /** Its act may reach the peer as RST. */
  boolean mayReset() {
    return switch (act) {
      case ABORT, CLOSE_THEN_ABORT, CLOSE_DEADLINE, IDLE, HEARTBEAT, THROW -> true;
      case NONE -> reaction.resets();
      default -> noLinger || reaction.resets();
    };
  }

  /** The peer receives everything that was sent before the act. */
  boolean endsInGoodOrder() {
    return switch (act) {
      case NONE, STAY -> true; // Ends only after the peer has.
      case CLOSE, CLOSE_BY_MANY, CLOSE_UNREAD, SHUT -> !noLinger;
      default -> false;
    };
  }

  SidePlan with(Trigger newTrigger, long newAtEnd, boolean isHeadless) {
    return new SidePlan(
        raw, act, newTrigger, triggerBytes, delayMillis, reaction, total, newAtEnd, echo, foreignSends, fileSends,
        ignoresSaturation, pausePercent, retainPercent, noLinger, tight, startsPaused, isHeadless, throwsInClosed, dice);
  }

  /** Leases are sent by the loop, and not kept. */
  SidePlan echoing() {
    return new SidePlan(
        raw, act, trigger, triggerBytes, delayMillis, reaction, total, 0, true, false, false, false, pausePercent, 0, noLinger,
        tight, startsPaused, headless, throwsInClosed, dice);
  }

  /**
   * With default buffers: Linux drops an RST that lies behind a receive window that is full, and then nothing tells this
   * side that its peer is gone.
   */
  SidePlan roomy() {
    return new SidePlan(
        raw, act, trigger, triggerBytes, delayMillis, reaction, total, atEnd, echo, foreignSends, fileSends, ignoresSaturation,
        pausePercent, retainPercent, noLinger, false, startsPaused, headless, throwsInClosed, dice);
  }

  /** The options are those of the listener. */
  SidePlan behind(Door door) {
    return new SidePlan(
        raw, act, trigger, triggerBytes, delayMillis, reaction, total, atEnd, echo, foreignSends, fileSends, ignoresSaturation,
        pausePercent, retainPercent, door == Door.TCP_NO_LINGER, door == Door.TCP_TIGHT || door == Door.UNIX_TIGHT,
        door == Door.TCP_PAUSED, headless, throwsInClosed, dice);
  }

  @Override
  public String toString() {
    StringBuilder s = new StringBuilder(raw ? "raw " : "").append(act);
    if (act != Act.NONE && act != Act.STAY) {
      s.append('@').append(trigger).append(trigger == Trigger.DATA ? " " + triggerBytes : "");
    }
    s.append(" delay=").append(delayMillis).append("ms reaction=").append(reaction).append(" total=").append(total);
    String flags =
        (echo ? " echo" : "") + (foreignSends ? " foreign-sends" : "") + (fileSends ? " files" : "")
            + (ignoresSaturation ? " until-rejected" : "") + (noLinger ? " linger=0" : "") + (tight ? " tight" : "")
            + (startsPaused ? " starts-paused" : "") + (headless ? " headless" : "")
            + (throwsInClosed ? " throws-in-onClosed" : "");
    return s.append(" at-end=").append(atEnd).append(" pause=").append(pausePercent).append("% retain=").append(retainPercent)
        .append('%').append(flags).toString();
  }
}
