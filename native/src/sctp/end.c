/* end.c: how associations end: close, abort, deadlines, and the last event. The states are drawn in sluice_sctp.h. */
#include <stdlib.h>
#include <string.h>

#include "sctp/stack.h"

/* --------------------------------------------------------------------------------------------- the last event */

void ssc_end_settle(ssc_assoc *a)
{
    ssc_latch_settle(&a->latch, a->stack->now_ms);
    ssc_assoc_detach(a, true);
}

bool ssc_end_tell(ssc_assoc *a)
{
    sluice_sctp *s = a->stack;
    const ssc_latch *l = &a->latch;
    uint8_t *payload = ssc_room(s, 1) ? ssc_arena_reserve(s, SLUICE_SCTP_REASON_MAX) : NULL;
    if (!payload) return false;
    sluice_sctp_event *e = ssc_event(a, SLUICE_SCTP_EV_CLOSED);
    e->kind = l->kind;
    e->flags = (uint8_t)l->flags;
    e->value = l->cause;
    e->os_errno = l->os_errno;
    e->at_ms = l->at_ms;
    if (l->reason_bytes) {
        memcpy(payload, l->reason, l->reason_bytes);
        ssc_arena_commit(s, e, payload, l->reason_bytes);
    }
    ssc_count(s, SLUICE_SCTP_CTR_CLOSED, 1);
    ssc_count(s, SLUICE_SCTP_CTR_CLOSED_BY_KIND + l->kind, 1);
    a->closed_told = true;
    ssc_assoc_ended(a);
    return true;
}

/* ------------------------------------------------------------------------------------------------------ abort */

/* ABORT with cause 12 and the reason. usrsctp then reports what was not acknowledged, which is read as ever. */
static void send_abort(ssc_assoc *a, const void *reason, uint32_t bytes)
{
    usr_sndinfo info = { .flags = USR_ABORT };
    const char none = 0; /* usrsctp insists on an address */
    a->stack->lib.sendv(a->so, bytes ? reason : &none, bytes, NULL, 0, &info, sizeof info, USR_SENDV_SNDINFO, 0);
}

void ssc_abort_now(ssc_assoc *a, uint16_t kind, int32_t os_errno, const void *reason, uint32_t bytes)
{
    ssc_latch_local(&a->latch, kind, os_errno, reason, bytes);
    /* Before UP there is no peer that knows the association; closing the socket forgets it. */
    if (a->latch.up) send_abort(a, reason, bytes);
    if (a->latch.up) ssc_count(a->stack, SLUICE_SCTP_CTR_ABORTS_SENT, 1);
    ssc_assoc_dirty(a);
}

/* The association, if it can still be ended by this side; otherwise *code tells why not. */
static ssc_assoc *endable(sluice_sctp *s, uint64_t id, const void *reason, uint32_t bytes, int *code)
{
    ssc_assoc *a = ssc_assoc_find(s, id, code);
    if (!a) return NULL;
    if (a->latch.rank != SSC_RANK_NONE) *code = -SLUICE_SCTP_ECLOSED;
    else if (bytes > SLUICE_SCTP_REASON_MAX) *code = -SLUICE_SCTP_ETOOLONG;
    else if (bytes && !reason) *code = -SLUICE_EINVAL;
    else return a;
    return NULL;
}

int sluice_sctp_abort(sluice_sctp *s, uint64_t id, uint32_t cause, const void *reason, uint32_t bytes)
{
    if (!s || (cause != SLUICE_SCTP_CAUSE_USER && (cause != 0 || bytes != 0))) return -SLUICE_EINVAL;
    int code = ssc_enter(s);
    if (code) return code;
    ssc_assoc *a = endable(s, id, reason, bytes, &code);
    if (!a) return ssc_leave(s, code);
    ssc_abort_now(a, SLUICE_SCTP_CLOSED_LOCAL_ABORT, 0, reason, bytes);
    ssc_pump(s);
    return ssc_leave(s, 0);
}

