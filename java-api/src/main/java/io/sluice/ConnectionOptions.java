package io.sluice;

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

  private static final ConnectionOptions DEFAULTS =
      new ConnectionOptions(
          Map.of(TransportOption.TCP_NODELAY, Boolean.TRUE),
          DEFAULT_SEND_LOW_WATER_BYTES,
          DEFAULT_SEND_HIGH_WATER_BYTES,
          DEFAULT_SEND_LIMIT_BYTES,
          DEFAULT_MAX_LEASED_BUFFERS,
          0,
          false,
          IdlePolicy.none());

  private final Map<TransportOption<?>, Object> socketOptions;
  private final int sendLowWaterBytes;
  private final int sendHighWaterBytes;
  private final int sendLimitBytes;
  private final int maxLeasedBuffers;
  private final int zeroCopyThresholdBytes;
  private final boolean startPaused;
  private final IdlePolicy idle;

  private ConnectionOptions(
      Map<TransportOption<?>, Object> socketOptions,
      int sendLowWaterBytes,
      int sendHighWaterBytes,
      int sendLimitBytes,
      int maxLeasedBuffers,
      int zeroCopyThresholdBytes,
      boolean startPaused,
      IdlePolicy idle) {
    this.socketOptions = socketOptions;
    this.sendLowWaterBytes = sendLowWaterBytes;
    this.sendHighWaterBytes = sendHighWaterBytes;
    this.sendLimitBytes = sendLimitBytes;
    this.maxLeasedBuffers = maxLeasedBuffers;
    this.zeroCopyThresholdBytes = zeroCopyThresholdBytes;
    this.startPaused = startPaused;
    this.idle = idle;
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
    return new ConnectionOptions(
        Map.copyOf(m), sendLowWaterBytes, sendHighWaterBytes, sendLimitBytes, maxLeasedBuffers,
        zeroCopyThresholdBytes, startPaused, idle);
  }

  /** Bounds of the send queue in bytes: {@code 0 <= low < high <= limit}. */
  public ConnectionOptions withSendBounds(int lowWaterBytes, int highWaterBytes, int limitBytes) {
    if (lowWaterBytes < 0 || lowWaterBytes >= highWaterBytes || highWaterBytes > limitBytes) {
      throw new IllegalArgumentException(
          "send bounds must satisfy 0 <= low < high <= limit, but low=" + lowWaterBytes + " high=" + highWaterBytes
              + " limit=" + limitBytes);
    }
    return new ConnectionOptions(
        socketOptions, lowWaterBytes, highWaterBytes, limitBytes, maxLeasedBuffers, zeroCopyThresholdBytes, startPaused,
        idle);
  }

  /** Pool buffers a connection may hold by retained leases, 1 to 32768; beyond it data is copied to the heap. */
  public ConnectionOptions withMaxLeasedBuffers(int buffers) {
    if (buffers < 1 || buffers > 32768) {
      throw new IllegalArgumentException("maxLeasedBuffers " + buffers + " is not within 1 to 32768");
    }
    return new ConnectionOptions(
        socketOptions, sendLowWaterBytes, sendHighWaterBytes, sendLimitBytes, buffers, zeroCopyThresholdBytes,
        startPaused, idle);
  }

  /**
   * Sends of at least this many bytes use the kernel's zero-copy where the engine has it; 0 (default) = never. Loopback
   * and Unix sockets copy all the same.
   */
  public ConnectionOptions withZeroCopyThreshold(int bytes) {
    if (bytes < 0) {
      throw new IllegalArgumentException("zeroCopyThreshold " + bytes + " is negative");
    }
    return new ConnectionOptions(
        socketOptions, sendLowWaterBytes, sendHighWaterBytes, sendLimitBytes, maxLeasedBuffers, bytes, startPaused, idle);
  }

  /** Connections open with reading paused: nothing is read until {@link Connection#resumeReading()}. */
  public ConnectionOptions withReadingPaused(boolean paused) {
    return new ConnectionOptions(
        socketOptions, sendLowWaterBytes, sendHighWaterBytes, sendLimitBytes, maxLeasedBuffers, zeroCopyThresholdBytes,
        paused, idle);
  }

  /** What happens when a connection is silent; default {@link IdlePolicy#none()}. */
  public ConnectionOptions withIdle(IdlePolicy idle) {
    return new ConnectionOptions(
        socketOptions, sendLowWaterBytes, sendHighWaterBytes, sendLimitBytes, maxLeasedBuffers, zeroCopyThresholdBytes,
        startPaused, Objects.requireNonNull(idle, "idle"));
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
}
