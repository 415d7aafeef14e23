/**
 * SCTP associations over UDP (RFC 9260, RFC 6951) on the loops of a group, with an end that both sides see. Begin with {@link
 * io.sluice.sctp.SctpTransport}.
 */
package io.sluice.sctp;
