package io.sluice.sctp;

import java.time.Duration;

/** How a message is sent: made once and used for many. Immutable, every {@code with} returns a copy. */
public final class SctpSendOptions {
  /** The longest {@link #withLifetime}: 24 hours. */
  public static final Duration MAX_LIFETIME = Duration.ofHours(24);
  /** The largest stream id; {@link SctpAssociation#streamsOut()} is the bound in effect. */
  public static final int MAX_STREAM = SctpOptions.MAX_STREAMS - 1;
  /** The largest {@link #withMaxRetransmissions}. */
  public static final int MAX_RETRANSMISSIONS = 65535;

  /** When a message that was not acknowledged is given up (RFC 3758). */
  public enum Reliability {
    /** Never. */
    FULL,
    /** After a time. */
    LIFETIME,
    /** After a number of retransmissions. */
    RETRANSMISSIONS
  }

  private final int stream;
  private final int ppid;
  private final boolean unordered;
  private final Reliability reliability;
  private final int reliabilityValue;

  private SctpSendOptions(int stream, int ppid, boolean unordered, Reliability reliability, int reliabilityValue) {
    this.stream = stream;
    this.ppid = ppid;
    this.unordered = unordered;
    this.reliability = reliability;
    this.reliabilityValue = reliabilityValue;
  }

  /**
   * On that stream: ordered, reliable, with payload protocol identifier 0.
   *
   * @param stream 0 to {@link #MAX_STREAM}
   */
  public static SctpSendOptions stream(int stream) {
    if (stream < 0 || stream > MAX_STREAM) {
      throw new IllegalArgumentException("stream " + stream + " is not within 0 to " + MAX_STREAM);
    }
    return new SctpSendOptions(stream, 0, false, Reliability.FULL, 0);
  }

  /** Any 32 bits; the peer gets them in network order. */
  public SctpSendOptions withPpid(int ppid) {
    return new SctpSendOptions(stream, ppid, unordered, reliability, reliabilityValue);
  }

  /** Whether the message may overtake others of its stream. */
  public SctpSendOptions withUnordered(boolean unordered) {
    return new SctpSendOptions(stream, ppid, unordered, reliability, reliabilityValue);
  }

  /**
   * Gives the message up when it was not acknowledged within that time.
   *
   * @param lifetime 1 ms to {@link #MAX_LIFETIME}; whole milliseconds
   */
  public SctpSendOptions withLifetime(Duration lifetime) {
    if (lifetime.toMillis() < 1 || lifetime.compareTo(MAX_LIFETIME) > 0) {
      throw new IllegalArgumentException("lifetime " + lifetime + " is not within PT0.001S to " + MAX_LIFETIME);
    }
    return new SctpSendOptions(stream, ppid, unordered, Reliability.LIFETIME, (int) lifetime.toMillis());
  }

  /**
   * Gives the message up after that many retransmissions.
   *
   * @param count 0 to {@link #MAX_RETRANSMISSIONS}
   */
  public SctpSendOptions withMaxRetransmissions(int count) {
    if (count < 0 || count > MAX_RETRANSMISSIONS) {
      throw new IllegalArgumentException("maxRetransmissions " + count + " is not within 0 to " + MAX_RETRANSMISSIONS);
    }
    return new SctpSendOptions(stream, ppid, unordered, Reliability.RETRANSMISSIONS, count);
  }

  public int stream() {
    return stream;
  }

  public int ppid() {
    return ppid;
  }

  public boolean isUnordered() {
    return unordered;
  }

  public Reliability reliability() {
    return reliability;
  }

  /** Milliseconds or retransmissions, as {@link #reliability()} says; else 0. */
  public int reliabilityValue() {
    return reliabilityValue;
  }

  @Override
  public String toString() {
    return "stream " + stream + " ppid " + Integer.toUnsignedLong(ppid) + (unordered ? " unordered" : "")
        + switch (reliability) {
          case FULL -> "";
          case LIFETIME -> " for " + reliabilityValue + " ms";
          case RETRANSMISSIONS -> " with " + reliabilityValue + " retransmissions";
        };
  }
}
