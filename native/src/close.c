/*
 * close.c: how a handle ends (C2, C3). The state machine is drawn at sl_life in loop.h.
 *
 * The descriptor is closed last, when the engine has nothing in flight on it: closing earlier would leave the kernel with
 * a reference that delays the FIN, and would let the next socket get the descriptor while old operations still run.
 */
#include <sys/socket.h>

#include "engine.h"

static void answer(sl_loop *l, const sluice_sqe *e, int32_t result)
{
    sl_complete(l, e->op, e->token, e->handle, result, 0, 0);
}

/* Takes the descriptor away from the engine, then posts the terminal of the CLOSE, then frees the slot. */
static void finish(sl_loop *l, sl_slot *s)
{
    /* Linger 0 makes close(2) send RST and drop unsent data (tcp(7), RFC 9293 3.10.5). No shutdown(2) before it: that would
       send a FIN first. Unix sockets know no reset. */
    if ((s->flags & SL_F_ABORT) && s->kind == SL_KIND_STREAM && !(s->flags & SL_F_UNIX)) {
        struct linger reset = {.l_onoff = 1, .l_linger = 0};
        setsockopt(s->fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
        sl_syscall(l);
    }
    l->engine->detach(l, s);
    sl_socket_close(l, s->fd);
    sl_complete(l, s->close_op, s->other_token, sl_handle(l, s), 0, 0, 0);
    sl_slot_free(l, s);
}

/* Each engine call may end the last operation and so finish the close from within: then the generation has changed. */
static void begin_ending(sl_loop *l, sl_slot *s)
{
    uint32_t generation = s->generation;

    s->life = SL_ENDING;
    if (s->flags & SL_F_SEND_BUSY) l->engine->send_cancel(l, s);
    if (s->generation == generation) sl_in_cancel(l, s);
    if (s->generation == generation) sl_close_advance(l, s);
}

void sl_close_advance(sl_loop *l, sl_slot *s)
{
    if (s->life == SL_LIVE) return;
    if (s->life == SL_DRAINING) {
        if (s->send_head == SL_NONE) begin_ending(l, s);
        return;
    }
    if (s->flags & SL_F_SEND_BUSY) return;
    sl_sendq_drop(l, s, -SLUICE_ECANCELED, 0);
    /* DIRTY: still linked in the dirty list; sl_sends_flush comes back here in the same turn. */
    if (s->in_op || s->in_flight || (s->flags & SL_F_DIRTY)) return;
    finish(l, s);
}

void sl_close_submit(sl_loop *l, sl_slot *s, const sluice_sqe *e)
{
    bool abort = e->flags & SLUICE_SQE_ABORT, drain = e->flags & SLUICE_SQE_DRAIN;

    if (abort && drain) { /* they contradict each other */
        sl_invalid(l, e);
        return;
    }
    if (s->life != SL_LIVE) {
        answer(l, e, -SLUICE_EALREADY); /* before the first CLOSE answers, which the next lines may bring about */
        if (!abort) return;
        s->flags |= SL_F_ABORT;
        if (s->life == SL_DRAINING) begin_ending(l, s);
        /* The engine was asked to end the send before it knew of the abort, which may let it end sooner (zero copy). */
        else if (s->flags & SL_F_SEND_BUSY) l->engine->send_cancel(l, s);
        return;
    }
    s->close_op = SLUICE_OP_CLOSE;
    s->other_token = e->token;
    if (abort) s->flags |= SL_F_ABORT;
    if (drain && s->send_head != SL_NONE) s->life = SL_DRAINING;
    else begin_ending(l, s);
}

void sl_detach_submit(sl_loop *l, sl_slot *s, const sluice_sqe *e)
{
    if (s->in_op || s->in_flight || s->send_head != SL_NONE || (s->flags & SL_F_DIRTY)) {
        answer(l, e, -SLUICE_EBUSY);
        return;
    }
    if (s->flags & SL_F_SEND_ERR) { /* the next owner knew nothing of the gap, and might end it with FIN */
        answer(l, e, -SLUICE_ECANCELED);
        return;
    }
    int fd = s->fd;
    l->engine->detach(l, s);
    answer(l, e, fd);
    sl_slot_free(l, s);
}
