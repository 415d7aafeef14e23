package io.sluice.sctp;

import java.time.Duration;
import java.util.Objects;

/**
 * How soon a peer that is silent is given up, and how patient a connect is. Four profiles, and copies of them with other values
 * ({@code with}).
 *
 * <pre>
 *            RTO min/max/initial  retransmissions  heartbeat  connect         silent peer found   stands loss of
 *            ms                   assoc  path      ms         attempts        measured / bound    each direction
 *   FAST     200 / 250 / 250      4      4         300        5, up to 0.5 s  1.4-2.0 s / 2.9 s   5 %
 *   DEFAULT  250 / 500 / 500      4      4         1000       5, up to 1 s    3.0-4.3 s / 6.5 s   5 %
 *   WAN      1000 / 10000 / 3000  8      8         5000       8, up to 10 s   -         / 160 s   30 %
 *   RFC      1000 / 60000 / 3000  10     5         30000      8, up to 60 s   776 s     / 1140 s  as RFC 9260 has it
 * </pre>
 *
 * The bound of an idle association is 2 x heartbeat + 1.5 x RTO max x (retransmissions + 2): the first miss shows after at most
 * two heartbeats, then every probe waits at most 1.5 RTO because of its jitter. With data on the way it is found sooner.
 * FAST and DEFAULT expect peers that acknowledge within 200 ms, as RFC 9260 asks, and round trips well below that. A loss that comes
 * in such series that five probes in a row are missed is an end for them: where 10 % are lost at random for long, 6 of 100 minutes have one
 * with FAST and 3 with DEFAULT. WAN has to miss nine.
 */
public final class SctpLiveness {
  /** Within 3 seconds: for a host, a rack, a data centre. */
  public static final SctpLiveness FAST = new SctpLiveness("FAST", 1, 200, 250, 250, 300, 4, 4, 5, 500, 0);
  /** Within 7 seconds, mostly 4. */
  public static final SctpLiveness DEFAULT = new SctpLiveness("DEFAULT", 0, 250, 500, 500, 1000, 4, 4, 5, 1000, 0);
  /** For long or lossy ways: within minutes. */
  public static final SctpLiveness WAN = new SctpLiveness("WAN", 2, 1000, 10_000, 3000, 5000, 8, 8, 8, 10_000, -1);
  /** The values that RFC 9260 recommends: a silent peer is found after a quarter of an hour. */
  public static final SctpLiveness RFC = new SctpLiveness("RFC", 3, 1000, 60_000, 3000, 30_000, 10, 5, 8, 60_000, -1);

  private static final Duration MIN_RTO = Duration.ofMillis(10);
  private static final Duration MAX_RTO = Duration.ofSeconds(60);
  private static final Duration MIN_HEARTBEAT = Duration.ofMillis(50);
  private static final Duration MAX_HEARTBEAT = Duration.ofHours(1);
  private static final int MAX_COUNT = 255;

  private final String name;
  private final int profile;
  private final int rtoMinMillis;
  private final int rtoMaxMillis;
  private final int rtoInitialMillis;
  private final int heartbeatMillis;
  private final int associationRetransmissions;
  private final int pathRetransmissions;
  private final int connectAttempts;
  private final int connectRtoMaxMillis;
  private final int suspectAfter;

  private SctpLiveness(
      String name, int profile, int rtoMinMillis, int rtoMaxMillis, int rtoInitialMillis, int heartbeatMillis,
      int associationRetransmissions, int pathRetransmissions, int connectAttempts, int connectRtoMaxMillis,
      int suspectAfter) {
    this.name = name;
    this.profile = profile;
    this.rtoMinMillis = rtoMinMillis;
    this.rtoMaxMillis = rtoMaxMillis;
    this.rtoInitialMillis = rtoInitialMillis;
    this.heartbeatMillis = heartbeatMillis;
    this.associationRetransmissions = associationRetransmissions;
    this.pathRetransmissions = pathRetransmissions;
    this.connectAttempts = connectAttempts;
    this.connectRtoMaxMillis = connectRtoMaxMillis;
    this.suspectAfter = suspectAfter;
  }

