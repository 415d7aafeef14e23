/* assoc.c: associations: their ids, and when each part of one goes. */
#include <stdlib.h>

#include "sctp/stack.h"

#define GENERATION_MAX 0x7fffffffu /* an id is never negative as an int64 */

static uint32_t index_of(uint64_t id) { return (uint32_t)id; }

bool ssc_bit(const uint8_t *bits, uint32_t i) { return bits[i / 8] >> (i % 8) & 1; }

void ssc_bit_set(uint8_t *bits, uint32_t i, bool on)
{
    uint8_t mask = (uint8_t)(1u << (i % 8));
    bits[i / 8] = (uint8_t)(on ? bits[i / 8] | mask : bits[i / 8] & ~mask);
}

ssc_assoc *ssc_assoc_new(sluice_sctp *s, ssc_path *path, struct socket *so)
{
    if (s->free_first == UINT32_MAX) return NULL;
    ssc_assoc *a = calloc(1, sizeof *a);
    if (!a) return NULL;
    uint32_t index = s->free_first;
    s->free_first = s->free_next[index];
    if (s->free_first == UINT32_MAX) s->free_last = UINT32_MAX;
    s->assocs[index] = a;
    s->assoc_count++;
    s->live_sockets++;
    a->stack = s;
    a->so = so;
    a->id = (uint64_t)s->generations[index] << 32 | index;
    a->path = path;
    a->path_next = path->assocs;
    path->assocs = a;
    path->count++;
    ssc_count(s, SLUICE_SCTP_CTR_OPENED, 1);
    return a;
}

ssc_assoc *ssc_assoc_find(sluice_sctp *s, uint64_t id, int *code)
{
    uint32_t index = index_of(id);
    ssc_assoc *a = index < s->max_assocs ? s->assocs[index] : NULL;
    if (a && a->id == id) return a;
    *code = -SLUICE_ESTALE;
    return NULL;
}

void ssc_assoc_dirty(ssc_assoc *a)
{
    sluice_sctp *s = a->stack;
    if (a->dirty) return;
    a->dirty = true;
    a->dirty_next = NULL;
    if (s->dirty_last) s->dirty_last->dirty_next = a;
    else s->dirty_first = a;
    s->dirty_last = a;
}

void ssc_assoc_clean(ssc_assoc *a)
{
    sluice_sctp *s = a->stack;
    ssc_assoc *before = NULL;
    if (!a->dirty) return;
    for (ssc_assoc *i = s->dirty_first; i != a; i = i->dirty_next) before = i;
    if (before) before->dirty_next = a->dirty_next;
    else s->dirty_first = a->dirty_next;
    if (s->dirty_last == a) s->dirty_last = before;
    a->dirty = false;
}

/* Called by usrsctp with its locks held. */
void ssc_upcall(struct socket *so, void *arg, int flags)
{
    (void)so, (void)flags;
    ssc_assoc *a = arg;
    if (ssc_current() != a->stack) return;
    a->moment = a->stack->moment;
    ssc_assoc_dirty(a);
}

static void unlink_path(ssc_assoc *a)
{
    ssc_path *p = a->path;
    ssc_assoc **at = &p->assocs;
    while (*at != a) at = &(*at)->path_next;
    *at = a->path_next;
    p->count--;
    a->path = NULL;
    ssc_path_drop_unused(a->stack, p);
}

void ssc_assoc_detach(ssc_assoc *a, bool close_socket)
{
    sluice_sctp *s = a->stack;
    struct socket *so = a->so;
    if (!so) return;
    a->so = NULL; /* nothing reaches for it while it is being closed */
    if (close_socket) s->lib.close(so);
    s->live_sockets--;
    if (a->deadline_set) s->deadlines--;
    a->deadline_set = false;
    s->quiet_until_ms = s->now_ms + SSC_QUIET_MS;
    unlink_path(a);
    free(a->part);
    free(a->resets_wanted);
    free(a->resets_done);
    free(a->resets_seen);
    free(a->reason);
    a->part = a->resets_wanted = a->resets_done = a->resets_seen = a->reason = NULL;
}

void ssc_assoc_ended(ssc_assoc *a)
{
    sluice_sctp *s = a->stack;
    a->closed_at = s->ev_tail - 1;
    a->ended_next = NULL;
    if (s->ended_last) s->ended_last->ended_next = a;
    else s->ended_first = a;
    s->ended_last = a;
}

void ssc_assoc_free(ssc_assoc *a)
{
    sluice_sctp *s = a->stack;
    uint32_t index = index_of(a->id);
    s->assocs[index] = NULL;
    s->generations[index] = s->generations[index] == GENERATION_MAX ? 1 : s->generations[index] + 1;
    /* Used again as late as possible: the longest-free slot is taken first. */
    s->free_next[index] = UINT32_MAX;
    if (s->free_last == UINT32_MAX) s->free_first = index;
    else s->free_next[s->free_last] = index;
    s->free_last = index;
    s->assoc_count--;
    free(a);
}

void ssc_assoc_free_read(sluice_sctp *s)
{
    while (s->ended_first && (int32_t)(s->ev_head - s->ended_first->closed_at) > 0) {
        ssc_assoc *a = s->ended_first;
        s->ended_first = a->ended_next;
        if (!s->ended_first) s->ended_last = NULL;
        ssc_assoc_free(a);
    }
}

uint32_t ssc_assoc_state(const ssc_assoc *a)
{
    if (a->latch.rank != SSC_RANK_NONE) return SLUICE_SCTP_STATE_LATCHED;
    if (!a->latch.up) return SLUICE_SCTP_STATE_CONNECTING;
    if (a->latch.closing || a->deadline_set) return SLUICE_SCTP_STATE_CLOSING;
    return a->latch.shutdown_seen ? SLUICE_SCTP_STATE_PEER_SHUTDOWN : SLUICE_SCTP_STATE_OPEN;
}
