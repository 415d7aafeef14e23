package io.sluice;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * Limits and socket options of connections, accepted or connected. Immutable: every {@code with} returns a copy.
 *
 * <pre>
 *  pending bytes:   0 ......... low water ......... high water ......... limit
 *  send answers:        QUEUED            QUEUED          |   SATURATED     | REJECTED
 *  onWritable is called when the queue falls to low water after a SATURATED.
 * </pre>
 */
public final class ConnectionOptions {
  /** Default of {@link #sendLimitBytes()}: 4 MiB. */
  public static final int DEFAULT_SEND_LIMIT_BYTES = 4 << 20;
  /** Default of {@link #sendHighWaterBytes()}: 256 KiB. */
  public static final int DEFAULT_SEND_HIGH_WATER_BYTES = 256 << 10;
  /** Default of {@link #sendLowWaterBytes()}: 64 KiB. */
  public static final int DEFAULT_SEND_LOW_WATER_BYTES = 64 << 10;
  /** Default of {@link #maxLeasedBuffers()}. */
  public static final int DEFAULT_MAX_LEASED_BUFFERS = 64;

  /** Default of {@link #linger()}: 5 seconds. */
  public static final Duration DEFAULT_LINGER = Duration.ofSeconds(5);
  /** Upper bound of {@link #linger()} and of the deadline of {@link Connection#close(Duration)}: 24 hours. */
  public static final Duration MAX_LINGER = Duration.ofHours(24);

  private static final ConnectionOptions DEFAULTS = new ConnectionOptions(new Draft());

  /** The values of a copy while they are put together; starts with the defaults. */
  private static final class Draft {
    Map<TransportOption<?>, Object> socketOptions = Map.of(TransportOption.TCP_NODELAY, Boolean.TRUE);
    int sendLowWaterBytes = DEFAULT_SEND_LOW_WATER_BYTES;
    int sendHighWaterBytes = DEFAULT_SEND_HIGH_WATER_BYTES;
    int sendLimitBytes = DEFAULT_SEND_LIMIT_BYTES;
    int maxLeasedBuffers = DEFAULT_MAX_LEASED_BUFFERS;
    int zeroCopyThresholdBytes;
    boolean startPaused;
    Duration linger = DEFAULT_LINGER;
    IdlePolicy idle = IdlePolicy.none();

    Draft() {}

    Draft(ConnectionOptions o) {
      socketOptions = o.socketOptions;
      sendLowWaterBytes = o.sendLowWaterBytes;
      sendHighWaterBytes = o.sendHighWaterBytes;
      sendLimitBytes = o.sendLimitBytes;
      maxLeasedBuffers = o.maxLeasedBuffers;
      zeroCopyThresholdBytes = o.zeroCopyThresholdBytes;
      startPaused = o.startPaused;
      linger = o.linger;
      idle = o.idle;
    }
  }

  private final Map<TransportOption<?>, Object> socketOptions;
  private final int sendLowWaterBytes;
  private final int sendHighWaterBytes;
  private final int sendLimitBytes;
  private final int maxLeasedBuffers;
  private final int zeroCopyThresholdBytes;
  private final boolean startPaused;
  private final Duration linger;
  private final IdlePolicy idle;

  private ConnectionOptions(Draft d) {
    this.socketOptions = d.socketOptions;
    this.sendLowWaterBytes = d.sendLowWaterBytes;
    this.sendHighWaterBytes = d.sendHighWaterBytes;
    this.sendLimitBytes = d.sendLimitBytes;
    this.maxLeasedBuffers = d.maxLeasedBuffers;
    this.zeroCopyThresholdBytes = d.zeroCopyThresholdBytes;
    this.startPaused = d.startPaused;
    this.linger = d.linger;
    this.idle = d.idle;
  }

  /** TCP_NODELAY on, the default limits. */
  public static ConnectionOptions defaults() {
    return DEFAULTS;
  }

  /** Sets a socket option on every connection, before its first byte. */
  public <T> ConnectionOptions with(TransportOption<T> option, T value) {
    option.encode(value);
    Map<TransportOption<?>, Object> m = new LinkedHashMap<>(socketOptions);
    m.put(option, value);
    Draft d = new Draft(this);
    d.socketOptions = Map.copyOf(m);
    return new ConnectionOptions(d);
  }

