/*
 * engine_uring_pool.c: receive pools.
 *
 * The kernel takes buffers from a provided-buffer ring first in, first out. With all buffers of a pool in the ring every
 * message would land in the memory that was touched longest ago. So most stay in a LIFO here (sl_pool.free_ids), and
 * the ring is filled up to a window that grows when the kernel finds it empty while the reserve is not:
 *
 *      reserve (LIFO) --ue_pools_fill--> kernel ring (level <= window) --receive--> caller --return ring--> reserve
 *
 * Measured (loopback TCP echo, CPU per message, window against whole pool in the ring): 64 connections of 64 bytes, 8 MiB
 * pool: 8.1 against 8.4 us; 16 connections of 16 KiB, 16 MiB pool: 13.5 against 15.0 us.
 *
 * Two features of newer kernels are probed and not used:
 *   Receive bundles (6.10) fill several buffers per completion. What that would save on large messages is had with large
 *   buffers: 16 KiB messages cost 20.3 us with buffers of 2 KiB (eight completions), 13.5 us with 16 KiB (one).
 *   Incremental buffers (6.12) hand one buffer out in parts, but the contract moves ownership of a buffer as a whole (C5),
 *   so each part would need an id of its own.
 * Waiting for more completions (MIN_WAIT, 6.12) trades latency for batches; under load batches come by themselves.
 */
#include "uring_engine.h"

#define WINDOW_FIRST 32u

int ue_pool_added(sl_loop *l, uint16_t group) {
    ue_state *st = ue_of(l);
    sl_pool *p = &l->pools[group];
    ue_pool *up = &st->pools[group];
    sl_syscall(l);
    int rc = uring_bufs_open(&st->ring, &up->bufs, group, p->count, 0);
    if (rc < 0) {
        return -sl_err(-rc);
    }
    up->level = 0;
    up->window = p->count < WINDOW_FIRST ? p->count : WINDOW_FIRST;
    p->engine = up;
    st->pool_mask |= 1u << group;
    return 0;
}

void ue_pools_close(ue_state *st) {
    for (uint32_t g = 0; g < SL_MAX_POOLS; g++) {
        uring_bufs_close(&st->ring, &st->pools[g].bufs);
    }
    st->pool_mask = 0;
}

static void fill(sl_pool *p, ue_pool *up) {
    while (up->level < up->window && p->free_count > up->spare) {
        uint16_t id = p->free_ids[--p->free_count];
        uring_bufs_add(&up->bufs, p->base + (size_t)id * p->buf_bytes, p->buf_bytes, id);
        up->level++;
    }
    uring_bufs_publish(&up->bufs);
}

void ue_pools_fill(sl_loop *l) {
    ue_state *st = ue_of(l);
    for (uint32_t mask = st->pool_mask; mask; mask &= mask - 1) {
        uint32_t g = (uint32_t)__builtin_ctz(mask);
        ue_pool *up = &st->pools[g];
        if (up->level < up->window && l->pools[g].free_count > up->spare) {
            fill(&l->pools[g], up);
        }
    }
}

void ue_buffer_back(sl_loop *l, uint16_t group, uint16_t id) {
    sl_pool *p = &l->pools[group];
    p->free_ids[p->free_count++] = id;
}

/* Nothing to do per batch: the next turn fills the rings and wakes parked receives before it submits. */
void ue_buffers_flush(sl_loop *l) { (void)l; }

/*
 * ENOBUFS. The ring may be empty only because the window is small: then it doubles, and the receive goes on. Only
 * when the whole pool is out is the receive parked (C9).
 */
bool ue_buffer_wanted(sl_loop *l, sl_slot *s) {
    ue_state *st = ue_of(l);
    sl_pool *p = &l->pools[s->in_group];
    ue_pool *up = &st->pools[s->in_group];
    if (up->level) { /* filled since the kernel looked */
        return true;
    }
    if (p->free_count <= up->spare) {
        return false;
    }
    up->window = up->window * 2 < p->count ? up->window * 2 : p->count;
    fill(p, up);
    return true;
}

/*
 * Parked receives are armed again as long as the kernel has a buffer for each. A receive that is armed and finds its
 * socket empty uses none up, so the rest of the list gets its turn in the next round; the loop must not sleep before
 * (the caller of this function sees to that).
 */
bool ue_starved_retry(sl_loop *l) {
    ue_state *st = ue_of(l);
    bool again = false;
    for (uint32_t mask = st->pool_mask; mask; mask &= mask - 1) {
        uint32_t g = (uint32_t)__builtin_ctz(mask);
        sl_pool *p = &l->pools[g];
        uint32_t n = st->pools[g].level;
        sl_slot *s;
        while (n && (s = sl_starved_pop(l, p)) != NULL) {
            n--;
            l->ctr[SLUICE_CTR_REARMS]++;
            ue_in_start(l, s);
        }
        again |= st->pools[g].level && p->starved_head != SL_NONE;
    }
    return again;
}
