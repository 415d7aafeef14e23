package io.sluice.sctp;

/** What a stack counts. A value may be a turn old. */
public enum SctpMetric {
  /** Datagrams handed to the stack. */
  DATAGRAMS_IN(0),
  DATAGRAM_BYTES_IN(1),
  /** Datagrams that the stack wanted sent. */
  DATAGRAMS_OUT(2),
  DATAGRAM_BYTES_OUT(3),
  /** Of these, dropped because too many were on their way; SCTP sends them again. */
  DATAGRAMS_DROPPED(4),
  /** Datagrams that are no SCTP packet by their form. */
  GARBAGE(6),
  BAD_CHECKSUMS(7),
  /** Packets with a wrong verification tag. */
  BAD_TAGS(8),
  /** Packets that belong to no association. */
  OUT_OF_THE_BLUE(9),
  /** Data for streams that do not exist. */
  BAD_STREAMS(10),
  /** INITs to ports where nobody listens. */
  INITS_REFUSED(11),
  /** Associations that were begun, from here or by a peer whose handshake was complete. */
  ASSOCIATIONS_BEGUN(12),
  ASSOCIATIONS_OPENED(13),
  ASSOCIATIONS_CLOSED(14),
  ABORTS_SENT(15),
  RESTARTS(16),
  STREAM_RESETS_IN(17),
  STREAM_RESETS_OUT(18),
  MESSAGES_IN(19),
  MESSAGE_BYTES_IN(20),
  MESSAGES_OUT(21),
  MESSAGE_BYTES_OUT(22),
  /** Messages that the stack had taken and gave up. */
  SENDS_FAILED(23),
  /** Messages that found the send buffer full. */
  SENDS_FULL(24),
  /** Messages above {@link SctpStackOptions#maxMessageBytes()}. */
  MESSAGES_TOO_LONG(25),
  /** Messages that came after an abort here, or were cut off by the peer's. */
  MESSAGES_DISCARDED(26),
  /** ICMP errors that were told. */
  ICMP_HINTS(27),
  /** Heartbeats sent because of one. */
  ICMP_PROBES(28),
  /** Further signs of an end that was known. */
  SIGNALS_AFTER_END(29),
  /** Handshakes that were completed and aborted because of a limit, or because nobody listens. */
  ACCEPTS_REFUSED(32),
  /** INITs of strangers to a listener. Each was answered by a cookie, and nothing is kept of it: in a flood of them only this rises. */
  INITS_ANSWERED(35),
  /** Cookies that came back and were not this stack's, or from another address than the one that they were given to. */
  BAD_COOKIES(36);

  private final int number;

  SctpMetric(int number) {
    this.number = number;
  }

  /** Its number in {@code sluice_sctp.h}. */
  public int number() {
    return number;
  }
}
