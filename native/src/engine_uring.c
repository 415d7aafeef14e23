/* engine_uring.c: the io_uring engine's ops table, open, close and turn. The map of its files is in uring_engine.h. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "uring_engine.h"
#include "uring_probe.h"

#define NANOS 1000000000ll
/* A forced close waits this long for the kernel to let go of pools and payload. */
#define CLOSE_TIMEOUT_NS (2 * NANOS)

static int probe(sluice_probe_info *out) {
    uring_probe(out);
    return 0;
}

static uint32_t usable_features(uint32_t probed, uint32_t off) {
    uint32_t f = probed & ~off;
    if (!(f & SLUICE_FEAT_SINGLE_ISSUER)) {
        f &= ~SLUICE_FEAT_DEFER_TASKRUN;
    }
    /* Probed, not used: the reasons are in engine_uring_pool.c. */
    return f & ~(SLUICE_FEAT_RECV_BUNDLE | SLUICE_FEAT_BUFFER_INC | SLUICE_FEAT_MIN_WAIT);
}

static void state_free(ue_state *st) {
    free(st->inlines);
    free(st->arena);
    free(st->spill);
    free(st);
}

static int uring_engine_open(sl_loop *l) {
    uint32_t probed;
    int rc = uring_features(&probed);
    if (rc < 0) {
        return -sl_err(-rc);
    }
    ue_state *st = calloc(1, sizeof *st);
    if (!st) {
        return -SLUICE_ENOMEM;
    }
    st->features = usable_features(probed, l->cfg.features_off);
    rc = uring_open(&st->ring, l->cfg.uring_entries, uring_setup_flags(st->features) | UR_SETUP_R_DISABLED);
    if (rc < 0) {
        free(st);
        return -sl_err(-rc);
    }
    /* Twice the ring: records of one batch may wait for room in the completion ring while the next is prepared. */
    uint32_t records = st->ring.sq_entries * 2;
    st->inline_mask = records - 1;
    st->inlines = calloc(records, sizeof *st->inlines);
    st->arena = aligned_alloc(64, UE_ARENA_BYTES);
    if (!st->inlines || !st->arena) {
        uring_close(&st->ring);
        state_free(st);
        return -SLUICE_ENOMEM;
    }
    l->engine_state = st;
    l->hdr->features = st->features;
    return 0;
}

/* ---- the bell ---- */

/* Each write to the eventfd gives a completion; nobody ever reads it, so a wake costs no system call on this side. */
static void arm_bell(sl_loop *l, ue_state *st) {
    if (st->bell_armed) {
        return;
    }
    struct ur_sqe *e = ue_sqe(l);
    e->opcode = UR_OP_POLL_ADD;
    e->fd = l->bell;
    e->op_flags = POLLIN;
    e->len = UR_POLL_ADD_MULTI;
    e->user_data = (uint64_t)UE_BELL << 24;
    st->bell_armed = true;
    st->in_flight++;
}

/* ---- turn ---- */

/* Would an enter do anything: submit, run task work, flush completions? */
static bool enter_useful(ue_state *st) {
    return ue_pending(st) || (uring_sq_flags(&st->ring) & (UR_SQ_TASKRUN | UR_SQ_CQ_OVERFLOW));
}

/*
 * May this round block? A failed answer also when a wake came first; it is in l->woken then. Silent LAZY sends are not
 * slept upon while a RECV is parked: its buffer may hang on them (see sl_must_return).
 */
static bool may_wait(sl_loop *l, ue_state *st, int64_t timeout_ns, bool again) {
    bool inlines = st->inline_head != st->inline_tail;
    return timeout_ns != 0 && !again && !st->inline_urgent && !(inlines && l->starved) && !sl_must_return(l) && !l->woken && sl_cq_room(l)
           && st->ring.cq_head == uring_cq_tail(&st->ring);
}

static bool round_trip(sl_loop *l, ue_state *st, bool wait, int64_t left_ns, int *rc) {
    *rc = 0;
    if (!wait) {
        return enter_useful(st) ? ue_submit(l, false, NULL, rc) : true;
    }
    if (!sl_wake_sleep(l)) { /* a wake came first and was consumed */
        return enter_useful(st) ? ue_submit(l, false, NULL, rc) : true;
    }
    struct ur_timespec ts = {.sec = left_ns / NANOS, .nsec = left_ns % NANOS};
    bool ok = ue_submit(l, true, left_ns < 0 ? NULL : &ts, rc);
    sl_wake_awake(l);
    l->ctr[SLUICE_CTR_WAITS]++;
    return ok;
}

