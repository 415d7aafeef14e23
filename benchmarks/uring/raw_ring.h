/*
 * A minimal io_uring wrapper over raw system calls, shared by the load generator and the C floor.
 *
 * Constants and structures restate the kernel's user interface (include/uapi/linux/io_uring.h), because the
 * headers of a build machine are often older than the kernel that runs the benchmark.
 * One thread owns a ring: nothing here is thread-safe.
 */
#ifndef SLUICE_BENCH_RAW_RING_H
#define SLUICE_BENCH_RAW_RING_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    URING_SETUP_CQSIZE = 1u << 3,
    URING_SETUP_SUBMIT_ALL = 1u << 7,
    URING_SETUP_TASKRUN_FLAG = 1u << 9,
    URING_SETUP_SINGLE_ISSUER = 1u << 12,
    URING_SETUP_DEFER_TASKRUN = 1u << 13,

    URING_ENTER_GETEVENTS = 1u << 0,
    URING_ENTER_REGISTERED_RING = 1u << 4,

    URING_REGISTER_FILES = 2,
    URING_REGISTER_FILES2 = 13,
    URING_REGISTER_RING_FDS = 20,
    URING_REGISTER_PBUF_RING = 22,
    URING_RSRC_SPARSE = 1u << 0,

    URING_OP_SENDMSG = 9,
    URING_OP_RECVMSG = 10,
    URING_OP_ACCEPT = 13,
    URING_OP_CLOSE = 19,
    URING_OP_SEND = 26,
    URING_OP_RECV = 27,

    URING_SQE_FIXED_FILE = 1u << 0,
    URING_SQE_BUFFER_SELECT = 1u << 5,
    URING_SQE_CQE_SKIP_SUCCESS = 1u << 6,

    URING_ACCEPT_MULTISHOT = 1u << 0,
    URING_RECV_MULTISHOT = 1u << 1,

    URING_CQE_F_BUFFER = 1u << 0,
    URING_CQE_F_MORE = 1u << 1,
    URING_CQE_BUFFER_SHIFT = 16,

    URING_SQ_CQ_OVERFLOW = 1u << 1,
    URING_SQ_TASKRUN = 1u << 2,
};

#define URING_FILE_INDEX_ALLOC (~0u)

typedef struct uring_sqe {
    uint8_t opcode, flags;
    uint16_t ioprio;
    int32_t fd;
    uint64_t off, addr;
    uint32_t len, op_flags;
    uint64_t user_data;
    uint16_t buf_group, personality;
    uint32_t file_index;
    uint64_t addr3, pad;
} uring_sqe;

typedef struct uring_cqe {
    uint64_t user_data;
    int32_t res;
    uint32_t flags;
} uring_cqe;

typedef struct uring_buf {
    uint64_t addr;
    uint32_t len;
    uint16_t bid, resv; /* resv of entry 0 is the ring's tail */
} uring_buf;

typedef struct raw_ring {
    int fd, enter_fd;
    uint32_t enter_flags;
    uring_sqe *sqes;
    uint32_t sq_mask, sq_entries, sq_tail, sq_submitted;
    _Atomic uint32_t *sq_head_shared, *sq_tail_shared, *sq_flags_shared;
    uring_cqe *cqes;
    uint32_t cq_mask;
    _Atomic uint32_t *cq_head_shared, *cq_tail_shared;
} raw_ring;

/* A provided-buffer ring with its slab; ids are indexes into the slab. */
typedef struct raw_buffers {
    uring_buf *ring;
    uint8_t *slab;
    uint32_t count, buf_bytes;
    uint16_t tail, group;
} raw_buffers;

/* Creates a ring owned by the calling thread. Returns 0 or a negative errno. */
int raw_ring_open(raw_ring *r, uint32_t sq_entries, uint32_t cq_entries);

/* Submits everything queued and waits for at least min_complete completions. Returns 0 or a negative errno. */
int raw_ring_enter(raw_ring *r, uint32_t min_complete);

/* Next free submission entry, zeroed. Submits first when the queue is full. Never NULL (aborts on a broken ring). */
uring_sqe *raw_ring_sqe(raw_ring *r);

/* Registers count (a power of two) buffers of buf_bytes each as buffer group `group`, all of them provided. */
int raw_buffers_open(raw_ring *r, raw_buffers *b, uint16_t group, uint32_t count, uint32_t buf_bytes);

/* Registers a table of `count` direct descriptors: the given ones, or empty slots when fds is NULL. */
int raw_ring_register_files(raw_ring *r, const int *fds, uint32_t count);

static inline uint32_t raw_ring_pending(const raw_ring *r) { return r->sq_tail - r->sq_submitted; }

/* True when an enter would find something: queued completions, deferred task work or an overflown queue. */
static inline bool raw_ring_has_work(const raw_ring *r) {
    uint32_t flags = atomic_load_explicit(r->sq_flags_shared, memory_order_relaxed);
    return (flags & (URING_SQ_TASKRUN | URING_SQ_CQ_OVERFLOW)) != 0;
}

/* Completions ready to read: from *head to the returned tail. */
static inline uint32_t raw_ring_ready(const raw_ring *r, uint32_t *head) {
    *head = atomic_load_explicit(r->cq_head_shared, memory_order_relaxed);
    return atomic_load_explicit(r->cq_tail_shared, memory_order_acquire);
}

static inline const uring_cqe *raw_ring_cqe(const raw_ring *r, uint32_t index) { return &r->cqes[index & r->cq_mask]; }

static inline void raw_ring_seen(raw_ring *r, uint32_t head) {
    atomic_store_explicit(r->cq_head_shared, head, memory_order_release);
}

static inline uint16_t raw_cqe_buffer(const uring_cqe *c) { return (uint16_t)(c->flags >> URING_CQE_BUFFER_SHIFT); }

static inline uint8_t *raw_buffer(const raw_buffers *b, uint16_t id) { return b->slab + (size_t)id * b->buf_bytes; }

/* Gives one buffer back; visible to the kernel after raw_buffers_publish. */
static inline void raw_buffers_return(raw_buffers *b, uint16_t id) {
    uring_buf *slot = &b->ring[b->tail & (b->count - 1)];
    slot->addr = (uint64_t)(uintptr_t)raw_buffer(b, id);
    slot->len = b->buf_bytes;
    slot->bid = id;
    b->tail++;
}

static inline void raw_buffers_publish(raw_buffers *b) {
    atomic_store_explicit((_Atomic uint16_t *)&b->ring[0].resv, b->tail, memory_order_release);
}

#endif
