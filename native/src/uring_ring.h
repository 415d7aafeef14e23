/*
 * uring_ring.h: one kernel ring (setup, mappings, enter) and one provided-buffer ring. Knows nothing about loops.
 * Not thread-safe. Functions return 0 or a count, or a negated errno.
 */
#ifndef SL_URING_RING_H
#define SL_URING_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "uring_abi.h"

typedef struct uring {
    int       fd;          /* -1: not open */
    int       enter_fd;    /* fd, or the registered index */
    uint32_t  enter_flags; /* UR_ENTER_REGISTERED_RING, or 0 */
    uint32_t  setup_flags; /* UR_SETUP_* */
    uint32_t  features;    /* UR_FEAT_* */

    uint32_t  sq_tail; /* ours; published to the kernel by uring_enter */
    uint32_t  sq_mask, sq_entries;
    uint32_t *k_sq_head, *k_sq_tail, *k_sq_flags;
    struct ur_sqe *sqes;

    uint32_t  cq_head; /* ours; published by uring_cq_publish and uring_enter */
    uint32_t  cq_mask, cq_entries;
    uint32_t *k_cq_head, *k_cq_tail;
    struct ur_cqe *cqes;

    void     *sq_map, *cq_map, *sqe_map;
    size_t    sq_map_bytes, cq_map_bytes, sqe_map_bytes;
} uring;

int  uring_sys_register(int fd, uint32_t op, void *arg, uint32_t count);

/* Sets a ring up with sq_entries and four times as many completion entries, and maps it. */
int  uring_open(uring *r, uint32_t sq_entries, uint32_t setup_flags);
void uring_close(uring *r);

/* The calling task becomes the issuer of a ring made with UR_SETUP_R_DISABLED. */
int  uring_enable(uring *r);
/* Gives the calling thread a short way to the ring (no descriptor look-up per enter). Failure does no harm. */
int  uring_register_fd(uring *r);
void uring_unregister_fd(uring *r);

/*
 * Submits everything prepared; with wait, waits for one completion, at most for ts (NULL: no limit). Always runs
 * deferred task work. Returns the number of entries consumed, or a negated errno (-ETIME, -EINTR, ...).
 */
int  uring_enter(uring *r, bool wait, const struct ur_timespec *ts);

static inline uint32_t uring_sq_consumed(const uring *r) { return __atomic_load_n(r->k_sq_head, __ATOMIC_ACQUIRE); }
static inline uint32_t uring_sq_pending(const uring *r) { return r->sq_tail - uring_sq_consumed(r); }
static inline uint32_t uring_sq_flags(const uring *r) { return __atomic_load_n(r->k_sq_flags, __ATOMIC_RELAXED); }
static inline uint32_t uring_cq_tail(const uring *r) { return __atomic_load_n(r->k_cq_tail, __ATOMIC_ACQUIRE); }
static inline void uring_cq_publish(uring *r) { __atomic_store_n(r->k_cq_head, r->cq_head, __ATOMIC_RELEASE); }

/* A cleared entry, or NULL when the ring is full. */
static inline struct ur_sqe *uring_sqe(uring *r) {
    if (uring_sq_pending(r) >= r->sq_entries) {
        return NULL;
    }
    struct ur_sqe *e = &r->sqes[r->sq_tail++ & r->sq_mask];
    *e = (struct ur_sqe){0};
    return e;
}

/* ---- provided-buffer ring (5.19) ---- */

typedef struct uring_bufs {
    struct ur_buf *ring; /* NULL: not registered */
    size_t    map_bytes;
    uint32_t  entries;
    uint16_t  mask, tail, group;
} uring_bufs;

int  uring_bufs_open(uring *r, uring_bufs *b, uint16_t group, uint32_t entries, uint16_t flags);
void uring_bufs_close(uring *r, uring_bufs *b);

/* The caller knows that there is room. Visible to the kernel after uring_bufs_publish. */
static inline void uring_bufs_add(uring_bufs *b, void *addr, uint32_t len, uint16_t id) {
    struct ur_buf *e = &b->ring[b->tail++ & b->mask];
    e->addr = (uint64_t)(uintptr_t)addr;
    e->len = len;
    e->bid = id; /* resv stays untouched: in the first entry it is the tail */
}
static inline void uring_bufs_publish(uring_bufs *b) {
    __atomic_store_n(&b->ring[0].resv, b->tail, __ATOMIC_RELEASE);
}

#endif
