/* latch.c: see latch.h. */
#include <errno.h>
#include <string.h>

#include "sctp/latch.h"

static bool offer(ssc_latch *l, uint8_t rank, uint16_t kind, uint16_t flags)
{
    if (l->final) return false;
    if (rank <= l->rank) return true;
    l->rank = rank;
    l->kind = kind;
    l->flags = flags;
    l->cause = 0;
    l->os_errno = 0;
    l->reason_bytes = 0;
    return true;
}

static void take_reason(ssc_latch *l, const void *reason, uint32_t bytes)
{
    if (bytes > SLUICE_SCTP_REASON_MAX) {
        bytes = SLUICE_SCTP_REASON_MAX;
        l->flags |= SLUICE_SCTP_CLOSE_REASON_TRUNCATED;
    }
    if (bytes) memcpy(l->reason, reason, bytes);
    l->reason_bytes = (uint16_t)bytes;
}

/* libdatachannel ends in order and then resets what is left: SHUTDOWN and ABORT(12), empty. One end, and an orderly one. */
static bool orderly_abort(const ssc_latch *l, const ssc_note *n)
{
    return l->shutdown_seen && n->has_cause && n->cause == SLUICE_SCTP_CAUSE_USER && n->reason_bytes == 0 &&
        !n->reason_truncated;
}

static bool peer_abort(ssc_latch *l, const ssc_note *n)
{
    uint16_t kind = SLUICE_SCTP_CLOSED_PEER_ABORT;
    if (!l->up) kind = SLUICE_SCTP_CLOSED_REFUSED;
    else if (orderly_abort(l, n)) kind = SLUICE_SCTP_CLOSED_PEER_SHUTDOWN;

    uint8_t before = l->rank;
    if (!offer(l, SSC_RANK_PEER_ABORT, kind, SLUICE_SCTP_CLOSE_BY_PEER)) return false;
    if (before >= SSC_RANK_PEER_ABORT) return true;
    if (n->has_cause) {
        l->flags |= SLUICE_SCTP_CLOSE_HAS_CAUSE;
        l->cause = n->cause;
    }
    take_reason(l, n->reason, n->reason_bytes);
    if (n->reason_truncated) l->flags |= SLUICE_SCTP_CLOSE_REASON_TRUNCATED;
    return true;
}

/*
 * usrsctp aborted because of the packet at hand. Where that is a SHUTDOWN, it acknowledged what was never sent: pion writes a
 * number of the wrong direction there. Its stack is at fault, but its user closed, and that is what this side is told.
 */
static bool violation(ssc_latch *l, ssc_moment moment)
{
    if (moment != SSC_AT_SHUTDOWN || !l->up) return offer(l, SSC_RANK_TIMER, SLUICE_SCTP_CLOSED_PROTOCOL, 0);
    l->shutdown_seen = true;
    return offer(l, SSC_RANK_TIMER, SLUICE_SCTP_CLOSED_PEER_SHUTDOWN, SLUICE_SCTP_CLOSE_BY_PEER);
}

bool ssc_latch_note(ssc_latch *l, const ssc_note *n, ssc_moment moment)
{
    switch (n->type) {
    case SSC_NOTE_SHUTDOWN_COMPLETE:
        if (l->closing) return offer(l, SSC_RANK_SHUTDOWN, SLUICE_SCTP_CLOSED_LOCAL, 0);
        return offer(l, SSC_RANK_SHUTDOWN, SLUICE_SCTP_CLOSED_PEER_SHUTDOWN, SLUICE_SCTP_CLOSE_BY_PEER);
    case SSC_NOTE_RESTART:
        return offer(l, SSC_RANK_PEER_ABORT, SLUICE_SCTP_CLOSED_RESTARTED, SLUICE_SCTP_CLOSE_BY_PEER);
    case SSC_NOTE_LOST: case SSC_NOTE_CANT_START:
        if (n->has_abort) return peer_abort(l, n);
        /* usrsctp says the same for timers and for its own ABORT after a violation: only the moment tells them apart. */
        if (moment != SSC_AT_TICK) return violation(l, moment);
        return offer(l, SSC_RANK_TIMER, l->up ? SLUICE_SCTP_CLOSED_PATH_LOST : SLUICE_SCTP_CLOSED_CONNECT_TIMEOUT, 0);
    default: return true;
    }
}

bool ssc_latch_peer_shutdown(ssc_latch *l)
{
    l->shutdown_seen = true;
    if (l->shutdown_told || l->rank != SSC_RANK_NONE) return false;
    return l->shutdown_told = true;
}

bool ssc_latch_errno(ssc_latch *l, int32_t os_errno)
{
    uint16_t kind = SLUICE_SCTP_CLOSED_ERROR, flags = 0;
    if (os_errno == 0 && l->shutdown_seen && !l->closing) {
        kind = SLUICE_SCTP_CLOSED_PEER_SHUTDOWN;
        flags = SLUICE_SCTP_CLOSE_BY_PEER;
    } else if (os_errno == 0 && l->closing) kind = SLUICE_SCTP_CLOSED_LOCAL;
    else if (os_errno == ECONNRESET || os_errno == ECONNREFUSED) {
        kind = l->up ? SLUICE_SCTP_CLOSED_PEER_ABORT : SLUICE_SCTP_CLOSED_REFUSED;
        flags = SLUICE_SCTP_CLOSE_BY_PEER;
    } else if (os_errno == ETIMEDOUT) kind = l->up ? SLUICE_SCTP_CLOSED_PATH_LOST : SLUICE_SCTP_CLOSED_CONNECT_TIMEOUT;

    uint8_t before = l->rank;
    if (!offer(l, SSC_RANK_ERRNO, kind, flags)) return false;
    if (before < SSC_RANK_ERRNO) l->os_errno = os_errno;
    return true;
}

bool ssc_latch_local(ssc_latch *l, uint16_t kind, int32_t os_errno, const void *reason, uint32_t bytes)
{
    uint8_t before = l->rank;
    if (!offer(l, SSC_RANK_LOCAL_ABORT, kind, 0)) return false;
    if (before >= SSC_RANK_LOCAL_ABORT) return true;
    l->os_errno = os_errno;
    take_reason(l, reason, bytes);
    return true;
}

void ssc_latch_settle(ssc_latch *l, uint64_t now_ms)
{
    if (l->final) return;
    l->final = true;
    l->at_ms = now_ms;
    if (!l->up) l->flags |= SLUICE_SCTP_CLOSE_BEFORE_UP;
    if (l->shutdown_seen) l->flags |= SLUICE_SCTP_CLOSE_SHUTDOWN_SEEN;
}
