package io.sluice.sctp;

import java.util.Objects;

/**
 * Settings of associations: of one that is connected, or of all that a listener accepts. Immutable: every {@code with} returns a
 * copy.
 *
 * <p>Messages go into the stack's send buffer at once. When it is full they wait in a queue of the association:
 *
 * <pre>
 *  waiting bytes:   0 ......... high water ......... limit
 *  send answers:     QUEUED          |  SATURATED      | REJECTED
 *  onWritable is called when nothing waits any more after a SATURATED or REJECTED.
 * </pre>
 */
public final class SctpOptions {
  /** Streams that an association may have in one direction. */
  public static final int MAX_STREAMS = 1024;
  /** Default of {@link #streamsOut()} and {@link #streamsIn()}: 16. */
  public static final int DEFAULT_STREAMS = 16;
  /** Default of {@link #sendHighWaterBytes()}: 64 KiB. */
  public static final int DEFAULT_SEND_HIGH_WATER_BYTES = 64 << 10;
  /** Default of {@link #sendLimitBytes()}: 1 MiB. */
  public static final int DEFAULT_SEND_LIMIT_BYTES = 1 << 20;

  private static final SctpOptions DEFAULTS =
      new SctpOptions(
          SctpLiveness.DEFAULT, DEFAULT_STREAMS, DEFAULT_STREAMS, DEFAULT_SEND_HIGH_WATER_BYTES, DEFAULT_SEND_LIMIT_BYTES,
          false, true, false);

  private final SctpLiveness liveness;
  private final int streamsOut;
  private final int streamsIn;
  private final int sendHighWaterBytes;
  private final int sendLimitBytes;
  private final boolean closeOnIcmp;
  private final boolean answerResets;
  private final boolean nagle;

  private SctpOptions(
      SctpLiveness liveness, int streamsOut, int streamsIn, int sendHighWaterBytes, int sendLimitBytes, boolean closeOnIcmp,
      boolean answerResets, boolean nagle) {
    this.liveness = liveness;
    this.streamsOut = streamsOut;
    this.streamsIn = streamsIn;
    this.sendHighWaterBytes = sendHighWaterBytes;
    this.sendLimitBytes = sendLimitBytes;
    this.closeOnIcmp = closeOnIcmp;
    this.answerResets = answerResets;
    this.nagle = nagle;
  }

  public static SctpOptions defaults() {
    return DEFAULTS;
  }

  /** How soon a silent peer is given up. Listeners of one loop on the same SCTP port share the first one's. */
  public SctpOptions withLiveness(SctpLiveness liveness) {
    return new SctpOptions(
        Objects.requireNonNull(liveness, "liveness"), streamsOut, streamsIn, sendHighWaterBytes, sendLimitBytes, closeOnIcmp,
        answerResets, nagle);
  }

  /**
   * Streams to ask for. An association takes 12 KiB with 16 streams each way, 115 KiB with 1024.
   *
   * @param out 1 to {@link #MAX_STREAMS}: the peer may allow fewer
   * @param in 1 to {@link #MAX_STREAMS}: allowed to the peer
   */
  public SctpOptions withStreams(int out, int in) {
    return new SctpOptions(
        liveness, streams("out", out), streams("in", in), sendHighWaterBytes, sendLimitBytes, closeOnIcmp, answerResets,
        nagle);
  }

  private static int streams(String direction, int n) {
    if (n < 1 || n > MAX_STREAMS) {
      throw new IllegalArgumentException("streams " + direction + " " + n + " is not within 1 to " + MAX_STREAMS);
    }
    return n;
  }

  /** Bounds of what waits for the stack's send buffer, in bytes: {@code 0 < high <= limit}. */
  public SctpOptions withSendBounds(int highWaterBytes, int limitBytes) {
    if (highWaterBytes < 1 || highWaterBytes > limitBytes) {
      throw new IllegalArgumentException(
          "send bounds must satisfy 0 < high <= limit, but high=" + highWaterBytes + " limit=" + limitBytes);
    }
    return new SctpOptions(
        liveness, streamsOut, streamsIn, highWaterBytes, limitBytes, closeOnIcmp, answerResets, nagle);
  }

  /**
   * Whether an ICMP error may end the association: at once instead of after {@link SctpLiveness#bound()}. Anybody can forge
   * one, so only for loopback and networks that are trusted. Off by default: an ICMP error is a hint, which is answered with a
   * heartbeat to find out.
   */
  public SctpOptions withCloseOnIcmp(boolean close) {
    return new SctpOptions(
        liveness, streamsOut, streamsIn, sendHighWaterBytes, sendLimitBytes, close, answerResets, nagle);
  }

  /** Whether our direction of a stream is reset when the peer resets its own, as WebRTC data channels ask. On by default. */
  public SctpOptions withAnswerResets(boolean answer) {
    return new SctpOptions(
        liveness, streamsOut, streamsIn, sendHighWaterBytes, sendLimitBytes, closeOnIcmp, answer, nagle);
  }

  /** Whether small messages wait for an acknowledgement to be sent together. Off by default. */
  public SctpOptions withNagle(boolean on) {
    return new SctpOptions(
        liveness, streamsOut, streamsIn, sendHighWaterBytes, sendLimitBytes, closeOnIcmp, answerResets, on);
  }

  public SctpLiveness liveness() {
    return liveness;
  }

  public int streamsOut() {
    return streamsOut;
  }

  public int streamsIn() {
    return streamsIn;
  }

  public int sendHighWaterBytes() {
    return sendHighWaterBytes;
  }

  public int sendLimitBytes() {
    return sendLimitBytes;
  }

  public boolean closeOnIcmp() {
    return closeOnIcmp;
  }

  public boolean answerResets() {
    return answerResets;
  }

  public boolean nagle() {
    return nagle;
  }
}
