package io.sluice.sctp;

/**
 * A message that was taken and is given up: its partial reliability ended, or the association.
 *
 * <p>Each message that was taken and not acknowledged is told once, before {@code onClosed}, whatever ended the association.
 *
 * @param stream it was to go on
 * @param ppid its payload protocol identifier
 * @param context what was passed to {@code send}
 * @param wasSent it was on the wire: the peer may have received it. False: it was never sent
 * @param error SCTP error cause, 0 when there is none
 */
public record SctpSendFailure(int stream, int ppid, int context, boolean wasSent, int error) {}
