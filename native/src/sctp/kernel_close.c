/* kernel_close.c: how this side ends associations: close, abort, deadlines, shutdown of the stack. */
#include <stdlib.h>
#include <string.h>

#include "sctp/kernel_stack.h"

void ssk_abort_now(sluice_ksctp *s, ssk_end *e, uint16_t kind, const void *reason, uint32_t bytes)
{
    ssc_latch_local(&e->latch, kind, 0, reason, bytes);
    ssk_signal(e->fd, e->kernel_id, KSCTP_ABORT, reason, bytes);
    ssk_count(s, SLUICE_SCTP_CTR_ABORTS_SENT);
    e->since_ms = ssk_now_ms();
    /* Before UP nothing was sent that could fail. After it, the errno says when all that failed has been told. */
    if (!e->latch.up) ssk_settle(s, e);
}

/* The association, if this side can still end it; else *code tells why not. */
static ssk_end *endable(sluice_ksctp *s, uint64_t id, const void *reason, uint32_t bytes, int *code)
{
    ssk_end *e = ssk_find(s, id, code);
    if (!e) return NULL;
    if (e->kind != SSK_ASSOC) *code = -SLUICE_ESTALE;
    else if (e->latch.rank != SSC_RANK_NONE) *code = -SLUICE_SCTP_ECLOSED;
    else if (bytes > SLUICE_SCTP_REASON_MAX) *code = -SLUICE_SCTP_ETOOLONG;
    else if (bytes && !reason) *code = -SLUICE_EINVAL;
    else return e;
    return NULL;
}

int sluice_ksctp_abort(sluice_ksctp *s, uint64_t id, uint32_t cause, const void *reason, uint32_t bytes)
{
    int code = s && (cause == SLUICE_SCTP_CAUSE_USER || (!cause && !bytes)) ? ssk_enter(s) : -SLUICE_EINVAL;
    if (code) return code;
    ssk_end *e = endable(s, id, reason, bytes, &code);
    if (!e) return ssk_leave(s, code);
    ssk_abort_now(s, e, SLUICE_SCTP_CLOSED_LOCAL_ABORT, reason, bytes);
    return ssk_leave(s, 0);
}

static int close_in_order(ssk_end *e, uint32_t deadline_ms, const void *reason, uint32_t bytes)
{
    uint64_t at = ssk_now_ms() + deadline_ms;
    if (!e->deadline_set || at < e->deadline_ms) {
        uint8_t *copy = malloc(bytes ? bytes : 1);
        if (!copy) return -SLUICE_ENOMEM;
        if (bytes) memcpy(copy, reason, bytes);
        free(e->reason);
        e->reason = copy;
        e->reason_bytes = bytes;
        e->deadline_ms = at;
        e->deadline_set = true;
    }
    /* Where the peer's SHUTDOWN came first the kernel is ending already, and only the deadline is added. */
    if (e->latch.shutdown_seen || e->latch.closing) return 0;
    e->latch.closing = true;
    ssk_signal(e->fd, e->kernel_id, KSCTP_EOF, NULL, 0);
    return 0;
}

int sluice_ksctp_close(sluice_ksctp *s, uint64_t id, uint32_t deadline_ms, const void *reason, uint32_t bytes)
{
    int code = s && deadline_ms <= SLUICE_SCTP_DEADLINE_MAX_MS ? ssk_enter(s) : -SLUICE_EINVAL;
    if (code) return code;
    ssk_end *e = endable(s, id, reason, bytes, &code);
    if (!e) return ssk_leave(s, code);
    if (!e->latch.up) ssk_abort_now(s, e, SLUICE_SCTP_CLOSED_LOCAL_ABORT, reason, bytes);
    else if (deadline_ms == 0) ssk_abort_now(s, e, SLUICE_SCTP_CLOSED_LOCAL_DEADLINE, reason, bytes);
    else code = close_in_order(e, deadline_ms, reason, bytes);
    return ssk_leave(s, code);
}

/* ---------------------------------------------------------------------------------------------------- time */

static void sooner(int *wait, uint64_t at, uint64_t now)
{
    int ms = at > now ? (int)(at - now) : 0;
    if (*wait < 0 || ms < *wait) *wait = ms;
}

static void tick_one(sluice_ksctp *s, ssk_end *e, uint64_t now, int *wait)
{
    bool latched = e->latch.rank != SSC_RANK_NONE;
    if (latched && now >= e->since_ms + SSK_SETTLE_MS) {
        ssk_settle(s, e);
        return;
    }
    if (latched) sooner(wait, e->since_ms + SSK_SETTLE_MS, now);
    else if (e->deadline_set && now >= e->deadline_ms) {
        ssk_abort_now(s, e, SLUICE_SCTP_CLOSED_LOCAL_DEADLINE, e->reason, e->reason_bytes);
        sooner(wait, now + SSK_SETTLE_MS, now);
    } else if (e->deadline_set) sooner(wait, e->deadline_ms, now);
    if (!latched && e->resets_waiting) {
        ssk_resets_try(e);
        if (e->resets_waiting) sooner(wait, now + SSK_RESET_MS, now);
    }
}

int sluice_ksctp_tick(sluice_ksctp *s)
{
    int code = s ? ssk_enter(s) : -SLUICE_EINVAL, wait = -1;
    if (code) return code;
    uint64_t now = ssk_now_ms();
    for (uint32_t i = 0; i < s->end_count; i++) {
        ssk_end *e = s->ends[i];
        if (e->kind == SSK_ASSOC && !e->settled) tick_one(s, e, now, &wait);
    }
    s->header->next_tick_ms = wait;
    if (s->untold) return ssk_leave(s, -SLUICE_SCTP_EAGAIN);
    return ssk_leave(s, wait < 0 ? -SLUICE_SCTP_NO_TICK : wait);
}

/* -------------------------------------------------------------------------------------------- the whole stack */

int sluice_ksctp_shutdown(sluice_ksctp *s, const void *reason, uint32_t bytes)
{
    int code = s && (reason || !bytes) ? ssk_enter(s) : -SLUICE_EINVAL, left = 0;
    if (code) return code;
    if (bytes > SLUICE_SCTP_REASON_MAX) return ssk_leave(s, -SLUICE_SCTP_ETOOLONG);
    s->shutting_down = true;
    for (uint32_t i = 0; i < s->end_count; i++) {
        ssk_end *e = s->ends[i];
        if (e->kind == SSK_LISTENER) ssk_free(s, e);
        if (e->kind != SSK_ASSOC) continue;
        if (e->latch.rank == SSC_RANK_NONE) ssk_abort_now(s, e, SLUICE_SCTP_CLOSED_STACK_SHUTDOWN, reason, bytes);
        left += !e->settled;
    }
    return ssk_leave(s, left);
}
