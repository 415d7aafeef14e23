/* engine_uring_cqe.c: taking completions off the kernel's ring. */
#include <unistd.h>

#include "uring_engine.h"

/* A request whose slot was given up, or any request while the loop is being closed: only the books are kept. */
static void forget(ue_state *st, ue_kind kind, const struct ur_cqe *c, sl_slot *s) {
    if (kind == UE_ACCEPT && c->res >= 0) {
        close(c->res); /* C10 */
    }
    if (!(c->flags & UR_CQE_F_MORE) && kind != UE_CANCEL && st->in_flight) {
        st->in_flight--;
        if (s && s->in_flight) {
            s->in_flight--;
        }
        if (s && (kind == UE_INLINE || kind == UE_DATAGRAM)) {
            s->ready &= ~UE_OUT_INLINE; /* or quiesce would take its silence for a second answer */
        }
    }
}

static void dispatch(sl_loop *l, ue_state *st, const struct ur_cqe *c) {
    ue_kind kind = (ue_kind)(c->user_data >> 24 & 0xffu);
    if (kind == UE_BELL) {
        if (!(c->flags & UR_CQE_F_MORE)) {
            st->bell_armed = false;
            st->in_flight--;
        }
        return; /* the wake word says whether there was a wake (sl_wake_awake) */
    }
    uint32_t index = (uint32_t)(c->user_data & 0x3fffffu);
    sl_slot *s = index < l->slots_used ? sl_slot_at(l, index) : NULL;
    if (s && s->generation != (uint32_t)(c->user_data >> 32)) {
        s = NULL;
    }
    if (!s || st->closing) {
        forget(st, kind, c, s);
        return;
    }
    switch (kind) {
    case UE_ACCEPT:
        ue_accept_done(l, s, c->res, c->flags);
        break;
    case UE_RECV:
        ue_recv_done(l, s, c->res, c->flags);
        break;
    case UE_RECVMSG:
        ue_msg_done(l, s, c->res, c->flags);
        break;
    case UE_WATCH:
        ue_watch_done(l, s, c->res, c->flags);
        break;
    case UE_CONNECT:
        ue_connect_done(l, s, c->res);
        break;
    case UE_DATAGRAM:
        ue_datagram_done(s, c->res);
        break;
    case UE_CANCEL:
        ue_cancel_failed(l, s, c->res);
        break;
    default:
        ue_send_done(l, s, kind, c->res, c->flags);
        break;
    }
}

/*
 * The flag says that the kernel holds completions back for want of room. Room was made: an enter flushes them. false:
 * nothing came of it.
 */
static bool flush_overflow(sl_loop *l, ue_state *st) {
    if (!(uring_sq_flags(&st->ring) & UR_SQ_CQ_OVERFLOW)) {
        st->overflowing = false;
        return false;
    }
    if (!st->overflowing) {
        st->overflowing = true;
        l->ctr[SLUICE_CTR_KERNEL_OVERFLOWS]++;
    }
    int rc;
    return ue_submit(l, false, NULL, &rc) && st->ring.cq_head != uring_cq_tail(&st->ring);
}

/*
 * A report may start the next request, and with the submission ring full that submits in the middle of this: what the
 * kernel answered then lies behind the tail that was read before. Empty means empty: ue_inline_settle relies on it.
 */
bool ue_collect(sl_loop *l) {
    ue_state *st = ue_of(l);
    uring *r = &st->ring;
    do {
        uint32_t tail = uring_cq_tail(r);
        while (r->cq_head != tail) {
            if (!st->closing && sl_cq_room(l) == 0) {
                uring_cq_publish(r);
                return false;
            }
            struct ur_cqe c = r->cqes[r->cq_head++ & r->cq_mask];
            dispatch(l, st, &c);
        }
        uring_cq_publish(r);
    } while (flush_overflow(l, st) || r->cq_head != uring_cq_tail(r));
    return true;
}
