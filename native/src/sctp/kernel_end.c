/* kernel_end.c: ids, the event ring, and how an association ends. Which cause wins is decided by latch.c, as for SCTP over UDP. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sctp/kernel_stack.h"

uint64_t ssk_now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000u + (uint64_t)t.tv_nsec / 1000000u;
}

/* ---------------------------------------------------------------------------------------------------- ids */

uint64_t ssk_id(const sluice_ksctp *s, const ssk_end *e)
{
    (void)s;
    return (uint64_t)e->generation << 32 | e->index;
}

static ssk_end *take_free(sluice_ksctp *s)
{
    if (s->free_first != SSK_NONE) {
        ssk_end *e = s->ends[s->free_first];
        s->free_first = e->next;
        return e;
    }
    ssk_end *e = calloc(1, sizeof *e);
    if (!e) return NULL;
    e->index = s->end_count;
    s->ends[s->end_count++] = e;
    return e;
}

ssk_end *ssk_new(sluice_ksctp *s, ssk_kind kind, int *code)
{
    bool listener = kind == SSK_LISTENER;
    *code = -SLUICE_SCTP_ELIMIT;
    if (listener ? s->live_listeners >= s->cfg.max_listeners : s->live_assocs >= s->cfg.max_associations) return NULL;
    *code = -SLUICE_ENOMEM;
    ssk_end *e = take_free(s);
    if (!e) return NULL;
    uint32_t index = e->index, generation = (e->generation + 1) & INT32_MAX; /* an id is positive as int64, too */
    *e = (ssk_end){ .kind = kind, .index = index, .generation = generation ? generation : 1, .next = SSK_NONE,
                    .next_ended = SSK_NONE, .fd = -1 };
    if (listener) s->live_listeners++;
    else s->live_assocs++;
    *code = 0;
    return e;
}

void ssk_free(sluice_ksctp *s, ssk_end *e)
{
    ssk_unmap(s, e);
    if (e->kind == SSK_LISTENER) s->live_listeners--;
    else s->live_assocs--;
    free(e->reason);
    e->reason = NULL;
    e->kind = SSK_FREE;
    e->next = s->free_first;
    s->free_first = e->index;
}

ssk_end *ssk_find(sluice_ksctp *s, uint64_t id, int *code)
{
    uint32_t index = (uint32_t)id;
    *code = -SLUICE_ESTALE;
    if (index >= s->end_count) return NULL;
    ssk_end *e = s->ends[index];
    if (e->kind == SSK_FREE || e->generation != id >> 32) return NULL;
    *code = 0;
    return e;
}

void ssk_map(sluice_ksctp *s, ssk_end *e, int32_t kernel_id)
{
    uint32_t *bucket = &s->buckets[(uint32_t)kernel_id & s->bucket_mask];
    e->kernel_id = kernel_id;
    e->next = *bucket;
    *bucket = e->index;
}

void ssk_unmap(sluice_ksctp *s, ssk_end *e)
{
    if (!e->kernel_id) return;
    uint32_t *at = &s->buckets[(uint32_t)e->kernel_id & s->bucket_mask];
    while (*at != SSK_NONE && *at != e->index) at = &s->ends[*at]->next;
    if (*at == e->index) *at = e->next;
    e->next = SSK_NONE;
    e->kernel_id = 0;
}

ssk_end *ssk_by_kernel_id(sluice_ksctp *s, int32_t kernel_id)
{
    uint32_t i = s->buckets[(uint32_t)kernel_id & s->bucket_mask];
    while (i != SSK_NONE && s->ends[i]->kernel_id != kernel_id) i = s->ends[i]->next;
    return i == SSK_NONE || kernel_id == 0 ? NULL : s->ends[i];
}

/* -------------------------------------------------------------------------------------------------- events */

bool ssk_room(const sluice_ksctp *s, uint32_t events) { return s->cfg.event_entries - (s->ev_tail - s->ev_head) >= events; }

sluice_sctp_event *ssk_event(sluice_ksctp *s, const ssk_end *e, uint8_t type)
{
    sluice_sctp_event *ev = &s->events[s->ev_tail++ & (s->cfg.event_entries - 1)];
    *ev = (sluice_sctp_event){ .type = type, .assoc = ssk_id(s, e), .tag = e->tag, .listener = e->listener, .at_ms = ssk_now_ms() };
    return ev;
}

/* Each entry of the ring has its own piece of the arena, so room for the one is room for the other. */
void ssk_payload(sluice_ksctp *s, sluice_sctp_event *ev, const void *bytes, uint32_t n)
{
    uint8_t *at = s->payloads + (size_t)(ev - s->events) * SLUICE_KSCTP_PAYLOAD;
    if (n > SLUICE_KSCTP_PAYLOAD) n = SLUICE_KSCTP_PAYLOAD;
    if (n) memcpy(at, bytes, n);
    ev->payload_offset = n ? (uint32_t)(at - s->base) : 0;
    ev->payload_bytes = n;
}

/* ------------------------------------------------------------------------------------------------- the end */

static bool tell_closed(sluice_ksctp *s, ssk_end *e)
{
    const ssc_latch *l = &e->latch;
    if (!ssk_room(s, 1)) return false;
    e->closed_at = s->ev_tail;
    sluice_sctp_event *ev = ssk_event(s, e, SLUICE_SCTP_EV_CLOSED);
    ev->kind = l->kind;
    ev->flags = (uint8_t)l->flags;
    ev->value = l->cause;
    ev->os_errno = l->os_errno;
    ev->at_ms = l->at_ms;
    ssk_payload(s, ev, l->reason, l->reason_bytes);
    ssk_count(s, SLUICE_SCTP_CTR_CLOSED);
    ssk_count(s, SLUICE_SCTP_CTR_CLOSED_BY_KIND + l->kind);
    e->closed_told = true;
    e->next_ended = s->ended_first;
    s->ended_first = e->index;
    return true;
}

void ssk_settle(sluice_ksctp *s, ssk_end *e)
{
    if (e->settled) return;
    ssc_latch_settle(&e->latch, ssk_now_ms());
    e->settled = true;
    e->fd = -1;
    ssk_unmap(s, e);
    if (!tell_closed(s, e)) s->untold++;
}

static void tell_what_waited(sluice_ksctp *s)
{
    for (uint32_t i = 0; i < s->end_count && s->untold; i++) {
        ssk_end *e = s->ends[i];
        if (e->kind != SSK_ASSOC || !e->settled || e->closed_told) continue;
        if (!tell_closed(s, e)) return;
        s->untold--;
    }
}

/* ------------------------------------------------------------------------------------------ entering, leaving */

/* Ids whose CLOSED was read are stale from now on (S3). */
static void free_read(sluice_ksctp *s)
{
    uint32_t *at = &s->ended_first;
    while (*at != SSK_NONE) {
        ssk_end *e = s->ends[*at];
        if ((int32_t)(s->ev_head - e->closed_at) > 0) {
            *at = e->next_ended;
            ssk_free(s, e);
        } else at = &e->next_ended;
    }
}

int ssk_enter(sluice_ksctp *s)
{
    uint32_t head = s->header->ev_head;
    if (head - s->ev_head > s->ev_tail - s->ev_head) return -SLUICE_EINVAL;
    if (head != s->ev_head) {
        s->ev_head = head;
        free_read(s);
    }
    if (s->untold) tell_what_waited(s);
    return 0;
}

int ssk_leave(sluice_ksctp *s, int result)
{
    s->header->ev_tail = s->ev_tail;
    s->header->waiting = s->untold != 0;
    return result;
}
