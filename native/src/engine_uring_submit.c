/* engine_uring_submit.c: entries, the arena for what they point to, submitting. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "uring_engine.h"

#define SPILL_FIRST 64u

bool ue_pending(ue_state *st) { return uring_sq_pending(&st->ring) || st->spill_count; }

/* Moves spilled entries into the ring, oldest first. */
static void unspill(ue_state *st) {
    uint32_t moved = 0;
    struct ur_sqe *e;
    while (moved < st->spill_count && (e = uring_sqe(&st->ring)) != NULL) {
        *e = st->spill[moved++];
    }
    if (moved) {
        st->spill_count -= moved;
        memmove(st->spill, st->spill + moved, st->spill_count * sizeof *st->spill);
    }
}

static void break_loop(sl_loop *l, int code) {
    if (!l->broken) {
        l->broken = code;
    }
}

static bool enable(sl_loop *l, ue_state *st) {
    if (st->enabled) {
        return true;
    }
    sl_syscall(l);
    int rc = uring_enable(&st->ring);
    if (rc < 0) {
        break_loop(l, -sl_err(-rc));
        return false;
    }
    st->enabled = true;
    if (st->features & SLUICE_FEAT_REGISTERED_RING) {
        sl_syscall(l);
        if (uring_register_fd(&st->ring) < 0) { /* 16 per thread: an embedder may have used them up */
            l->hdr->features = st->features &= ~SLUICE_FEAT_REGISTERED_RING;
        }
    }
    return true;
}

bool ue_submit(sl_loop *l, bool wait, const struct ur_timespec *ts, int *rc) {
    ue_state *st = ue_of(l);
    *rc = 0;
    if (!enable(l, st)) {
        return false;
    }
    unspill(st);
    if (st->spill_count) {
        wait = false; /* there is more to submit before anybody sleeps */
    }
    sl_syscall(l);
    *rc = uring_enter(&st->ring, wait, ts);
    if (uring_sq_pending(&st->ring) == 0 && st->spill_count == 0) {
        st->arena_used = 0; /* the kernel copied what the entries pointed to (IORING_FEAT_SUBMIT_STABLE) */
    }
    switch (*rc) {
    case -ETIME:
    case -EINTR:
    case -EAGAIN: /* no memory for a request just now: the entries stay in the ring */
    case -EBUSY:  /* completions overflow: collecting makes room */
        return true;
    default:
        if (*rc < 0) {
            break_loop(l, -sl_err(-*rc));
            return false;
        }
        return true;
    }
}

/* An entry outside of the ring, for when the kernel does not take any just now. */
static struct ur_sqe *spill(sl_loop *l, ue_state *st) {
    if (st->spill_count == st->spill_cap) {
        uint32_t cap = st->spill_cap ? st->spill_cap * 2 : SPILL_FIRST;
        struct ur_sqe *grown = realloc(st->spill, cap * sizeof *grown);
        if (!grown) {
            break_loop(l, -SLUICE_ENOMEM);
            return &st->lost;
        }
        st->spill = grown;
        st->spill_cap = cap;
    }
    struct ur_sqe *e = &st->spill[st->spill_count++];
    memset(e, 0, sizeof *e);
    return e;
}

/*
 * Submitting without waiting nearly always empties a full ring. Where it does not, the entry is spilled: to collect
 * completions here would call back into the common code in the middle of its work.
 */
static struct ur_sqe *take(sl_loop *l, ue_state *st, bool may_submit) {
    if (st->spill_count == 0) {
        struct ur_sqe *e = uring_sqe(&st->ring);
        int rc;
        if (!e && may_submit && ue_submit(l, false, NULL, &rc)) {
            e = uring_sqe(&st->ring);
        }
        if (e) {
            return e;
        }
    }
    return spill(l, st);
}

struct ur_sqe *ue_sqe(sl_loop *l) { return take(l, ue_of(l), true); }

struct ur_sqe *ue_sqe_arena(sl_loop *l, uint32_t bytes, void **memory) {
    ue_state *st = ue_of(l);
    bytes = (bytes + 15u) & ~15u;
    /* Submitting empties the arena, so it must not happen between here and the filling of the entry. */
    bool full = bytes > UE_ARENA_BYTES - st->arena_used || uring_sq_pending(&st->ring) >= st->ring.sq_entries;
    int rc;
    if (full && st->spill_count == 0) {
        (void)ue_submit(l, false, NULL, &rc);
    }
    if (bytes > UE_ARENA_BYTES - st->arena_used) {
        return NULL;
    }
    *memory = st->arena + st->arena_used;
    st->arena_used += bytes;
    return take(l, st, false);
}
