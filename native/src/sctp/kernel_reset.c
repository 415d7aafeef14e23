/*
 * kernel_reset.c: stream resets (RFC 6525). The kernel takes one request at a time and none while the stream has unsent data, so what
 * is wanted is kept in a bit set and tried again: when a reset was answered, and by the tick.
 */
#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "sctp/kernel_stack.h"

#define TRY_MAX SLUICE_SCTP_STREAMS_MAX

static bool bit(const uint64_t *bits, uint32_t i) { return bits[i / 64] >> i % 64 & 1; }

void ssk_resets_try(ssk_end *e)
{
    struct { int32_t assoc; uint16_t flags, count, streams[TRY_MAX]; } r = { .assoc = e->kernel_id, .flags = KSCTP_RESET_OUTGOING };
    for (uint32_t i = 0; i < e->streams_out && i < TRY_MAX; i++)
        if (bit(e->resets_wanted, i)) r.streams[r.count++] = (uint16_t)i;
    e->resets_waiting = false;
    if (!r.count || e->fd < 0) return;
    int rc = setsockopt(e->fd, KSCTP_PROTOCOL, KSCTP_RESET_STREAMS, &r, (socklen_t)(offsetof(ksctp_reset_streams, streams) + r.count * 2u));
    if (rc && (errno == EAGAIN || errno == EINPROGRESS || errno == EBUSY)) {
        e->resets_waiting = true;
        return;
    }
    memset(e->resets_wanted, 0, sizeof e->resets_wanted);
}

static void want(ssk_end *e, uint32_t stream)
{
    if (stream >= e->streams_out || stream >= TRY_MAX) return;
    e->resets_wanted[stream / 64] |= 1ull << stream % 64;
    e->resets_done[stream / 64] |= 1ull << stream % 64;
}

/* Ours, once: a peer that answers every reset with one of its own would be answered for ever. */
void ssk_reset_answer(ssk_end *e, const ssc_note *n)
{
    if (!(n->flags & SLUICE_SCTP_RESET_IN) || (e->options & SLUICE_SCTP_NO_RESET_ANSWER)) {
        if (e->resets_waiting) ssk_resets_try(e);
        return;
    }
    for (uint32_t i = 0; i < n->id_count; i++) {
        uint16_t stream;
        memcpy(&stream, n->ids + (size_t)i * 2, sizeof stream);
        if (stream < TRY_MAX && !bit(e->resets_done, stream)) want(e, stream);
    }
    for (uint32_t i = 0; !n->id_count && i < e->streams_out; i++)
        if (!bit(e->resets_done, i)) want(e, i);
    ssk_resets_try(e);
}

int sluice_ksctp_reset_streams(sluice_ksctp *s, uint64_t assoc, const uint16_t *streams, uint32_t count)
{
    int code = s && (streams || !count) && count <= TRY_MAX ? ssk_enter(s) : -SLUICE_EINVAL;
    if (code) return code;
    ssk_end *e = ssk_find(s, assoc, &code);
    if (!e || e->kind != SSK_ASSOC) return ssk_leave(s, -SLUICE_ESTALE);
    if (e->latch.rank != SSC_RANK_NONE) return ssk_leave(s, -SLUICE_SCTP_ECLOSED);
    if (!e->latch.up) return ssk_leave(s, -SLUICE_SCTP_ENOTUP);
    for (uint32_t i = 0; i < count; i++)
        if (streams[i] >= e->streams_out) return ssk_leave(s, -SLUICE_SCTP_ESTREAM);
    for (uint32_t i = 0; i < count; i++) want(e, streams[i]);
    for (uint32_t i = 0; !count && i < e->streams_out; i++) want(e, i);
    ssk_resets_try(e);
    return ssk_leave(s, 0);
}
