/*
 * input.c: datagrams in. Before usrsctp sees one, its form is checked; whether it belongs to anybody, its checksum and its
 * tag are usrsctp's business.
 *
 * A datagram of a peer without associations leaves nothing behind: the peer's address stands in the stack for the time of
 * the call, so that the answer (INIT ACK, ABORT) finds its way, and becomes a path only when an association is accepted.
 */
#include <arpa/inet.h>
#include <string.h>

#include "sctp/stack.h"

#define CHUNK_HEADER  4u
#define INIT_CHUNK    20u
#define CHUNK_INIT    1
#define CHUNK_SHUTDOWN 7
#define CHUNK_COOKIE_ECHO 10
#define BATCH_MAX     65536u
#define PACKET_MAX    65535u
#define LIST_STRANGERS_FROM 16u /* paths; below, going through the list is cheaper than changing it */

static uint32_t be16(const uint8_t *p) { return (uint32_t)p[0] << 8 | p[1]; }

/*
 * Chunks that lie inside the packet, one behind the other, and ports that exist. *ends: one of them may end an association,
 * an ABORT, or what begins the peer's next life.
 */
static bool well_formed(const uint8_t *p, uint32_t bytes, bool *ends)
{
    *ends = false;
    if (bytes < SSC_COMMON_HEADER + CHUNK_HEADER || bytes > PACKET_MAX || be16(p) == 0 || be16(p + 2) == 0) return false;
    for (uint32_t at = SSC_COMMON_HEADER; bytes - at >= CHUNK_HEADER;) {
        uint32_t length = be16(p + at + 2);
        if (length < CHUNK_HEADER || length > bytes - at) return false;
        if (p[at] == USR_CHUNK_ABORT || p[at] == CHUNK_COOKIE_ECHO) *ends = true;
        uint32_t padded = (length + 3) & ~3u;
        if (padded >= bytes - at) break; /* the padding of the last chunk may be missing */
        at += padded;
    }
    return true;
}

static bool checksum_right(sluice_sctp *s, const uint8_t *p, uint32_t bytes)
{
    uint8_t copy[PACKET_MAX];
    uint32_t sum;
    memcpy(copy, p, bytes);
    memset(copy + 8, 0, 4);
    uint32_t right = s->lib.crc32c(copy, bytes);
    memcpy(&sum, p + 8, sizeof sum);
    return sum == right;
}

/* ABORT, addressed by the tag that the INIT brought: what usrsctp would send if it knew listeners by link. */
static void refuse(sluice_sctp *s, const uint8_t *init)
{
    uint8_t packet[SSC_COMMON_HEADER + CHUNK_HEADER] = { 0 };
    memcpy(packet, init + 2, 2);
    memcpy(packet + 2, init, 2);
    memcpy(packet + 4, init + SSC_COMMON_HEADER + CHUNK_HEADER, 4);
    packet[SSC_COMMON_HEADER] = USR_CHUNK_ABORT;
    packet[SSC_COMMON_HEADER + 3] = CHUNK_HEADER;
    uint32_t sum = s->lib.crc32c(packet, sizeof packet);
    memcpy(packet + 8, &sum, sizeof sum);
    ssc_output((void *)(uintptr_t)s->current_value, packet, sizeof packet, 0, 0);
}

/* True: an INIT that nobody waits for; it is dealt with. */
static bool refused(sluice_sctp *s, const uint8_t *p, uint32_t bytes)
{
    if (p[SSC_COMMON_HEADER] != CHUNK_INIT || bytes < SSC_COMMON_HEADER + INIT_CHUNK) return false;
    if (ssc_listener_at(s, s->current_peer.link, (uint16_t)be16(p + 2))) return false;
    ssc_count(s, SLUICE_SCTP_CTR_INIT_REFUSED, 1);
    if (!(s->config_flags & SLUICE_SCTP_SILENT)) refuse(s, p);
    return true;
}

/*
 * A packet of a peer without associations. To see that it belongs to none, usrsctp goes through its list of addresses, once
 * for every endpoint that could be meant: with a thousand peers that takes milliseconds, unless the address is in the list,
 * where it is then the first. So it is put there for as long as the packet is looked at, and a wrong checksum, for which
 * usrsctp would search as well, is seen here.
 */
