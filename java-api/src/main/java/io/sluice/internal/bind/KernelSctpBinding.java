package io.sluice.internal.bind;

/**
 * The functions of {@code sluice_sctp_kernel.h} as Java methods, one to one; {@link Binding#kernelSctp} gives one. Memory, stacks and codes
 * are passed as with {@link SctpBinding}, whose {@code strerror} has the sentences.
 */
public interface KernelSctpBinding extends AssociationBinding {
  /** {@code sluice_ksctp_probe}: {@code info} is a {@code sluice_sctp_probe_info}. Any thread. */
  int probe(long info);

  /** {@code sluice_ksctp_open}. The stack's address is stored in the eight bytes at {@code out}. Any thread. */
  int open(long config, long out);

  /** {@code sluice_ksctp_listen}: the listener's id, or a code. The descriptor is stored in the four bytes at {@code descriptor}. */
  long listen(long stack, long args, long descriptor);

  /** {@code sluice_ksctp_connect}: the association's id, or a code. The descriptor as with {@link #listen}. */
  long connect(long stack, long args, long descriptor);

  /** {@code sluice_ksctp_input}: the association that the message belongs to, 0, or a code. */
  long input(long stack, long id, long meta, long payload, int bytes);

  /** {@code sluice_ksctp_failed}. */
  int failed(long stack, long id, int osError);

  /** {@code sluice_ksctp_tick}: milliseconds until the next one, or a code. */
  int tick(long stack);

  /** {@code sluice_ksctp_query_close}. */
  int queryClose(long stack, long assoc, long out);

  /** {@code sluice_ksctp_query_info}. */
  int queryInfo(long stack, long assoc, long out);

  /** {@code sluice_ksctp_discard}. Any thread. */
  int discard(int descriptor);
}