  private static int millis(String what, Duration value, Duration least, Duration most) {
    Objects.requireNonNull(value, what);
    if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
      throw new IllegalArgumentException(what + " " + value + " is not within " + least + " to " + most);
    }
    return (int) value.toMillis();
  }

  private static int count(String what, int value, int most) {
    if (value < 1 || value > most) {
      throw new IllegalArgumentException(what + " " + value + " is not within 1 to " + most);
    }
    return value;
  }

  /** Retransmission timeouts, 10 ms to 60 s: {@code min <= initial <= max}. */
  public SctpLiveness withRto(Duration min, Duration max, Duration initial) {
    int low = millis("rto min", min, MIN_RTO, MAX_RTO);
    int high = millis("rto max", max, MIN_RTO, MAX_RTO);
    int first = millis("rto initial", initial, MIN_RTO, MAX_RTO);
    if (low > first || first > high) {
      throw new IllegalArgumentException("rto must satisfy min <= initial <= max, but " + min + ", " + initial + ", " + max);
    }
    return new SctpLiveness(
        "custom", profile, low, high, first, heartbeatMillis, associationRetransmissions, pathRetransmissions,
        connectAttempts, connectRtoMaxMillis, suspectAfter);
  }

  /** Interval of heartbeats on an idle path, 50 ms to 1 hour. */
  public SctpLiveness withHeartbeat(Duration interval) {
    return new SctpLiveness(
        "custom", profile, rtoMinMillis, rtoMaxMillis, rtoInitialMillis,
        millis("heartbeat", interval, MIN_HEARTBEAT, MAX_HEARTBEAT), associationRetransmissions, pathRetransmissions,
        connectAttempts, connectRtoMaxMillis, suspectAfter);
  }

  /**
   * Misses in a row until the association is given up, and until its path is called unreachable.
   *
   * @param association 1 to 255
   * @param path 1 to {@code association}
   */
  public SctpLiveness withRetransmissions(int association, int path) {
    int most = count("retransmissions of the association", association, MAX_COUNT);
    return new SctpLiveness(
        "custom", profile, rtoMinMillis, rtoMaxMillis, rtoInitialMillis, heartbeatMillis, most,
        count("retransmissions of the path", path, most), connectAttempts, connectRtoMaxMillis, suspectAfter);
  }

  /**
   * Attempts of a connect, and the longest time between two.
   *
   * @param attempts 1 to 255
   * @param rtoMax 10 ms to 60 s
   */
  public SctpLiveness withConnect(int attempts, Duration rtoMax) {
    return new SctpLiveness(
        "custom", profile, rtoMinMillis, rtoMaxMillis, rtoInitialMillis, heartbeatMillis, associationRetransmissions,
        pathRetransmissions, count("connect attempts", attempts, MAX_COUNT),
        millis("connect rtoMax", rtoMax, MIN_RTO, MAX_RTO), suspectAfter);
  }

  /** {@code FAST}, {@code DEFAULT}, {@code WAN}, {@code RFC}, or {@code custom}. */
  public String name() {
    return name;
  }

  /** Number of the profile that this one was made from, as {@code sluice_sctp.h} has it. */
  public int profile() {
    return profile;
  }

  public Duration rtoMin() {
    return Duration.ofMillis(rtoMinMillis);
  }

  public Duration rtoMax() {
    return Duration.ofMillis(rtoMaxMillis);
  }

  public Duration rtoInitial() {
    return Duration.ofMillis(rtoInitialMillis);
  }

  public Duration heartbeat() {
    return Duration.ofMillis(heartbeatMillis);
  }

  public int associationRetransmissions() {
    return associationRetransmissions;
  }

  public int pathRetransmissions() {
    return pathRetransmissions;
  }

  public int connectAttempts() {
    return connectAttempts;
  }

  public Duration connectRtoMax() {
    return Duration.ofMillis(connectRtoMaxMillis);
  }

  /** Misses after which the path is suspected and probed at the pace of the RTO (RFC 7829); -1: never. */
  public int suspectAfter() {
    return suspectAfter;
  }

  /** An idle association whose peer is silent ends within this time. */
  public Duration bound() {
    return Duration.ofMillis(2L * heartbeatMillis + 3L * rtoMaxMillis * (associationRetransmissions + 2) / 2);
  }

  @Override
  public String toString() {
    return name + " (rto " + rtoMinMillis + "/" + rtoMaxMillis + "/" + rtoInitialMillis + " ms, heartbeat " + heartbeatMillis
        + " ms, retransmissions " + associationRetransmissions + "/" + pathRetransmissions + ", bound " + bound() + ")";
  }
}
