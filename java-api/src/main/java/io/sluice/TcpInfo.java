package io.sluice;

/**
 * State and statistics of a TCP connection as the kernel keeps them ({@code TCP_INFO}, {@code tcp(7)}). Times in
 * microseconds, sizes in bytes unless said otherwise; a value that the kernel lacks is 0.
 *
 * @param state state of RFC 9293 as in Linux's {@code netinet/tcp.h} (1 = established)
 * @param retransmits retransmissions of the segment in flight
 * @param rtoMicros retransmission timeout
 * @param sendMss maximum segment size for sending
 * @param receiveMss maximum segment size seen
 * @param unackedSegments segments in flight
 * @param lostSegments segments believed lost
 * @param pathMtu path MTU
 * @param rttMicros smoothed round-trip time
 * @param rttVarianceMicros its variance
 * @param congestionWindowSegments congestion window in segments
 * @param totalRetransmits retransmissions of the whole connection, in segments
 * @param bytesAcked bytes acknowledged by the peer
 * @param bytesReceived bytes received in order
 */
public record TcpInfo(
    int state,
    int retransmits,
    long rtoMicros,
    int sendMss,
    int receiveMss,
    int unackedSegments,
    int lostSegments,
    int pathMtu,
    long rttMicros,
    long rttVarianceMicros,
    int congestionWindowSegments,
    int totalRetransmits,
    long bytesAcked,
    long bytesReceived) {}
