/* uring_ring.c: see uring_ring.h. */
#include "uring_ring.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Four completions per submission entry: multishots produce many, and an overflow costs a system call. */
#define CQ_PER_SQ 4u

int uring_sys_register(int fd, uint32_t op, void *arg, uint32_t count) {
    long rc = syscall(UR_NR_REGISTER, fd, op, arg, count);
    return rc < 0 ? -errno : (int)rc;
}

static int ring_mmap(uring *r, const struct ur_params *p) {
    bool sq_array = !(p->flags & UR_SETUP_NO_SQARRAY);
    bool single = p->features & UR_FEAT_SINGLE_MMAP;
    r->cq_map_bytes = p->cq_off.cqes + (size_t)p->cq_entries * sizeof(struct ur_cqe);
    /* With NO_SQARRAY the head and tail words of both queues lie in front of the completion entries. */
    r->sq_map_bytes = sq_array ? p->sq_off.array + (size_t)p->sq_entries * sizeof(uint32_t) : r->cq_map_bytes;
    if (single && r->cq_map_bytes > r->sq_map_bytes) {
        r->sq_map_bytes = r->cq_map_bytes;
    }
    const int prot = PROT_READ | PROT_WRITE, flags = MAP_SHARED | MAP_POPULATE;
    r->sq_map = mmap(NULL, r->sq_map_bytes, prot, flags, r->fd, UR_OFF_SQ_RING);
    if (r->sq_map == MAP_FAILED) {
        r->sq_map = NULL;
        return -errno;
    }
    void *cq = r->sq_map;
    if (!single) {
        cq = r->cq_map = mmap(NULL, r->cq_map_bytes, prot, flags, r->fd, UR_OFF_CQ_RING);
        if (cq == MAP_FAILED) {
            r->cq_map = NULL;
            return -errno;
        }
    }
    r->sqe_map_bytes = (size_t)p->sq_entries * sizeof(struct ur_sqe);
    r->sqe_map = mmap(NULL, r->sqe_map_bytes, prot, flags, r->fd, UR_OFF_SQES);
    if (r->sqe_map == MAP_FAILED) {
        r->sqe_map = NULL;
        return -errno;
    }
    uint8_t *sb = r->sq_map, *cb = cq;
    r->sqes = r->sqe_map;
    r->sq_entries = p->sq_entries;
    r->sq_mask = p->sq_entries - 1;
    r->k_sq_head = (uint32_t *)(void *)(sb + p->sq_off.head);
    r->k_sq_tail = (uint32_t *)(void *)(sb + p->sq_off.tail);
    r->k_sq_flags = (uint32_t *)(void *)(sb + p->sq_off.flags);
    r->cq_entries = p->cq_entries;
    r->cq_mask = p->cq_entries - 1;
    r->k_cq_head = (uint32_t *)(void *)(cb + p->cq_off.head);
    r->k_cq_tail = (uint32_t *)(void *)(cb + p->cq_off.tail);
    r->cqes = (struct ur_cqe *)(void *)(cb + p->cq_off.cqes);
    if (sq_array) { /* entry i is always at place i: written once */
        uint32_t *array = (uint32_t *)(void *)(sb + p->sq_off.array);
        for (uint32_t i = 0; i < p->sq_entries; i++) {
            array[i] = i;
        }
    }
    return 0;
}

int uring_open(uring *r, uint32_t sq_entries, uint32_t setup_flags) {
    memset(r, 0, sizeof *r);
    struct ur_params p = {0};
    p.flags = setup_flags | UR_SETUP_CQSIZE | UR_SETUP_CLAMP;
    p.cq_entries = sq_entries * CQ_PER_SQ;
    long fd = syscall(UR_NR_SETUP, sq_entries, &p);
    if (fd < 0) {
        r->fd = -1;
        return -errno;
    }
    r->fd = r->enter_fd = (int)fd; /* the kernel sets O_CLOEXEC */
    r->setup_flags = p.flags;
    r->features = p.features;
    int rc = ring_mmap(r, &p);
    if (rc < 0) {
        uring_close(r);
    }
    return rc;
}

void uring_close(uring *r) {
    if (r->sqe_map) {
        munmap(r->sqe_map, r->sqe_map_bytes);
    }
    if (r->cq_map) {
        munmap(r->cq_map, r->cq_map_bytes);
    }
    if (r->sq_map) {
        munmap(r->sq_map, r->sq_map_bytes);
    }
    if (r->fd >= 0) {
        close(r->fd);
    }
    memset(r, 0, sizeof *r);
    r->fd = r->enter_fd = -1;
}

int uring_enable(uring *r) { return uring_sys_register(r->fd, UR_REGISTER_ENABLE_RINGS, NULL, 0); }

int uring_register_fd(uring *r) {
    struct ur_rsrc_update u = {.offset = UINT32_MAX, .data = (uint64_t)r->fd}; /* any free index */
    int rc = uring_sys_register(r->fd, UR_REGISTER_RING_FDS, &u, 1);
    if (rc != 1) {
        return rc < 0 ? rc : -EINVAL;
    }
    r->enter_fd = (int)u.offset;
    r->enter_flags = UR_ENTER_REGISTERED_RING;
    return 0;
}

void uring_unregister_fd(uring *r) {
    if (r->enter_flags) {
        struct ur_rsrc_update u = {.offset = (uint32_t)r->enter_fd};
        (void)uring_sys_register(r->fd, UR_UNREGISTER_RING_FDS, &u, 1);
        r->enter_fd = r->fd;
        r->enter_flags = 0;
    }
}

int uring_enter(uring *r, bool wait, const struct ur_timespec *ts) {
    uint32_t count = r->sq_tail - uring_sq_consumed(r);
    __atomic_store_n(r->k_sq_tail, r->sq_tail, __ATOMIC_RELEASE);
    uring_cq_publish(r);
    uint32_t flags = r->enter_flags | UR_ENTER_GETEVENTS;
    struct ur_getevents_arg arg = {0};
    void *argp = NULL;
    size_t arg_bytes = 0;
    if (wait && ts) {
        arg.ts = (uint64_t)(uintptr_t)ts;
        flags |= UR_ENTER_EXT_ARG;
        argp = &arg;
        arg_bytes = sizeof arg;
    }
    long rc = syscall(UR_NR_ENTER, r->enter_fd, count, wait ? 1 : 0, flags, argp, arg_bytes);
    return rc < 0 ? -errno : (int)rc;
}

int uring_bufs_open(uring *r, uring_bufs *b, uint16_t group, uint32_t entries, uint16_t flags) {
    memset(b, 0, sizeof *b);
    size_t bytes = (size_t)entries * sizeof(struct ur_buf);
    void *map = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    if (map == MAP_FAILED) {
        return -errno;
    }
    struct ur_buf_reg reg = {.ring_addr = (uint64_t)(uintptr_t)map, .ring_entries = entries, .bgid = group,
                             .flags = flags};
    int rc = uring_sys_register(r->fd, UR_REGISTER_PBUF_RING, &reg, 1);
    if (rc < 0) {
        munmap(map, bytes);
        return rc;
    }
    b->ring = map;
    b->map_bytes = bytes;
    b->entries = entries;
    b->mask = (uint16_t)(entries - 1);
    b->group = group;
    return 0;
}

void uring_bufs_close(uring *r, uring_bufs *b) {
    if (b->ring) {
        struct ur_buf_reg reg = {.bgid = b->group};
        (void)uring_sys_register(r->fd, UR_UNREGISTER_PBUF_RING, &reg, 1);
        munmap(b->ring, b->map_bytes);
        memset(b, 0, sizeof *b);
    }
}
