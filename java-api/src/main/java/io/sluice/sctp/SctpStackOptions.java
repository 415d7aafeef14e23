package io.sluice.sctp;

/**
 * Limits of a transport; each loop that it uses has a stack with these. Immutable: every {@code with} returns a copy.
 */
public final class SctpStackOptions {
  /** Default of {@link #maxMessageBytes()}: 256 KiB. */
  public static final int DEFAULT_MAX_MESSAGE_BYTES = 256 << 10;
  /** Upper end of {@link #maxMessageBytes()}: 16 MiB. */
  public static final int MAX_MESSAGE_BYTES = 16 << 20;
  /** Default of {@link #maxAssociations()}: 4096. */
  public static final int DEFAULT_MAX_ASSOCIATIONS = 4096;
  /** Upper end of {@link #maxAssociations()}. */
  public static final int MAX_ASSOCIATIONS = 65_536;
  /** Default of {@link #receiveBufferBytes()}: 256 KiB. */
  public static final int DEFAULT_RECEIVE_BUFFER_BYTES = 256 << 10;
  /** Default of {@link #sendBufferBytes()}: 512 KiB. */
  public static final int DEFAULT_SEND_BUFFER_BYTES = 512 << 10;
  /** Lower end of both buffers. */
  public static final int MIN_BUFFER_BYTES = 4096;
  /** Upper end of both buffers: 64 MiB. */
  public static final int MAX_BUFFER_BYTES = 64 << 20;

  private static final SctpStackOptions DEFAULTS =
      new SctpStackOptions(
          DEFAULT_MAX_MESSAGE_BYTES, DEFAULT_MAX_ASSOCIATIONS, DEFAULT_RECEIVE_BUFFER_BYTES, DEFAULT_SEND_BUFFER_BYTES,
          false);

  private final int maxMessageBytes;
  private final int maxAssociations;
  private final int receiveBufferBytes;
  private final int sendBufferBytes;
  private final boolean silent;

  private SctpStackOptions(
      int maxMessageBytes, int maxAssociations, int receiveBufferBytes, int sendBufferBytes, boolean silent) {
    this.maxMessageBytes = maxMessageBytes;
    this.maxAssociations = maxAssociations;
    this.receiveBufferBytes = receiveBufferBytes;
    this.sendBufferBytes = sendBufferBytes;
    this.silent = silent;
  }

  public static SctpStackOptions defaults() {
    return DEFAULTS;
  }

  private static int within(String name, int value, int least, int most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(name + " " + value + " is not within " + least + " to " + most);
    }
    return value;
  }

  /**
   * The longest message that may be sent, and received: a peer that sends a longer one is aborted. Each loop keeps an area of
   * four times that size. The send buffer grows with it.
   *
   * @param bytes 1 to {@link #MAX_MESSAGE_BYTES}
   */
  public SctpStackOptions withMaxMessageBytes(int bytes) {
    int n = within("maxMessageBytes", bytes, 1, MAX_MESSAGE_BYTES);
    return new SctpStackOptions(n, maxAssociations, receiveBufferBytes, Math.max(sendBufferBytes, n), silent);
  }

  /**
   * Associations of a loop; a handshake beyond it is aborted. The stack looks at each of them 100 times a second, which takes
   * about 0.1 us each: spread thousands over several loops.
   *
   * @param count 1 to {@link #MAX_ASSOCIATIONS}
   */
  public SctpStackOptions withMaxAssociations(int count) {
    return new SctpStackOptions(
        maxMessageBytes, within("maxAssociations", count, 1, MAX_ASSOCIATIONS), receiveBufferBytes, sendBufferBytes, silent);
  }

  /**
   * Buffers of each association. The receive buffer is the window that the peer may fill.
   *
   * @param receive {@link #MIN_BUFFER_BYTES} to {@link #MAX_BUFFER_BYTES}
   * @param send at least {@link #maxMessageBytes()} and {@link #MIN_BUFFER_BYTES}, to {@link #MAX_BUFFER_BYTES}
   */
  public SctpStackOptions withBuffers(int receive, int send) {
    return new SctpStackOptions(
        maxMessageBytes, maxAssociations, within("receive buffer bytes", receive, MIN_BUFFER_BYTES, MAX_BUFFER_BYTES),
        within("send buffer bytes", send, Math.max(MIN_BUFFER_BYTES, maxMessageBytes), MAX_BUFFER_BYTES), silent);
  }

  /**
   * Whether packets that belong to no association stay without an answer. By default a peer that knocks where nobody listens, or
   * goes on after this side was restarted, is told so with an ABORT and need not wait for its timers.
   */
  public SctpStackOptions withSilent(boolean silent) {
    return new SctpStackOptions(maxMessageBytes, maxAssociations, receiveBufferBytes, sendBufferBytes, silent);
  }

  public int maxMessageBytes() {
    return maxMessageBytes;
  }

  public int maxAssociations() {
    return maxAssociations;
  }

  public int receiveBufferBytes() {
    return receiveBufferBytes;
  }

  public int sendBufferBytes() {
    return sendBufferBytes;
  }

  public boolean silent() {
    return silent;
  }
}
