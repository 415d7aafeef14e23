#include "raw_ring.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Numbers of the generic syscall table, the same on every architecture that Linux added since 2019. */
enum { NR_URING_SETUP = 425, NR_URING_ENTER = 426, NR_URING_REGISTER = 427 };
enum { MAP_OFF_SQ_RING = 0, MAP_OFF_SQES = 0x10000000 };

struct sq_offsets { uint32_t head, tail, ring_mask, ring_entries, flags, dropped, array, resv1; uint64_t user_addr; };
struct cq_offsets { uint32_t head, tail, ring_mask, ring_entries, overflow, cqes, flags, resv1; uint64_t user_addr; };
struct ring_params {
    uint32_t sq_entries, cq_entries, flags, sq_thread_cpu, sq_thread_idle, features, wq_fd, resv[3];
    struct sq_offsets sq_off;
    struct cq_offsets cq_off;
};
struct rsrc_update { uint32_t offset, resv; uint64_t data; };
struct rsrc_register { uint32_t nr, flags; uint64_t resv2, data, tags; };
struct buf_reg { uint64_t ring_addr; uint32_t ring_entries; uint16_t bgid, flags; uint64_t resv[3]; };

static long ring_register(int fd, unsigned op, const void *arg, unsigned count) {
    return syscall(NR_URING_REGISTER, fd, op, arg, count);
}

int raw_ring_open(raw_ring *r, uint32_t sq_entries, uint32_t cq_entries) {
    memset(r, 0, sizeof *r);
    struct ring_params p = {0};
    p.cq_entries = cq_entries;
    p.flags = URING_SETUP_CQSIZE | URING_SETUP_SUBMIT_ALL | URING_SETUP_SINGLE_ISSUER | URING_SETUP_DEFER_TASKRUN
            | URING_SETUP_TASKRUN_FLAG;
    long fd = syscall(NR_URING_SETUP, sq_entries, &p);
    if (fd < 0) return -errno;
    size_t ring_bytes = p.sq_off.array + p.sq_entries * sizeof(uint32_t);
    size_t cq_bytes = p.cq_off.cqes + p.cq_entries * sizeof(uring_cqe);
    if (cq_bytes > ring_bytes) ring_bytes = cq_bytes;
    uint8_t *ring = mmap(NULL, ring_bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, (int)fd, MAP_OFF_SQ_RING);
    void *sqes = mmap(NULL, p.sq_entries * sizeof(uring_sqe), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, (int)fd,
                      MAP_OFF_SQES);
    if (ring == MAP_FAILED || sqes == MAP_FAILED) {
        int err = errno;
        close((int)fd);
        return -err;
    }
    r->fd = r->enter_fd = (int)fd;
    r->sqes = sqes;
    r->sq_entries = p.sq_entries;
    r->sq_mask = p.sq_entries - 1;
    r->sq_head_shared = (_Atomic uint32_t *)(ring + p.sq_off.head);
    r->sq_tail_shared = (_Atomic uint32_t *)(ring + p.sq_off.tail);
    r->sq_flags_shared = (_Atomic uint32_t *)(ring + p.sq_off.flags);
    r->cqes = (uring_cqe *)(ring + p.cq_off.cqes);
    r->cq_mask = p.cq_entries - 1;
    r->cq_head_shared = (_Atomic uint32_t *)(ring + p.cq_off.head);
    r->cq_tail_shared = (_Atomic uint32_t *)(ring + p.cq_off.tail);
    uint32_t *array = (uint32_t *)(ring + p.sq_off.array);
    for (uint32_t i = 0; i < p.sq_entries; i++) array[i] = i;

    /* A registered ring descriptor saves a table look-up per enter; without it the plain descriptor serves. */
    struct rsrc_update up = {.offset = ~0u, .data = (uint64_t)fd};
    if (ring_register((int)fd, URING_REGISTER_RING_FDS, &up, 1) == 1) {
        r->enter_fd = (int)up.offset;
        r->enter_flags = URING_ENTER_REGISTERED_RING;
    }
    return 0;
}

int raw_ring_enter(raw_ring *r, uint32_t min_complete) {
    uint32_t to_submit = raw_ring_pending(r);
    atomic_store_explicit(r->sq_tail_shared, r->sq_tail, memory_order_release);
    long n = syscall(NR_URING_ENTER, r->enter_fd, to_submit, min_complete, URING_ENTER_GETEVENTS | r->enter_flags, NULL, 0);
    if (n < 0) return -errno;
    r->sq_submitted += (uint32_t)n;
    return 0;
}

uring_sqe *raw_ring_sqe(raw_ring *r) {
    while (r->sq_tail - atomic_load_explicit(r->sq_head_shared, memory_order_acquire) == r->sq_entries) {
        int rc = raw_ring_enter(r, 0);
        if (rc < 0 && rc != -EINTR && rc != -EBUSY) {
            fprintf(stderr, "io_uring_enter failed: %s\n", strerror(-rc));
            abort();
        }
    }
    uring_sqe *e = &r->sqes[r->sq_tail++ & r->sq_mask];
    memset(e, 0, sizeof *e);
    return e;
}

int raw_buffers_open(raw_ring *r, raw_buffers *b, uint16_t group, uint32_t count, uint32_t buf_bytes) {
    memset(b, 0, sizeof *b);
    int prot = PROT_READ | PROT_WRITE, flags = MAP_PRIVATE | MAP_ANONYMOUS;
    void *ring = mmap(NULL, count * sizeof(uring_buf), prot, flags | MAP_POPULATE, -1, 0);
    void *slab = mmap(NULL, (size_t)count * buf_bytes, prot, flags, -1, 0);
    if (ring == MAP_FAILED || slab == MAP_FAILED) return -errno;
    struct buf_reg reg = {.ring_addr = (uint64_t)(uintptr_t)ring, .ring_entries = count, .bgid = group};
    if (ring_register(r->fd, URING_REGISTER_PBUF_RING, &reg, 1) < 0) return -errno;
    b->ring = ring;
    b->slab = slab;
    b->count = count;
    b->buf_bytes = buf_bytes;
    b->group = group;
    for (uint32_t i = 0; i < count; i++) raw_buffers_return(b, (uint16_t)i);
    raw_buffers_publish(b);
    return 0;
}

int raw_ring_register_files(raw_ring *r, const int *fds, uint32_t count) {
    if (fds) return ring_register(r->fd, URING_REGISTER_FILES, fds, count) < 0 ? -errno : 0;
    struct rsrc_register reg = {.nr = count, .flags = URING_RSRC_SPARSE};
    return ring_register(r->fd, URING_REGISTER_FILES2, &reg, sizeof reg) < 0 ? -errno : 0;
}