static void take_stranger(sluice_sctp *s, const uint8_t *p, uint32_t bytes, uint8_t ecn)
{
    void *value = (void *)(uintptr_t)s->current_value;
    if (!checksum_right(s, p, bytes)) {
        ssc_count(s, SLUICE_SCTP_CTR_BAD_CHECKSUM, 1);
        return;
    }
    if (refused(s, p, bytes)) return;
    if (p[SSC_COMMON_HEADER] == CHUNK_INIT) ssc_count(s, SLUICE_SCTP_CTR_INITS_ANSWERED, 1);
    bool listed = s->counters[SLUICE_SCTP_CTR_PATHS] >= LIST_STRANGERS_FROM;
    if (listed) s->lib.register_address(value);
    s->lib.conninput(value, p, bytes, ecn);
    ssc_accept_all(s);
    if (!listed || ssc_path_find(s, s->current_value)) return; /* a path has it listed */
    s->lib.deregister_address(value);
    s->quiet_until_ms = s->now_ms + SSC_QUIET_MS;
}

static uint64_t answers_of(const sluice_sctp *s)
{
    return s->counters[SLUICE_SCTP_CTR_OUT] + s->counters[SLUICE_SCTP_CTR_OUT_DROPPED];
}

static void take(sluice_sctp *s, const sluice_sctp_datagram *d)
{
    const uint8_t *p = (const uint8_t *)(uintptr_t)d->data;
    ssc_count(s, SLUICE_SCTP_CTR_IN, 1);
    ssc_count(s, SLUICE_SCTP_CTR_IN_BYTES, d->bytes);
    bool ends;
    if (!p || !ssc_addr_valid(&d->peer) || !well_formed(p, d->bytes, &ends)) {
        ssc_count(s, SLUICE_SCTP_CTR_GARBAGE, 1);
        return;
    }
    s->current_peer = d->peer;
    s->current_value = ssc_path_value(s, &d->peer);
    uint8_t ecn = (uint8_t)(d->ecn & 3);
    bool cookie = p[SSC_COMMON_HEADER] == CHUNK_COOKIE_ECHO;
    uint64_t answers = answers_of(s);
    s->moment = p[SSC_COMMON_HEADER] == CHUNK_SHUTDOWN ? SSC_AT_SHUTDOWN : SSC_AT_PACKET;
    if (ssc_path_find(s, s->current_value)) {
        if (ends) ssc_failures_expected(s, s->current_value, p, false);
        s->lib.conninput((void *)(uintptr_t)s->current_value, p, d->bytes, ecn);
        ssc_accept_all(s);
    } else take_stranger(s, p, d->bytes, ecn);
    if (cookie && answers_of(s) == answers) ssc_count(s, SLUICE_SCTP_CTR_BAD_COOKIES, 1);
    s->current_value = 0;
    ssc_pump(s);
    s->moment = SSC_AT_PACKET;
}

/* usrsctp counts them; the counters say how many came since the stack was opened. */
static void count_by_usrsctp(sluice_sctp *s)
{
    uint32_t stat[USR_STAT_WORDS_MAX];
    s->lib.get_stat(stat);
    s->counters[SLUICE_SCTP_CTR_BAD_CHECKSUM] += (uint32_t)(stat[USR_STAT_BADSUM] - s->seen_badsum);
    s->counters[SLUICE_SCTP_CTR_BAD_TAG] += (uint32_t)(stat[USR_STAT_BADVTAG] - s->seen_badvtag);
    s->counters[SLUICE_SCTP_CTR_BAD_STREAM] += (uint32_t)(stat[USR_STAT_BADSID] - s->seen_badsid);
    s->counters[SLUICE_SCTP_CTR_OUT_OF_THE_BLUE] += (uint32_t)(stat[USR_STAT_OUT_OF_BLUE] - s->seen_ootb);
    s->seen_badsum = stat[USR_STAT_BADSUM];
    s->seen_badvtag = stat[USR_STAT_BADVTAG];
    s->seen_badsid = stat[USR_STAT_BADSID];
    s->seen_ootb = stat[USR_STAT_OUT_OF_BLUE];
}

int sluice_sctp_input(sluice_sctp *s, const sluice_sctp_datagram *list, uint32_t count)
{
    if (!s || count > BATCH_MAX || (count && !list)) return -SLUICE_EINVAL;
    int code = ssc_enter(s);
    if (code) return code;
    for (uint32_t i = 0; i < count; i++) take(s, &list[i]);
    if (count) count_by_usrsctp(s);
    ssc_pump(s);
    return ssc_leave(s, (int)(s->ev_tail - s->ev_head));
}