  /** Bounds of the send queue in bytes: {@code 0 <= low < high <= limit}. */
  public ConnectionOptions withSendBounds(int lowWaterBytes, int highWaterBytes, int limitBytes) {
    if (lowWaterBytes < 0 || lowWaterBytes >= highWaterBytes || highWaterBytes > limitBytes) {
      throw new IllegalArgumentException(
          "send bounds must satisfy 0 <= low < high <= limit, but low=" + lowWaterBytes + " high=" + highWaterBytes
              + " limit=" + limitBytes);
    }
    Draft d = new Draft(this);
    d.sendLowWaterBytes = lowWaterBytes;
    d.sendHighWaterBytes = highWaterBytes;
    d.sendLimitBytes = limitBytes;
    return new ConnectionOptions(d);
  }

  /** Pool buffers a connection may hold by retained leases, 1 to 32768; beyond it data is copied to the heap. */
  public ConnectionOptions withMaxLeasedBuffers(int buffers) {
    if (buffers < 1 || buffers > 32768) {
      throw new IllegalArgumentException("maxLeasedBuffers " + buffers + " is not within 1 to 32768");
    }
    Draft d = new Draft(this);
    d.maxLeasedBuffers = buffers;
    return new ConnectionOptions(d);
  }

  /**
   * Sends of at least this many bytes use the kernel's zero-copy where the engine has it; 0 (default) = never. Loopback
   * and Unix sockets copy all the same.
   */
  public ConnectionOptions withZeroCopyThreshold(int bytes) {
    if (bytes < 0) {
      throw new IllegalArgumentException("zeroCopyThreshold " + bytes + " is negative");
    }
    Draft d = new Draft(this);
    d.zeroCopyThresholdBytes = bytes;
    return new ConnectionOptions(d);
  }

  /** Connections open with reading paused: nothing is read until {@link Connection#resumeReading()}. */
  public ConnectionOptions withReadingPaused(boolean paused) {
    Draft d = new Draft(this);
    d.startPaused = paused;
    return new ConnectionOptions(d);
  }

  /** What happens when a connection is silent; default {@link IdlePolicy#none()}. */
  public ConnectionOptions withIdle(IdlePolicy idle) {
    Draft d = new Draft(this);
    d.idle = Objects.requireNonNull(idle, "idle");
    return new ConnectionOptions(d);
  }

  /**
   * How long {@link Connection#close()} waits for the peer's end. Until then what the peer still sends is read and thrown
   * away, because the kernel answers unread data with RST, and that may destroy data of ours that the peer has not read yet
   * (RFC 1122 section 4.2.2.13, RFC 2525 section 2.17). The time is extended while the peer goes on taking queued data: what
   * counts is that nothing moved during its second half. A peer whose end was seen before is never waited for.
   *
   * <p>0: hand everything to the kernel and close, without waiting for the peer's end. Only a peer that does not take the queued
   * data holds that up: for as long as {@link #DEFAULT_LINGER} would, by the same rule, and then the connection is aborted with
   * {@link CloseReason.Kind#CLOSE_TIMEOUT}. {@link Connection#close(Duration)} gives it another time, up to {@link
   * #MAX_LINGER}.
   *
   * @param linger 0 to 24 hours; default {@link #DEFAULT_LINGER}
   */
  public ConnectionOptions withLinger(Duration linger) {
    if (linger.isNegative() || linger.compareTo(MAX_LINGER) > 0) {
      throw new IllegalArgumentException("linger " + linger + " is not within zero to " + MAX_LINGER);
    }
    Draft d = new Draft(this);
    d.linger = linger;
    return new ConnectionOptions(d);
  }

  public Map<TransportOption<?>, Object> socketOptions() {
    return socketOptions;
  }

  public int sendLowWaterBytes() {
    return sendLowWaterBytes;
  }

  public int sendHighWaterBytes() {
    return sendHighWaterBytes;
  }

  public int sendLimitBytes() {
    return sendLimitBytes;
  }

  public int maxLeasedBuffers() {
    return maxLeasedBuffers;
  }

  public int zeroCopyThresholdBytes() {
    return zeroCopyThresholdBytes;
  }

  public boolean readingPaused() {
    return startPaused;
  }

  public IdlePolicy idle() {
    return idle;
  }

  public Duration linger() {
    return linger;
  }
}
