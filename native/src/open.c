/*
 * open.c: making a loop and ending it.
 *
 * All tables are reserved here as address space; the kernel commits a page when it is first touched. So a loop costs what
 * it uses, and nothing is allocated while it runs.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "engine.h"

#define ALIGNMENT 64u
#define DESTROY_WAIT_NS 2000000000ll /* at most this long for operations in flight, then memory is leaked */
#define DESTROY_STEP_NS 10000000ll

const sl_engine *sl_engine_by_id(uint32_t id)
{
    switch (id) {
#if defined(SL_WITH_EPOLL)
    case SLUICE_ENGINE_EPOLL: return &sl_engine_epoll;
#endif
#if defined(SL_WITH_URING)
    case SLUICE_ENGINE_IO_URING: return &sl_engine_uring;
#endif
#if defined(SL_WITH_KQUEUE)
    case SLUICE_ENGINE_KQUEUE: return &sl_engine_kqueue;
#endif
    default: return NULL;
    }
}

/* ------------------------------------------------------------------------------- configuration */

/* 0 takes the default. */
static bool range(uint32_t *value, uint32_t otherwise, uint32_t min, uint32_t max)
{
    if (!*value) *value = otherwise;
    return *value >= min && *value <= max;
}

static bool power_of_two(uint32_t *value, uint32_t otherwise, uint32_t min, uint32_t max)
{
    return range(value, otherwise, min, max) && !(*value & (*value - 1));
}

static bool config_valid(sluice_config *c)
{
    return c->size == sizeof *c && sl_engine_by_id(c->engine) &&
           power_of_two(&c->sq_entries, 1024, 8, 65536) &&
           power_of_two(&c->cq_entries, 4096, 8, 262144) &&
           power_of_two(&c->rq_entries, 4096, 8, 65536) &&
           range(&c->scratch_bytes, 65536, 4096, 1u << 20) && !(c->scratch_bytes & 4095) &&
           range(&c->max_handles, 1048576, 1, 4194304) &&
           range(&c->max_ops, 65536, 64, 1048576) &&
           !(c->features_off & ~SLUICE_FEAT_ALL) &&
           range(&c->throttle_ms, 100, 1, 60000) &&
           range(&c->read_budget, 262144, 4096, 16777216) &&
           power_of_two(&c->uring_entries, 1024, 8, 32768) &&
           !c->reserved;
}

/* ------------------------------------------------------------------------------- memory */

/* The BSDs do not reserve swap for private memory anyway, and some have no flag to say so. */
#ifndef MAP_NORESERVE
#define MAP_NORESERVE 0
#endif

static void *reserve(size_t bytes)
{
    void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    return p == MAP_FAILED ? NULL : p;
}

static size_t slots_bytes(const sl_loop *l) { return (size_t)l->cfg.max_handles * sizeof(sl_slot); }
static size_t ops_bytes(const sl_loop *l) { return (size_t)l->cfg.max_ops * sizeof(sl_op); }
static size_t metas_bytes(const sl_loop *l) { return (size_t)l->cfg.max_ops * sizeof(sluice_meta); }

/* Places a part of the shared region behind the ones before it, on a cache line. */
static uint32_t place(uint32_t *end, uint32_t bytes)
{
    uint32_t at = (*end + ALIGNMENT - 1) & ~(ALIGNMENT - 1);

    *end = at + bytes;
    return at;
}

typedef struct layout { uint32_t counters, sq, cq, rq, scratch, end; } layout;

static layout layout_of(const sluice_config *c)
{
    layout a = {.end = sizeof(sluice_header)};

    a.counters = place(&a.end, SLUICE_CTR_COUNT * (uint32_t)sizeof(uint64_t));
    a.sq = place(&a.end, c->sq_entries * (uint32_t)sizeof(sluice_sqe));
    a.cq = place(&a.end, c->cq_entries * (uint32_t)sizeof(sluice_cqe));
    a.rq = place(&a.end, c->rq_entries * (uint32_t)sizeof(uint32_t));
    a.scratch = place(&a.end, c->scratch_bytes);
    return a;
}

uint64_t sluice_shared_bytes(const sluice_config *config)
{
    if (!config) return 0;
    sluice_config c = *config;
    return config_valid(&c) ? layout_of(&c).end : 0;
}

/* The caller's memory, or our own. */
static bool shared_take(sl_loop *l, uint32_t bytes)
{
    l->shared_bytes = bytes;
    if (!l->cfg.shared_base) return (l->shared = reserve(bytes)) != NULL;
    l->shared = (uint8_t *)(uintptr_t)l->cfg.shared_base;
    memset(l->shared, 0, bytes);
    return true;
}

