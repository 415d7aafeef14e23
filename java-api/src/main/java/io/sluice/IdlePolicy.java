package io.sluice;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * What happens when a connection is silent. Immutable: every {@code with} returns a copy.
 *
 * <pre>{@code
 * IdlePolicy policy = IdlePolicy.none()
 *     .withNotify(IdleKind.READ, Duration.ofSeconds(30))                        // onIdle(connection, READ)
 *     .withClose(IdleKind.ALL, Duration.ofMinutes(5))                           // IDLE_TIMEOUT
 *     .withHeartbeat(Duration.ofSeconds(20), Duration.ofSeconds(10));           // onHeartbeat, HEARTBEAT_TIMEOUT
 * }</pre>
 *
 * <p><b>What counts.</b> READ: bytes that arrived, whether or not they were delivered yet. WRITE: data that {@code send}
 * took, and data above the low-water mark that the kernel took off the queue; while a file is queued the connection is not
 * write idle, because the kernel does not tell how far it is. ALL: either of them. A ping that the handler sends is a write
 * like any other. No socket is read or probed to find out whether a connection lives.
 *
 * <p><b>Notify and close</b> are independent: one kind may have both, for example a notification after 30 s and the close
 * after 60 s. A notification is repeated after each further time of silence. A close that is due comes before notifications
 * that are due. It does not wait for queued data: {@link CloseReason#bytesUnsent()} counts it.
 *
 * <p><b>Heartbeat.</b> After {@code interval} without a received byte {@link ConnectionHandler#onHeartbeat} is called, and
 * again after each further interval; the handler sends the ping of its protocol. Any received byte is a sign of life. Without
 * one within {@code timeout} after the first unanswered call, the connection ends with {@link
 * CloseReason.Kind#HEARTBEAT_TIMEOUT}.
 *
 * <p><b>Where silence means nothing, it is not counted.</b>
 *
 * <ul>
 *   <li>While {@linkplain Connection#pauseReading() reading is paused}, READ, ALL and the timeout of the heartbeat stand
 *       still: nobody can be blamed for what this side refuses to read. They begin anew when reading resumes. WRITE goes on,
 *       and pings are still asked for, because the peer may have a timeout of its own.
 *   <li>After the peer's end of stream ({@link ConnectionHandler#onInputClosed}) READ and the heartbeat have ended, and ALL
 *       looks at writes.
 *   <li>After {@link Connection#shutdownOutput()} WRITE and the heartbeat have ended, and ALL looks at reads.
 *   <li>From the moment the end of the connection began, nothing of the policy applies.
 * </ul>
 *
 * <p><b>Precision.</b> Nothing comes early: what a callback sends counts from the callback's end, however long it took. (The
 * loop's clock is read once per turn; of the turns that took long it remembers the ones that matter.) It comes late by at
 * most 1/32 of the shortest duration of the policy (at least 1 ms, at most about 1 s), plus what the loop's callbacks and tasks
 * take.
 * A loop that was held up (by a blocking callback, a stopped process) first takes what has arrived meanwhile, and only then
 * judges who was silent.
 */
public final class IdlePolicy {
  /** The shortest duration. */
  public static final Duration SHORTEST = Duration.ofMillis(10);
  /** The longest duration. */
  public static final Duration LONGEST = Duration.ofDays(365);

  private static final IdlePolicy NONE =
      new IdlePolicy(new Duration[IdleKind.values().length], new Duration[IdleKind.values().length], null, null);

  private final Duration[] notify;
  private final Duration[] close;
  private final Duration heartbeatInterval;
  private final Duration heartbeatTimeout;

  private IdlePolicy(Duration[] notify, Duration[] close, Duration heartbeatInterval, Duration heartbeatTimeout) {
    this.notify = notify;
    this.close = close;
    this.heartbeatInterval = heartbeatInterval;
    this.heartbeatTimeout = heartbeatTimeout;
  }

  /** The policy that does nothing: connections with it cost nothing. The default. */
  public static IdlePolicy none() {
    return NONE;
  }

  /**
   * Calls {@link ConnectionHandler#onIdle} after that time, and again after each further such time.
   *
   * @param after {@link #SHORTEST} to {@link #LONGEST}
   */
  public IdlePolicy withNotify(IdleKind kind, Duration after) {
    return new IdlePolicy(with(notify, kind, checked("notify " + kind, after)), close, heartbeatInterval, heartbeatTimeout);
  }

  /**
   * Closes with {@link CloseReason.Kind#IDLE_TIMEOUT} after that time.
   *
   * @param after {@link #SHORTEST} to {@link #LONGEST}
   */
  public IdlePolicy withClose(IdleKind kind, Duration after) {
    return new IdlePolicy(notify, with(close, kind, checked("close " + kind, after)), heartbeatInterval, heartbeatTimeout);
  }

  /**
   * Asks for pings and closes when no sign of life answers them.
   *
   * @param interval without a received byte, after which a ping is due; {@link #SHORTEST} to {@link #LONGEST}
   * @param timeout after the first unanswered ping; {@link #SHORTEST} to {@link #LONGEST}. When it is longer than the
   *     interval several pings are asked for within it
   */
  public IdlePolicy withHeartbeat(Duration interval, Duration timeout) {
    return new IdlePolicy(
        notify, close, checked("heartbeat interval", interval), checked("heartbeat timeout", timeout));
  }

  private static Duration checked(String what, Duration d) {
    Objects.requireNonNull(d, what);
    if (d.compareTo(SHORTEST) < 0 || d.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(what + " " + d + " is not within " + SHORTEST + " to " + LONGEST);
    }
    return d;
  }

  private static Duration[] with(Duration[] old, IdleKind kind, Duration d) {
    Duration[] copy = old.clone();
    copy[Objects.requireNonNull(kind, "kind").ordinal()] = d;
    return copy;
  }

  /** Empty when that kind does not notify. */
  public Optional<Duration> notifyAfter(IdleKind kind) {
    return Optional.ofNullable(notify[kind.ordinal()]);
  }

  /** Empty when that kind does not close. */
  public Optional<Duration> closeAfter(IdleKind kind) {
    return Optional.ofNullable(close[kind.ordinal()]);
  }

  /** Empty without a heartbeat. */
  public Optional<Duration> heartbeatInterval() {
    return Optional.ofNullable(heartbeatInterval);
  }

  /** Empty without a heartbeat. */
  public Optional<Duration> heartbeatTimeout() {
    return Optional.ofNullable(heartbeatTimeout);
  }

  @Override
  public String toString() {
    StringBuilder s = new StringBuilder("IdlePolicy[");
    for (IdleKind kind : IdleKind.values()) {
      notifyAfter(kind).ifPresent(d -> s.append("notify ").append(kind).append(' ').append(d).append(", "));
      closeAfter(kind).ifPresent(d -> s.append("close ").append(kind).append(' ').append(d).append(", "));
    }
    if (heartbeatInterval != null) {
      s.append("heartbeat ").append(heartbeatInterval).append(' ').append(heartbeatTimeout).append(", ");
    }
    if (s.charAt(s.length() - 1) == ' ') {
      s.setLength(s.length() - 2);
    }
    return s.append(']').toString();
  }
}
