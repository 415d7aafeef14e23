package io.sluice.sctp;

import java.time.Duration;

/**
 * A look into an association.
 *
 * @param unacknowledged chunks on the wire
 * @param pending chunks that wait to be sent
 * @param peerWindowBytes room in the peer's receive buffer
 * @param smoothedRtt smoothed round-trip time of the path
 * @param rto retransmission timeout
 * @param congestionWindowBytes congestion window of the path
 * @param icmpErrors ICMP errors that were told for this association
 */
public record SctpInfo(
    int unacknowledged, int pending, long peerWindowBytes, Duration smoothedRtt, Duration rto, long congestionWindowBytes,
    long icmpErrors) {}