static int turns(sl_loop *l, ue_state *st, int64_t timeout_ns) {
    int64_t deadline = timeout_ns > 0 ? sl_now_ns() : 0;
    int64_t left = timeout_ns;
    if (timeout_ns > 0) {
        deadline = timeout_ns > INT64_MAX - deadline ? INT64_MAX : deadline + timeout_ns;
    }
    for (;;) {
        arm_bell(l, st);
        ue_pools_fill(l);
        bool again = l->starved && ue_starved_retry(l);
        bool wait = may_wait(l, st, timeout_ns, again);
        int rc;
        if (!round_trip(l, st, wait, left, &rc)) {
            return l->broken;
        }
        if (ue_collect(l)) {
            ue_inline_settle(l);
        }
        if (l->broken) {
            return l->broken;
        }
        if (timeout_ns == 0 || sl_must_return(l) || l->woken || sl_cq_room(l) == 0) {
            return 0;
        }
        if (timeout_ns > 0) {
            left = deadline - sl_now_ns();
            if (left <= 0) {
                return 0;
            }
        }
    }
}

static int turn(sl_loop *l, int64_t timeout_ns) {
    ue_state *st = ue_of(l);
    int rc = turns(l, st, timeout_ns);
    /* More may be queued behind an unsettled send, or its handle closed, before the next turn: do not wait upon it. */
    st->inline_urgent |= st->inline_head != st->inline_tail;
    return rc;
}

/* ---- close ---- */

/* Everything is asked to end; true when the kernel answered for all of it in time. */
static bool quiesce(sl_loop *l, ue_state *st) {
    int64_t deadline = sl_now_ns() + CLOSE_TIMEOUT_NS;
    st->closing = true;
    while (st->in_flight) {
        struct ur_sqe *e = ue_sqe(l);
        e->opcode = UR_OP_ASYNC_CANCEL;
        e->op_flags = UR_ASYNC_CANCEL_ANY | UR_ASYNC_CANCEL_ALL;
        e->flags = UR_SQE_CQE_SKIP_SUCCESS;
        e->user_data = (uint64_t)UE_CANCEL << 24;
        struct ur_timespec step = {.nsec = NANOS / 100};
        int rc;
        bool ok = ue_submit(l, true, &step, &rc);
        ue_collect(l);
        uint32_t consumed = uring_sq_consumed(&st->ring);
        for (; st->inline_head != st->inline_tail; st->inline_head++) {
            ue_inline *i = &st->inlines[st->inline_head & st->inline_mask];
            if ((int32_t)(i->place - consumed) >= 0) {
                break;
            }
            sl_slot *s = sl_slot_at(l, i->slot);
            if ((s->ready & UE_OUT_INLINE) && s->ready_next == i->place && s->in_flight) {
                s->ready &= ~UE_OUT_INLINE;
                s->in_flight--;
                st->in_flight--;
            }
        }
        if (!ok || (st->in_flight && sl_now_ns() > deadline)) {
            return false;
        }
    }
    return true;
}

static bool uring_engine_close(sl_loop *l, bool force) {
    ue_state *st = ue_of(l);
    if (!st) {
        return true;
    }
    /* Without slots only the bell is in flight, and that touches no memory of ours. */
    bool quiet = !force || !st->enabled || quiesce(l, st);
    uring_unregister_fd(&st->ring);
    if (quiet) {
        ue_pools_close(st);
        ue_messages_close(l, st);
    } /* else: the kernel may still take buffers from the rings; they are left to it */
    uring_close(&st->ring);
    state_free(st);
    l->engine_state = NULL;
    return quiet;
}

static int attach(sl_loop *l, sl_slot *s) {
    (void)l;
    s->ready = 0;
    s->engine_aux = UE_NONE;
    return 0;
}

static void detach(sl_loop *l, sl_slot *s) {
    (void)l;
    (void)s; /* nothing is registered per descriptor */
}

const sl_engine sl_engine_uring = {
    .id = SLUICE_ENGINE_IO_URING,
    .name = "io_uring",
    .nonblocking_sockets = false,
    .probe = probe,
    .bell_open = sl_bell_eventfd_open,
    .bell_ring = sl_bell_eventfd_ring,
    .open = uring_engine_open,
    .close = uring_engine_close,
    .pool_added = ue_pool_added,
    .buffer_back = ue_buffer_back,
    .buffers_flush = ue_buffers_flush,
    .attach = attach,
    .detach = detach,
    .in_start = ue_in_start,
    .in_cancel = ue_in_cancel,
    .connect_start = ue_connect_start,
    .connect_cancel = ue_connect_cancel,
    .send_start = ue_send_start,
    .send_cancel = ue_send_cancel,
    .turn = turn,
};
