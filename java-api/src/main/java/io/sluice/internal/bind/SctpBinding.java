package io.sluice.internal.bind;

/**
 * The functions of {@code sluice_sctp.h} as Java methods, one to one; {@link Binding#sctp} gives one. As with {@link Binding},
 * memory is passed as plain addresses, a stack as the address of its {@code sluice_sctp}, and nothing is checked here.
 *
 * <p>Codes are those of the header: 0 or more, or a negated {@code SLUICE_SCTP_E*} or {@code SLUICE_E*}. Where nothing is said,
 * a stack is used by one thread at a time.
 */
public interface SctpBinding extends AssociationBinding {
  /** {@code sluice_sctp_abi}: major in the upper, minor in the lower 16 bits. Any thread. */
  int abi();

  /** {@code sluice_sctp_probe}. {@code library}: address of a path that ends with a 0, or 0. Any thread. */
  int probe(long library, long info);

  /** {@code sluice_sctp_profile}: fills a {@code sluice_sctp_options}. Any thread. */
  int profile(int profile, long options);

  /** {@code sluice_sctp_open}. The stack's address is stored in the eight bytes at {@code out}. Any thread. */
  int open(long config, long library, long why, long out);

  /** {@code sluice_sctp_shared}: address of the region. */
  long shared(long stack);

  /** {@code sluice_sctp_listen}: the listener's id, or a code. */
  long listen(long stack, long args);

  /** {@code sluice_sctp_connect}: the association's id, or a code. */
  long connect(long stack, long args);

  /** {@code sluice_sctp_input}: the number of unread events, or a code. */
  int input(long stack, long list, int count);

  /** {@code sluice_sctp_tick}: milliseconds until the next one, or a code. */
  int tick(long stack, int elapsedMillis);

  /** {@code sluice_sctp_send}: how many messages were taken, or a code. */
  int send(long stack, long list, int count);

  /** {@code sluice_sctp_hint}: how many associations have that peer, or a code. */
  int hint(long stack, long peer, int osError);

  /** {@code sluice_sctp_query}. {@code bytes} is the address of a {@code uint32}. */
  int query(long stack, long assoc, int what, long out, long bytes);

  /** {@code sluice_sctp_shutdown}: how many associations remain, or a code. */
  int shutdown(long stack, long reason, int bytes);

  /** {@code sluice_sctp_strerror}. Any thread. */
  String strerror(int code);
}
