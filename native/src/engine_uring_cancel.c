/*
 * engine_uring_cancel.c: asking the kernel to end a request.
 *
 * A cancellation finds requests that wait on their poll, in a worker or on a timer. One that the kernel has taken off its
 * poll to try it again is in none of these places for a moment, and the moment can outlast an io_uring_enter: the enter has
 * its completions and leaves the rest of its task work for the next one, which consumes entries first. The answer is
 * ENOENT then, exactly as for a request that is over, and the request goes back to wait on its poll, uncancelled: a close
 * would hang until the peer moves. So what is still in the kernel when that answer is read is cancelled once more, behind
 * the task work of the enter that submits it. (io_req_task_queue in Linux's io_uring.c; first seen on 6.18.)
 *
 *   ue_cancel -> found: the request ends; no completion of the cancellation
 *             -> ENOENT: the request's own completion was read before, or lies in the ring behind this: nothing, or one more
 *                vain round; it was being tried again: ue_cancel, and it is found, or over
 */
#include <errno.h>

#include "uring_engine.h"

void ue_cancel(sl_loop *l, const sl_slot *s, ue_kind victim) {
    struct ur_sqe *e = ue_sqe(l);
    e->opcode = UR_OP_ASYNC_CANCEL;
    e->addr = ue_data(l, s, victim);
    e->flags = UR_SQE_CQE_SKIP_SUCCESS;
    e->user_data = ue_data(l, s, UE_CANCEL);
}

void ue_cancel_failed(sl_loop *l, sl_slot *s, int32_t res) {
    if (res != -ENOENT) {
        return; /* EALREADY: a worker runs it, and was told to stop */
    }
    if ((s->ready & UE_IN_ARMED) && ue_in_ends(s)) {
        ue_cancel(l, s, ue_in_kind(s));
    }
    /* The notification of a zero-copy send cannot be cancelled: ue_send_cancel did what makes it come. */
    bool notified_only = s->engine_aux == UE_SEND_ZC && s->engine_word[0];
    if ((s->ready & UE_OUT_ARMED) && (s->ready & UE_OUT_CANCEL) && !notified_only) {
        ue_cancel(l, s, (ue_kind)s->engine_aux);
    }
}
