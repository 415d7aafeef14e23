package io.sluice.internal.bind;

/**
 * What {@link SctpBinding} and {@link KernelSctpBinding} have in common: functions of the same name and arguments after
 * {@code sluice_sctp_} and {@code sluice_ksctp_}.
 */
public interface AssociationBinding {
  /** {@code _shared_bytes}; 0: the configuration is invalid. Any thread. */
  long sharedBytes(long config);

  /** {@code _unlisten}. */
  int unlisten(long stack, long listener);

  /** {@code _reset_streams}. */
  int resetStreams(long stack, long assoc, long streams, int count);

  /** {@code _close}. */
  int close(long stack, long assoc, int deadlineMillis, long reason, int bytes);

  /** {@code _abort}. */
  int abort(long stack, long assoc, int cause, long reason, int bytes);

  /** {@code _destroy}. */
  int destroy(long stack, int flags);
}