/* ------------------------------------------------------------------------------------------------------ close */

static bool keep_reason(ssc_assoc *a, const void *reason, uint32_t bytes)
{
    uint8_t *copy = bytes ? malloc(bytes) : NULL;
    if (bytes && !copy) return false;
    if (bytes) memcpy(copy, reason, bytes);
    free(a->reason);
    a->reason = copy;
    a->reason_bytes = bytes;
    return true;
}

static void begin_shutdown(ssc_assoc *a)
{
    usr_sndinfo info = { .flags = USR_EOF };
    const char none = 0;
    /* Where the peer's SHUTDOWN came first, usrsctp is ending already, and only the deadline is added. */
    if (a->latch.shutdown_seen || a->latch.closing) return;
    a->latch.closing = true;
    a->stack->lib.sendv(a->so, &none, 0, NULL, 0, &info, sizeof info, USR_SENDV_SNDINFO, 0);
}

static int close_in_order(ssc_assoc *a, uint32_t deadline_ms, const void *reason, uint32_t bytes)
{
    sluice_sctp *s = a->stack;
    uint64_t at = s->now_ms + deadline_ms;
    bool sooner = !a->deadline_set || at < a->deadline_ms;
    if (sooner && !keep_reason(a, reason, bytes)) return -SLUICE_ENOMEM;
    if (sooner) a->deadline_ms = at;
    if (!a->deadline_set) s->deadlines++;
    a->deadline_set = true;
    begin_shutdown(a);
    ssc_assoc_dirty(a);
    return 0;
}

int sluice_sctp_close(sluice_sctp *s, uint64_t id, uint32_t deadline_ms, const void *reason, uint32_t bytes)
{
    if (!s || deadline_ms > SLUICE_SCTP_DEADLINE_MAX_MS) return -SLUICE_EINVAL;
    int code = ssc_enter(s);
    if (code) return code;
    ssc_assoc *a = endable(s, id, reason, bytes, &code);
    if (!a) return ssc_leave(s, code);
    if (!a->latch.up) ssc_abort_now(a, SLUICE_SCTP_CLOSED_LOCAL_ABORT, 0, reason, bytes);
    else if (deadline_ms == 0) ssc_abort_now(a, SLUICE_SCTP_CLOSED_LOCAL_DEADLINE, 0, reason, bytes);
    else code = close_in_order(a, deadline_ms, reason, bytes);
    ssc_pump(s);
    return ssc_leave(s, code);
}

void ssc_deadlines(sluice_sctp *s)
{
    for (uint32_t i = 0; i < s->max_assocs && s->deadlines; i++) {
        ssc_assoc *a = s->assocs[i];
        if (!a || !a->deadline_set || a->deadline_ms > s->now_ms || a->latch.rank != SSC_RANK_NONE) continue;
        ssc_abort_now(a, SLUICE_SCTP_CLOSED_LOCAL_DEADLINE, 0, a->reason, a->reason_bytes);
    }
}

/* --------------------------------------------------------------------------------------------------- shutdown */

int sluice_sctp_shutdown(sluice_sctp *s, const void *reason, uint32_t bytes)
{
    if (!s || (bytes && !reason)) return -SLUICE_EINVAL;
    if (bytes > SLUICE_SCTP_REASON_MAX) return -SLUICE_SCTP_ETOOLONG;
    int code = ssc_enter(s);
    if (code) return code;
    s->shutting_down = true;
    ssc_unlisten_all(s);
    for (uint32_t i = 0; i < s->max_assocs && s->free_slots > 0; i++) {
        ssc_assoc *a = s->assocs[i];
        if (!a || !a->so || a->latch.rank != SSC_RANK_NONE) continue;
        ssc_abort_now(a, SLUICE_SCTP_CLOSED_STACK_SHUTDOWN, 0, reason, bytes);
    }
    ssc_pump(s);
    return ssc_leave(s, (int)s->live_sockets);
}
