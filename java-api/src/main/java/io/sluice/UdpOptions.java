package io.sluice;

import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * Limits and socket options of a {@link UdpSocket}. Immutable: every {@code with} returns a copy.
 *
 * <pre>
 *  pending bytes:   0 ......... low water ......... high water ......... limit
 *  send answers:        QUEUED            QUEUED          |   SATURATED     | REJECTED
 *  onWritable is called when the queue falls to low water after a SATURATED or REJECTED.
 * </pre>
 *
 * Each datagram counts its bytes and {@link #DATAGRAM_OVERHEAD_BYTES}, so that empty ones are bounded, too.
 */
public final class UdpOptions {
  /** Default of {@link #sendLimitBytes()}: 4 MiB. */
  public static final int DEFAULT_SEND_LIMIT_BYTES = 4 << 20;
  /** Default of {@link #sendHighWaterBytes()}: 256 KiB. */
  public static final int DEFAULT_SEND_HIGH_WATER_BYTES = 256 << 10;
  /** Default of {@link #sendLowWaterBytes()}: 64 KiB. */
  public static final int DEFAULT_SEND_LOW_WATER_BYTES = 64 << 10;
  /** Default of {@link #maxLeasedBuffers()}: more than a connection's, because a socket serves many peers. */
  public static final int DEFAULT_MAX_LEASED_BUFFERS = 512;
  /** What a datagram counts against the send bounds besides its bytes. */
  public static final int DATAGRAM_OVERHEAD_BYTES = 64;

  private static final UdpOptions DEFAULTS =
      new UdpOptions(
          Map.of(), DEFAULT_SEND_LOW_WATER_BYTES, DEFAULT_SEND_HIGH_WATER_BYTES, DEFAULT_SEND_LIMIT_BYTES,
          DEFAULT_MAX_LEASED_BUFFERS, false, null);

  private final Map<TransportOption<?>, Object> socketOptions;
  private final int sendLowWaterBytes;
  private final int sendHighWaterBytes;
  private final int sendLimitBytes;
  private final int maxLeasedBuffers;
  private final boolean readingPaused;
  private final InetSocketAddress localAddress;

  private UdpOptions(
      Map<TransportOption<?>, Object> socketOptions, int sendLowWaterBytes, int sendHighWaterBytes, int sendLimitBytes,
      int maxLeasedBuffers, boolean readingPaused, InetSocketAddress localAddress) {
    this.socketOptions = socketOptions;
    this.sendLowWaterBytes = sendLowWaterBytes;
    this.sendHighWaterBytes = sendHighWaterBytes;
    this.sendLimitBytes = sendLimitBytes;
    this.maxLeasedBuffers = maxLeasedBuffers;
    this.readingPaused = readingPaused;
    this.localAddress = localAddress;
  }

  /** No socket options, the default limits. */
  public static UdpOptions defaults() {
    return DEFAULTS;
  }

  /** Sets a socket option before the socket is bound. One that engine or system lacks makes the opening fail. */
  public <T> UdpOptions with(TransportOption<T> option, T value) {
    option.encode(value);
    Map<TransportOption<?>, Object> m = new LinkedHashMap<>(socketOptions);
    m.put(option, value);
    return new UdpOptions(
        Map.copyOf(m), sendLowWaterBytes, sendHighWaterBytes, sendLimitBytes, maxLeasedBuffers, readingPaused, localAddress);
  }

  /** Bounds of the send queue in bytes: {@code 0 <= low < high <= limit}. */
  public UdpOptions withSendBounds(int lowWaterBytes, int highWaterBytes, int limitBytes) {
    if (lowWaterBytes < 0 || lowWaterBytes >= highWaterBytes || highWaterBytes > limitBytes) {
      throw new IllegalArgumentException(
          "send bounds must satisfy 0 <= low < high <= limit, but low=" + lowWaterBytes + " high=" + highWaterBytes
              + " limit=" + limitBytes);
    }
    return new UdpOptions(
        socketOptions, lowWaterBytes, highWaterBytes, limitBytes, maxLeasedBuffers, readingPaused, localAddress);
  }

  /** Pool buffers the socket may hold by retained leases, 1 to 32768; beyond it data is copied to the heap. */
  public UdpOptions withMaxLeasedBuffers(int buffers) {
    if (buffers < 1 || buffers > 32768) {
      throw new IllegalArgumentException("maxLeasedBuffers " + buffers + " is not within 1 to 32768");
    }
    return new UdpOptions(
        socketOptions, sendLowWaterBytes, sendHighWaterBytes, sendLimitBytes, buffers, readingPaused, localAddress);
  }

  /** The socket opens with reading paused: nothing is read until {@link UdpSocket#resumeReading()}. */
  public UdpOptions withReadingPaused(boolean paused) {
    return new UdpOptions(
        socketOptions, sendLowWaterBytes, sendHighWaterBytes, sendLimitBytes, maxLeasedBuffers, paused, localAddress);
  }

  /** For {@link EventLoopGroup#connectUdp}: the address to bind to; default: any address and port of the peer's family. */
  public UdpOptions withLocalAddress(InetSocketAddress local) {
    Objects.requireNonNull(local, "local");
    return new UdpOptions(
        socketOptions, sendLowWaterBytes, sendHighWaterBytes, sendLimitBytes, maxLeasedBuffers, readingPaused, local);
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

  public boolean readingPaused() {
    return readingPaused;
  }

  /** Null: any. */
  public InetSocketAddress localAddress() {
    return localAddress;
  }
}