static bool shared_make(sl_loop *l)
{
    const sluice_config *c = &l->cfg;
    layout a = layout_of(c);

    if (!shared_take(l, a.end)) return false;
    sluice_header *h = l->hdr = (sluice_header *)(void *)l->shared;
    *h = (sluice_header){
        .magic = SLUICE_MAGIC, .abi = SLUICE_ABI, .bytes = a.end,
        .sq_entries = c->sq_entries, .cq_entries = c->cq_entries, .rq_entries = c->rq_entries,
        .counter_count = SLUICE_CTR_COUNT, .counters_offset = a.counters,
        .sq_offset = a.sq, .cq_offset = a.cq, .rq_offset = a.rq,
        .scratch_offset = a.scratch, .scratch_bytes = c->scratch_bytes, .engine = c->engine,
    };
    l->sq = (sluice_sqe *)(void *)(l->shared + a.sq);
    l->cq = (sluice_cqe *)(void *)(l->shared + a.cq);
    l->rq = (uint32_t *)(void *)(l->shared + a.rq);
    l->ctr = (uint64_t *)(void *)(l->shared + a.counters);
    l->sq_mask = c->sq_entries - 1;
    l->cq_mask = c->cq_entries - 1;
    l->rq_mask = c->rq_entries - 1;
    l->scratch_offset = a.scratch;
    l->scratch_bytes = c->scratch_bytes;
    return true;
}

static void memory_free(sl_loop *l)
{
    if (l->slots) munmap(l->slots, slots_bytes(l));
    if (l->ops) munmap(l->ops, ops_bytes(l));
    if (l->metas) munmap(l->metas, metas_bytes(l));
    if (l->shared && !l->cfg.shared_base) munmap(l->shared, l->shared_bytes);
    sl_pools_free(l);
    free(l->overflow);
    free(l->accept_opts);
    free(l);
}

/* ------------------------------------------------------------------------------- open */

static sl_loop *loop_new(const sluice_config *config)
{
    sl_loop *l = calloc(1, sizeof *l);

    if (!l) return NULL;
    l->cfg = *config;
    l->bell = l->bell_read = -1;
    l->free_head = l->free_tail = SL_NONE;
    l->ops_free = SL_NONE;
    l->dirty_head = l->dirty_tail = SL_NONE;
    l->connect_head = l->throttle_head = SL_NONE;
    l->accept_opts_free = SL_NONE;
    l->slots = reserve(slots_bytes(l));
    l->ops = reserve(ops_bytes(l));
    l->metas = reserve(metas_bytes(l));
    if (l->slots && l->ops && l->metas && shared_make(l)) return l;
    memory_free(l);
    return NULL;
}

int sluice_open(const sluice_config *config, sluice_loop **out)
{
    sluice_config c;

    if (!config || !out) return -SLUICE_EINVAL;
    c = *config;
    if (!config_valid(&c)) return -SLUICE_EINVAL;
    if (c.shared_base ? (c.shared_base & (ALIGNMENT - 1)) || c.shared_bytes < layout_of(&c).end : c.shared_bytes)
        return -SLUICE_EINVAL;
    sl_loop *l = loop_new(&c);
    if (!l) return -SLUICE_ENOMEM;
    l->engine = sl_engine_by_id(c.engine);
    int rc = sl_wake_open(l);
    if (!rc) rc = l->engine->open(l);
    if (rc) {
        sl_wake_close(l);
        memory_free(l);
        return rc;
    }
    *out = l;
    return 0;
}

/* ------------------------------------------------------------------------------- destroy */

/* Every handle that lives is closed with RST; what the engine still has in flight is waited for. Answers go nowhere. */
static void reset_all(sl_loop *l)
{
    l->ending = true;
    l->hdr->cq_head = l->hdr->cq_tail = l->urgent = 0; /* whatever is in there: engines need room to collect */
    l->overflow_count = 0;
    l->broken = 0;
    l->woken = false; /* of the last enter: a turn would not wait */
    for (uint32_t i = 0; i < l->slots_used; i++) {
        sl_slot *s = sl_slot_at(l, i);
        if (s->kind == SL_KIND_FREE) continue;
        if (s->kind == SL_KIND_CONNECTING) {
            if (s->flags & SL_F_CON_CANCEL) continue;
            s->flags |= SL_F_CON_CANCEL;
            l->engine->connect_cancel(l, s);
            continue;
        }
        sluice_sqe e = {.op = SLUICE_OP_CLOSE, .flags = SLUICE_SQE_ABORT, .handle = sl_handle(l, s)};
        sl_close_submit(l, s, &e);
    }
    int64_t end = sl_now_ns() + DESTROY_WAIT_NS;
    while (l->live && sl_now_ns() < end && !l->engine->turn(l, DESTROY_STEP_NS)) sl_sends_flush(l);
}

int sluice_destroy(sluice_loop *l, uint32_t flags)
{
    bool force = flags & SLUICE_DESTROY_FORCE;

    if (!l || (flags & ~SLUICE_DESTROY_FORCE)) return -SLUICE_EINVAL;
    if (sl_foreign(l)) return -SLUICE_EOWNER;
    if (l->live && !force) return -SLUICE_EBUSY;
    if (l->live) reset_all(l);
    bool safe = l->engine->close(l, force);
    sl_files_free(l);
    sl_wake_close(l); /* last: a wake that came late must not write into somebody else's descriptor */
    if (!safe) return -SLUICE_EBUSY; /* the kernel may still write to pools: leak rather than free */
    memory_free(l);
    return 0;
}
